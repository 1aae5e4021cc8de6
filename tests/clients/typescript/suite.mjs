// Makes the clients from a running server, compiles the programs that use them, and runs those.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTypescript, { astToString } from "openapi-typescript";

const here = import.meta.dirname;
const url = process.env.BANYAN_URL;
const answered = await fetch(`${url}/openapi.json`);
const document = await answered.json();

test("the document is valid OpenAPI 3.1", async () => {
  assert.equal(answered.status, 200);
  assert.equal(answered.headers.get("content-type"), "application/json");
  const validator = new Validator();
  const verdict = await validator.validate(structuredClone(document));
  assert.deepEqual(verdict.errors ?? [], []);
  assert.ok(verdict.valid);
  assert.equal(validator.version, "3.1");
});

test("the document is not sent again to who has it", async () => {
  const etag = answered.headers.get("etag");
  const status = async (known) =>
    (await fetch(`${url}/openapi.json`, { headers: { "If-None-Match": known } })).status;
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) assert.equal(await status(known), 304, known);
  for (const known of [`x${etag}y`, `"x"`, etag.slice(1)]) assert.equal(await status(known), 200, known);
});

test("the page needs nothing but itself", async () => {
  const page = await fetch(`${url}/docs`);
  const text = await page.text();
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy"), /^default-src 'none'; style-src 'sha256-[^']+'; /);
  assert.doesNotMatch(text, /<script|<link|<img|@import|url\(/);
  for (const name of ["users", "posts", "secrets"]) assert.match(text, new RegExp(`id="${name}"`));
});

const types = await openapiTypescript(document, { defaultNonNullable: false });
const config = `${here}/served.toml`;
writeFileSync(config, readFileSync(`${here}/banyan.toml`, "utf8").replace("{port}", "8080"));
mkdirSync(`${here}/program`, { recursive: true });
writeFileSync(`${here}/program/paths.ts`, astToString(types));
execFileSync(process.env.BANYAN_BINARY, ["types", "typescript", config, "-o", `${here}/program/database.ts`]);

test("the types of the database say what they were made from", () => {
  const made = execFileSync(process.env.BANYAN_BINARY, ["types", "typescript", config], { encoding: "utf8" });
  assert.match(made, /^\/\/ Made by `banyan types typescript`/);
});

// Its own exit code and output say what is wrong with the programs: a wrong name must be an error where it is expected.
const compiler = new URL(import.meta.resolve("typescript/package.json"));
compiler.pathname = compiler.pathname.replace("package.json", "bin/tsc");
try {
  execFileSync(process.execPath, [compiler.pathname, "-p", here], { encoding: "utf8" });
} catch (failure) {
  test("the programs compile", () => assert.fail(failure.stdout));
}

for (const name of ["plain", "supabase"]) await import(`./made/${name}.js`).catch((failure) => {
  test(`${name} can be run`, () => { throw failure; });
});
