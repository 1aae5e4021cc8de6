// Values by their schemas, and what is none of them.

const letters = ["a", "B", "z", "0", "9", " ", "_", "%", "é", "日", "😀", "'", '"', "\\", ",", ".", "(", ")", "&", "=", "+", "\u0001"];

export function text(random, shortest = 0, longest = 12) {
  const length = shortest + random.below(Math.min(longest, shortest + 12) - shortest + 1);
  return Array.from({ length }, () => random.one(letters)).join("");
}

function integer(random, schema) {
  const least = schema.minimum ?? -1000;
  const most = schema.maximum ?? Math.max(least, 1000);
  return random.one([least, most, least + random.below(Math.min(most - least, 1_000_000) + 1)]);
}

const two = (number) => String(number).padStart(2, "0");

const formats = {
  date: (random) => `${1900 + random.below(200)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`,
  "date-time": (random) => `${formats.date(random)}T${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}${random.one(["Z", ".5Z", ".123456Z", "+02:00", "-11:30"])}`,
  uuid: (random) => "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replaceAll("x", () => random.below(16).toString(16)),
  email: (random) => `user${random.below(1_000_000)}@example.com`,
  uri: (random) => `https://example.com/${random.below(1000)}?a=b#c`,
};

// Of patterns, a text that each one matches.
const matching = {
  "^(?:[A-Z]{3}[0-9]+)$": (random) => `ABC${random.below(1000)}`,
};

export function anyJson(random, depth = 0) {
  const kinds = [null, true, false, random.below(100), -1.5, text(random), 1e300, ""];
  if (depth < 3 && random.chance(0.4))
    return random.chance(0.5)
      ? Array.from({ length: random.below(3) }, () => anyJson(random, depth + 1))
      : Object.fromEntries(Array.from({ length: random.below(3) }, () => [text(random), anyJson(random, depth + 1)]));
  return random.one(kinds);
}

// What the schema takes; `undefined` where this program knows of nothing.
export function valid(random, schema, ids) {
  if (schema.enum) return random.one(schema.enum);
  const types = [schema.type ?? "any"].flat();
  if (types.includes("null") && random.chance(0.2)) return null;
  if (schema["x-banyan-reference"]) {
    const known = ids[schema["x-banyan-reference"]] ?? [];
    return known.length > 0 ? random.one(known) : types.includes("null") ? null : undefined;
  }
  switch (types[0]) {
    case "integer": return integer(random, schema);
    case "number": return integer(random, schema) + random.one([0, 0.5]);
    case "boolean": return random.chance(0.5);
    case "any": {
      const made = anyJson(random);
      return made === null && schema.not ? 1 : made;
    }
    case "string":
      if (schema.pattern) return matching[schema.pattern]?.(random);
      if (schema.contentMediaType) return JSON.stringify(anyJson(random));
      if (schema.format) return formats[schema.format]?.(random);
      return text(random, schema.minLength ?? 0, schema.maxLength ?? 12);
    default: return undefined;
  }
}

// An object by its schema: what is required, and some of the rest.
export function validObject(random, schema, ids) {
  const required = new Set(schema.required ?? []);
  const made = {};
  const names = Object.keys(schema.properties);
  for (const name of names) {
    const property = schema.properties[name];
    const isForService = property.description?.includes("Only with the service key");
    if (!required.has(name) && (isForService || random.chance(0.5))) continue;
    const value = valid(random, property, ids);
    if (value !== undefined) made[name] = value;
    else if (required.has(name)) return undefined;
  }
  if (schema.minProperties && Object.keys(made).length < schema.minProperties) return undefined;
  return made;
}

// The object with something about it changed; perhaps to what is as good.
export function mutated(random, object) {
  const made = structuredClone(object);
  const names = Object.keys(made);
  switch (random.below(4)) {
    case 0: made[text(random) || "x"] = anyJson(random); break;
    case 1: if (names.length > 0) delete made[random.one(names)]; break;
    default: if (names.length > 0) made[random.one(names)] = anyJson(random);
  }
  return made;
}

export const brokenBodies = [
  "", "{", "[", "nul", "[1,2]", '"text"', "{}", "[]", "[{}]", "[[]]", '{"a":1,"a":2}', "\u0000", '{"name":"\\ud800"}', "1e999",
  "[".repeat(100), '{"a":'.repeat(50) + "1" + "}".repeat(50), '{"extra":' + "[".repeat(40) + "]".repeat(40) + "}", "\ufeff{}",
];
