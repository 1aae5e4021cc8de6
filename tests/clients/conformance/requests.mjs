// Requests made from the document: as it has them, or nearly.
import { anyJson, brokenBodies, mutated, text, valid, validObject } from "./values.mjs";

const strangeIds = ["0", "-1", "9223372036854775807", "9223372036854775808", "1.0", "01", "abc", "%00", "%zz", "%2F", "1%20", "null", "'", "1;drop"];
const strangeParameters = ["select", "order", "limit", "offset", "nme", "or", "and", "not.and", "columns", "on_conflict", ""];
const strangeValues = ["", "*", "eq.", "eq", "in.()", "in.(", "is.maybe", "not.not.eq.1", "-1", "0", "99999999999999999999", "id,,id", "id.asc.desc",
  "(id.eq.1)", "(id.eq.1,or(id.eq.2", "id::text", "count()", "id.sum()", "a->b->>c", "extra->a", "extra->>a", "users(*)", "posts(id)", "...users(name)", "x:id", "fts.a"];

// Bytes that a URL would not carry as they are.
const encoded = (value) => encodeURIComponent(value);

export class Requests {
  constructor(random, document, key, ids) {
    Object.assign(this, { random, document, key, ids });
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation, item })));
  }

  schema(reference) {
    return reference.$ref ? this.document.components.schemas[reference.$ref.split("/").at(-1)] : reference;
  }

  // `sound`: everything about it is as the document has it.
  next() {
    const { random } = this;
    const { path, method, operation, item } = random.one(this.operations);
    const made = { path, method: method.toUpperCase(), operation, item, headers: {}, sound: true, narrowed: false };
    made.wild = random.chance(0.4);
    made.target = this.pathOf(made) + this.queryOf(made);
    this.addKey(made);
    this.addHeaders(made);
    this.addBody(made);
    if (random.chance(0.05)) {
      made.method = random.one(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]);
      made.sound = false;
    }
    made.documented = item[made.method.toLowerCase()] ?? (made.method === "HEAD" ? item.get : undefined);
    return made;
  }

  pathOf(made) {
    const { random } = this;
    return made.path.replace("{id}", () => {
      const known = this.ids[made.operation.tags[0]] ?? [];
      if (made.wild && random.chance(0.3)) {
        made.sound = false;
        return random.one(strangeIds);
      }
      if (known.length > 0 && random.chance(0.8)) return encoded(random.one(known));
      const parameter = made.operation.parameters.find((parameter) => parameter.in === "path");
      return encoded(valid(random, parameter.schema, this.ids));
    });
  }

  queryOf(made) {
    const { random } = this;
    const pairs = [];
    for (const parameter of made.operation.parameters ?? []) {
      if (parameter.in !== "query" || (!parameter.required && !random.chance(parameter["x-banyan-operators"] ? 0.1 : 0.15))) continue;
      const value = this.parameterValue(parameter);
      if (value === undefined) continue;
      // One of another list or order is refused, and so is one beside an offset.
      if (parameter.name === "cursor") made.sound = false;
      if (parameter["x-banyan-narrows"]) made.narrowed = true;
      pairs.push(`${encoded(parameter.name)}=${encoded(value)}`);
    }
    if (made.wild && random.chance(0.4)) {
      made.sound = false;
      made.narrowed = true;
      const name = random.chance(0.5) ? random.one(strangeParameters) : random.one(made.operation.parameters ?? [{ name: "x" }]).name;
      pairs.push(`${encoded(name)}=${random.chance(0.1) ? "%ff" : encoded(random.chance(0.7) ? random.one(strangeValues) : text(random))}`);
    }
    return pairs.length > 0 ? `?${pairs.join("&")}` : "";
  }

  parameterValue(parameter) {
    const { random } = this;
    const operators = parameter["x-banyan-operators"];
    if (operators) return this.filterValue(parameter, random.one(operators));
    if (parameter.example !== undefined) return parameter.example;
    if (parameter.name === "cursor") return this.lastCursor;
    const value = valid(random, { ...parameter.schema, maximum: Math.min(parameter.schema.maximum ?? 100, 100) }, this.ids);
    return value === undefined ? undefined : String(value);
  }

  // The right-hand side of a filter, from the record's own schema.
  filterValue(parameter, operator) {
    const { random } = this;
    const not = random.chance(0.2) ? "not." : "";
    if (operator === "is") return `${not}is.${parameter["x-banyan-type"] === "boolean" ? random.one(["true", "false", "null"]) : "null"}`;
    const examples = /^(?:gte|eq)\.(.*)$/s.exec(parameter.example ?? "")?.[1];
    if (operator === "like" || operator === "ilike") return `${not}${operator}.${random.one(["*", "A*", "%a_", ""])}`;
    const plain = examples ?? (parameter["x-banyan-type"] === "boolean" ? "true" : undefined);
    if (plain === undefined) return undefined;
    return operator === "in" ? `${not}in.("${plain}")` : `${not}${operator}.${plain}`;
  }

  addKey(made) {
    const { random } = this;
    const kind = random.below(10);
    if (kind < 5) return;
    if (kind < 7) made.headers.apikey = this.key;
    else if (kind < 9) made.headers.authorization = `Bearer ${this.key}`;
    else {
      made.sound = false;
      Object.assign(made.headers, random.one([{ apikey: "wrong" }, { authorization: "Basic YTpi" }, { authorization: "Bearer" }, { apikey: "" }]));
      made.wrongKey = true;
    }
    made.service = kind < 9;
  }

  addHeaders(made) {
    const { random } = this;
    for (const parameter of made.operation.parameters ?? []) {
      if (parameter.in !== "header" || !random.chance(0.15)) continue;
      const tag = this.lastTag && random.chance(0.6) ? this.lastTag : parameter.example;
      made.headers[parameter.name.toLowerCase()] = tag;
      if (!made.wild) continue;
      made.sound = false;
      made.headers[parameter.name.toLowerCase()] = random.one(["*", 'W/"1"', "abc", '"', `${tag}, ${tag}`, Array(20).fill('"1"').join(",")]);
    }
    if (made.wild && random.chance(0.2)) {
      made.sound = false;
      Object.assign(made.headers, random.one([{ accept: "text/html" }, { "accept-encoding": "gzip" }, { prefer: "return=minimal" }, { "x-request-id": "a b" },
        { "x-request-id": "x".repeat(300) }, { range: "0-1" }, { "if-none-match": "*" }, { "if-match": "*" }, { expect: "100-continue" }, { cookie: "a=b" }]));
    }
  }

  batchOperation() {
    const { random } = this;
    const collection = random.one(Object.keys(this.ids).length > 0 ? Object.keys(this.ids) : ["users"]);
    const method = random.one(["POST", "PATCH", "PUT", "DELETE"]);
    const { schemas } = this.document.components;
    const replaced = schemas[`${collection}.replace`] ?? schemas[`${collection}.create`];
    const schema = { POST: schemas[`${collection}.create`], PATCH: schemas[`${collection}.update`] }[method] ?? replaced;
    const operation = { method, path: `/${collection}` };
    if (method !== "POST") operation.path += `/${random.one(this.ids[collection] ?? [1])}`;
    if (method !== "DELETE") operation.body = validObject(random, schema, this.ids) ?? {};
    if (method !== "POST" && this.lastTag && random.chance(0.2)) operation.if_match = this.lastTag;
    return operation;
  }

  addBody(made) {
    const { random } = this;
    const body = made.operation.requestBody?.content["application/json"].schema;
    if (!body) return;
    made.headers["content-type"] = "application/json";
    if (made.path === "/batch") {
      // That a path, its method and its body go together is more than the document's schema says.
      made.sound = false;
      made.value = { operations: Array.from({ length: random.below(4) }, () => this.batchOperation()) };
      if (made.wild) made.value = random.chance(0.5) ? mutated(random, made.value) : { operations: made.value.operations.map((one) => mutated(random, one)) };
      made.body = JSON.stringify(made.value);
      return;
    }
    const forms = body.anyOf ?? [body];
    const form = random.one(forms);
    const schema = this.schema(form.items ?? form);
    const one = () => validObject(random, schema, this.ids);
    let value = form.items ? Array.from({ length: 1 + random.below(3) }, one) : one();
    if (value === undefined || (form.items && value.includes(undefined))) {
      value = {};
      made.sound = false;
    }
    if (made.wild && random.chance(0.5)) {
      made.sound = false;
      value = Array.isArray(value) ? value.map((element) => mutated(random, element)) : random.chance(0.9) ? mutated(random, value) : anyJson(random);
    }
    made.body = JSON.stringify(value);
    made.value = value;
    made.bodySchema = body;
    if (made.wild && random.chance(0.2)) {
      made.sound = false;
      made.body = random.chance(0.7) ? random.one(brokenBodies) : made.body.slice(0, random.below(made.body.length + 1));
      made.value = undefined;
    }
    if (made.wild && random.chance(0.1)) {
      made.sound = false;
      made.headers["content-type"] = random.one(["text/plain", "application/json; charset=utf-8", "application/xml", "application/x-www-form-urlencoded", "x"]);
    }
  }
}
