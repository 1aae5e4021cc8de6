// The plain face by openapi-fetch, typed by openapi-typescript from /openapi.json.
import assert from "node:assert/strict";
import { test } from "node:test";
import createClient from "openapi-fetch";
import type { components, paths } from "./paths.js";

type User = components["schemas"]["users"];

const baseUrl = process.env["BANYAN_URL"] ?? "";
const client = createClient<paths>({ baseUrl });
const service = createClient<paths>({ baseUrl, headers: { apikey: process.env["BANYAN_KEY"] ?? "" } });

async function created(body: components["schemas"]["users.create"]): Promise<User> {
  const { data, response } = await client.POST("/users", { body });
  assert.equal(response.status, 201);
  assert.ok(data && !Array.isArray(data));
  return data;
}

test("what is created has every field, with its default", async () => {
  const user = await created({ name: "Alice", age: 34, extra: { a: [1, null] } });
  const role: "member" | "admin" = user.role;
  const age: number | null = user.age;
  assert.equal(role, "member");
  assert.equal(age, 34);
  assert.equal(user.active, true);
  assert.equal(user.email, null);
  assert.deepEqual(user.extra, { a: [1, null] });
});

test("several are created at once", async () => {
  const { data } = await client.POST("/users", { body: [{ name: "Bob" }, { name: "Cid", role: "admin" }] });
  assert.ok(Array.isArray(data));
  assert.deepEqual(data.map((user) => user.role), ["member", "admin"]);
});

test("a record is read, changed, replaced and deleted", async () => {
  const { id } = await created({ name: "Dora", age: 20 });
  const params = { path: { id } };
  const changed = await client.PATCH("/users/{id}", { params, body: { age: 21 } });
  assert.equal(changed.data?.age, 21);
  const replaced = await client.PUT("/users/{id}", { params, body: { name: "Dora the second" } });
  assert.equal(replaced.data?.age, null);
  const read = await client.GET("/users/{id}", { params });
  assert.equal(read.data?.name, "Dora the second");
  const removed = await client.DELETE("/users/{id}", { params });
  assert.equal(removed.response.status, 204);
  const gone = await client.GET("/users/{id}", { params });
  assert.equal(gone.response.status, 404);
  assert.equal(gone.error?.code, "PGRST116");
});

test("a change is refused at another version, and a read is saved at the same", async () => {
  const { id } = await created({ name: "Eve" });
  const path = { id };
  const { response } = await client.GET("/users/{id}", { params: { path } });
  const etag = response.headers.get("etag") ?? "";
  const same = await client.GET("/users/{id}", { params: { path, header: { "If-None-Match": etag } } });
  assert.equal(same.response.status, 304);
  await client.PATCH("/users/{id}", { params: { path }, body: { age: 1 } });
  const late = await client.PATCH("/users/{id}", { params: { path, header: { "If-Match": etag } }, body: { age: 2 } });
  assert.equal(late.response.status, 412);
  assert.equal(late.error?.status, 412);
});

test("a list takes filters, one or several of a field, an order and a page", async () => {
  await client.POST("/users", { body: [60, 61, 62, 63].map((age) => ({ name: "list", age })) });
  const { data } = await client.GET("/users", {
    params: { query: { name: "eq.list", age: ["gte.61", "lt.63"], order: "age.desc", limit: 10 } },
  });
  assert.deepEqual(data?.map((user) => user.age), [62, 61]);
});

test("every wrong field is named", async () => {
  const { error, response } = await client.POST("/users", { body: { name: "", age: 200 } });
  assert.equal(response.status, 400);
  assert.deepEqual(error?.errors?.map((wrong) => wrong.field).sort(), ["age", "name"]);
});

test("what is closed asks for the key", async () => {
  const closed = await client.GET("/secrets");
  assert.equal(closed.response.status, 401);
  const opened = await service.POST("/secrets", { body: { text: "hidden" } });
  assert.equal(opened.response.status, 201);
});

test("a reference is an id of the other collection", async () => {
  const author = await created({ name: "Fay" });
  const { data } = await client.POST("/posts", { body: { title: "First", author: author.id } });
  assert.ok(data && !Array.isArray(data));
  const id: string = data.id;
  const broken = await client.PATCH("/posts/{id}", { params: { path: { id } }, body: { author: 999_999 } });
  assert.equal(broken.response.status, 409);
});

test("a saved query answers typed rows", async () => {
  await client.POST("/users", { body: [{ name: "query", age: 140 }, { name: "query", age: 141 }] });
  const read = await client.GET("/rpc/by_age", { params: { query: { least: 140, name: "query" } } });
  assert.deepEqual(read.data?.map((row) => row.age), [140, 141]);
  const called = await client.POST("/rpc/by_age", { body: { least: 141, name: "query" } });
  const people: number | null | undefined = called.data?.[0]?.people;
  assert.equal(people, 1);
});

test("a batch writes to several collections, and says of each what it became", async () => {
  const { id } = await created({ name: "Gil" });
  const { data, response } = await client.POST("/batch", {
    body: {
      operations: [
        { method: "POST", path: "/posts", body: { title: "Batched", author: id } },
        { method: "PATCH", path: `/users/${id}`, body: { age: 7, extra: { a: [1, null] } } },
      ],
    },
  });
  assert.equal(response.status, 200);
  assert.deepEqual(data?.map((each) => each.status), [201, 200]);
  assert.equal(data?.[0]?.body?.["title"], "Batched");
  assert.equal(data?.[1]?.body?.["age"], 7);
});

test("the server says that it is ready", async () => {
  const { data } = await client.GET("/health/ready");
  assert.equal(data?.ready, true);
});

// Never called: that these are errors is what the compiler is asked.
export async function wrong() {
  // @ts-expect-error no such path
  await client.GET("/user");
  // @ts-expect-error no such field
  const unknown: components["schemas"]["users.create"] = { name: "a", nme: "b" };
  // @ts-expect-error the server sets it
  const own: components["schemas"]["users.create"] = { name: "a", created_at: "2026-11-23T18:17:05Z" };
  await client.POST("/users", { body: [unknown, own] });
  // @ts-expect-error the name is required
  await client.POST("/users", { body: { age: 1 } });
  // @ts-expect-error not one of the values
  await client.POST("/users", { body: { name: "a", role: "boss" } });
  // @ts-expect-error a number, not a text
  await client.PATCH("/users/{id}", { params: { path: { id: 1 } }, body: { age: "1" } });
  // @ts-expect-error an argument is missing
  await client.POST("/rpc/by_age", { body: { name: "a" } });
  // @ts-expect-error no filter of that name
  await client.GET("/users", { params: { query: { nme: "eq.a" } } });
}
