// Random requests made from /openapi.json: whatever is asked, the answer is one that the document has.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Random } from "./random.mjs";
import { Requests } from "./requests.mjs";

const url = new URL(process.env.BANYAN_URL);
const seed = Number(process.env.BANYAN_SEED ?? Math.floor(Math.random() * 2 ** 32));
const steps = Math.min(Number(process.env.BANYAN_STEPS ?? 4000), 100_000);
const document = await (await fetch(`${url.origin}/openapi.json`)).json();

const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true });
addFormats(ajv);
ajv.addSchema({ ...document, $id: "https://document/" });
const validators = new Map();
function validate(schema, value) {
  const text = JSON.stringify(schema).replaceAll('"#/', '"https://document/#/');
  if (!validators.has(text)) validators.set(text, ajv.compile(JSON.parse(text)));
  const check = validators.get(text);
  return check(value) ? undefined : `${ajv.errorsText(check.errors)} in ${JSON.stringify(value).slice(0, 300)}`;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
function send({ method, target, headers, body }) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request({ host: url.hostname, port: url.port, agent, method, path: target, headers: { ...headers, ...length } }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const ids = {};
function remember(request, answer, requests) {
  if (answer.headers.etag) requests.lastTag = answer.headers.etag;
  requests.lastCursor = /cursor=([^>&]+)/.exec(answer.headers.link ?? "")?.[1] ?? requests.lastCursor;
  const created = /^\/([^/]+)\/(.+)$/.exec(answer.headers.location ?? "");
  if (answer.status !== 201 || !created) return;
  const known = (ids[created[1]] ??= []);
  known.push(/^\d+$/.test(created[2]) ? Number(created[2]) : created[2]);
  if (known.length > 50) known.shift();
}

// An answer that `select` has narrowed is held to its fields' own schemas, of what it still has.
function loosened(schema) {
  const target = schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  if (target.anyOf) return { anyOf: target.anyOf.map(loosened) };
  if (target.items) return { type: "array", items: loosened(target.items) };
  return target.properties ? { type: "object" } : target;
}

// What is wrong with the answer; nothing when all is well.
function judge(request, answer) {
  const operation = request.documented;
  if (answer.status >= 500 && answer.status !== 501) return "a failure of the server";
  if (!operation) {
    // The head of the request may be refused before its method is looked at.
    if (answer.status === 400 || answer.status === 501 || answer.status === 417) return undefined;
    if (request.method === "OPTIONS") return answer.status === 204 && answer.headers.allow ? undefined : "OPTIONS without Allow";
    return answer.status === 405 && answer.headers.allow ? undefined : "a method that is not there, and not 405 with Allow";
  }
  const reference = operation.responses[answer.status];
  if (!reference) return `status ${answer.status} is not documented`;
  const response = reference.$ref ? document.components.responses[reference.$ref.split("/").at(-1)] : reference;
  for (const name of Object.keys(response.headers ?? {}))
    if (answer.status === 401 && !answer.headers[name.toLowerCase()]) return `no header ${name}`;
  return judgeAccess(request, answer) ?? judgeBody(request, answer, response) ?? judgeInput(request, answer);
}

function judgeAccess(request, answer) {
  const needsKey = request.documented["x-banyan-access"] === "service";
  if (needsKey && !request.service && answer.status < 400) return "done without the key that it needs";
  if (request.wrongKey && request.documented["x-banyan-access"] && answer.status < 400) return "done with a wrong key";
  return undefined;
}

function judgeBody(request, answer, response) {
  if (request.method === "HEAD" || answer.status === 204 || answer.status === 304)
    return answer.body === "" ? undefined : "a body where none belongs";
  if (answer.body === "" && response["x-banyan-body"]) return undefined;
  const type = answer.headers["content-type"];
  const content = Object.entries(response.content ?? {}).find(([documented]) => documented === type);
  if (!content) return `content type ${type} is not documented`;
  if (!type.includes("json")) return undefined;
  const value = JSON.parse(answer.body);
  return validate(request.narrowed && answer.status < 300 ? loosened(content[1].schema) : content[1].schema, value);
}

// What the document takes is taken, and what it does not take is not.
function judgeInput(request, answer) {
  if (request.sound && [400, 413, 415].includes(answer.status)) return "what is as documented was refused";
  if (request.value === undefined || answer.status >= 300 || request.method === "HEAD") return undefined;
  const documented = request.documented.requestBody?.content["application/json"].schema;
  const wrong = documented && validate(documented, request.value);
  return wrong ? `what is not as documented was taken: ${wrong}` : undefined;
}

function shown({ method, target, headers, body }) {
  const parts = Object.entries(headers).filter(([, value]) => value !== process.env.BANYAN_KEY).map(([name, value]) => `-H ${JSON.stringify(`${name}: ${value}`)}`);
  return `curl -X ${method} ${parts.join(" ")} '${target}'${body === undefined ? "" : ` -d ${JSON.stringify(body)}`}`;
}

test(`${steps} random requests are answered as documented (BANYAN_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const requests = new Requests(random, document, process.env.BANYAN_KEY, ids);
  const statuses = new Map();
  const wrong = new Map();
  for (let step = 0; step < steps; ++step) {
    const request = requests.next();
    const answer = await send(request);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const problem = judge(request, answer);
    const kind = `${request.method} ${request.path}: ${problem?.slice(0, 60)}`;
    if (problem && !wrong.has(kind)) wrong.set(kind, `step ${step}: ${problem}\n  ${shown(request)}\n  ${answer.status} ${answer.body.slice(0, 400)}`);
    remember(request, answer, requests);
    if (wrong.size >= 10) break;
  }
  console.log(`seed ${seed}: ${[...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`).join(", ")}`);
  assert.deepEqual([...wrong.values()], [], `BANYAN_SEED=${seed} BANYAN_STEPS=${steps}`);
  for (const status of [200, 201, 204, 400, 401, 404]) assert.ok(statuses.get(status) > 0, `no ${status} at all: the requests are not what they should be`);
});
