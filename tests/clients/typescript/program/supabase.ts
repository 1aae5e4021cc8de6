// The face of PostgREST by supabase-js, typed by `banyan types typescript`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "@supabase/supabase-js";
import type { Database } from "./database.js";

type Row = Database["public"]["Tables"]["users"]["Row"];

const supabase = createClient<Database>(process.env["BANYAN_URL"] ?? "", process.env["BANYAN_KEY"] ?? "", {
  auth: { persistSession: false, autoRefreshToken: false },
});

async function inserted(row: Database["public"]["Tables"]["users"]["Insert"]): Promise<Row> {
  const { data, error } = await supabase.from("users").insert(row).select().single();
  assert.equal(error, null);
  assert.ok(data);
  return data;
}

test("what is inserted has the types of its fields", async () => {
  const row = await inserted({ name: "Alice", age: 34, extra: { a: 1 } });
  const role: "member" | "admin" = row.role;
  assert.equal(role, "member");
  assert.equal(row.age, 34);
});

test("a selection has what it asks for", async () => {
  await inserted({ name: "selected", age: 7 });
  const { data } = await supabase.from("users").select("name, age").eq("name", "selected").gte("age", 7);
  const ages: (number | null)[] | undefined = data?.map((row) => row.age);
  assert.deepEqual(ages, [7]);
});

test("what belongs to a row comes with it, typed by the reference", async () => {
  const author = await inserted({ name: "Bob" });
  await supabase.from("posts").insert({ title: "First", author: author.id });
  const { data, error } = await supabase.from("posts").select("title, users(name)").eq("author", author.id).single();
  assert.equal(error, null);
  const name: string | undefined = data?.users.name;
  assert.equal(name, "Bob");
});

test("a saved query is a function with typed arguments and rows", async () => {
  await supabase.from("users").insert({ name: "called", age: 145 });
  const { data, error } = await supabase.rpc("by_age", { least: 145, name: "called" });
  assert.equal(error, null);
  const ages: (number | null)[] | undefined = data?.map((row) => row.age);
  assert.deepEqual(ages, [145]);
});

test("a saved query's columns may have names that are no identifiers", async () => {
  const { data } = await supabase.rpc("named");
  const row: { "b:c": number | null; "a-b": number | null; "é x": number | null } | undefined = data?.[0];
  assert.deepEqual(row, { "b:c": 1, "a-b": 2, "é x": 3 });
});

test("rows are updated and deleted by filters", async () => {
  const { id } = await inserted({ name: "Cid" });
  const updated = await supabase.from("users").update({ age: 50 }).eq("id", id).select("age").single();
  assert.equal(updated.data?.age, 50);
  const deleted = await supabase.from("users").delete().eq("id", id);
  assert.equal(deleted.error, null);
});

test("a row as it was read is sent back", async () => {
  const row = await inserted({ name: "Dan" });
  const put = await supabase.from("users").upsert({ ...row, age: 51 }).select("age").single();
  assert.equal(put.error, null);
  assert.equal(put.data?.age, 51);
  const updated = await supabase.from("users").update({ ...row, age: 52 }).eq("id", row.id).select("age").single();
  assert.equal(updated.error, null);
  assert.equal(updated.data?.age, 52);
});

test("a uuid may be chosen", async () => {
  const author = await inserted({ name: "Eve" });
  const id = crypto.randomUUID();
  const made = await supabase.from("posts").insert({ id, title: "Chosen", author: author.id }).select("id").single();
  assert.equal(made.error, null);
  const put = await supabase.from("posts").upsert({ id, title: "Changed", author: author.id }).select("id, title").single();
  assert.deepEqual(put.data, { id, title: "Changed" });
});

test("what PostgREST 13 has is there", async () => {
  const { id } = await inserted({ name: "Fay", age: 53 });
  const { data, error } = await supabase.from("users").update({ age: 54 }).eq("id", id).maxAffected(1).select("age");
  assert.equal(error, null);
  assert.deepEqual(data, [{ age: 54 }]);
  await supabase.from("posts").insert([{ title: "One", author: id }, { title: "Two", author: id }]);
  const spread = await supabase.from("users").select("name, ...posts(titles:title)").eq("id", id).single();
  assert.equal(spread.error, null);
  const titles: string[] | undefined = spread.data?.titles;
  assert.deepEqual(titles?.sort(), ["One", "Two"]);
});

// Never called: that these are errors is what the compiler is asked.
export async function wrong() {
  // @ts-expect-error no such collection
  await supabase.from("user").select();
  // @ts-expect-error no such field
  await supabase.from("users").insert({ name: "a", nme: "b" });
  // @ts-expect-error the name is required
  await supabase.from("users").insert({ age: 1 });
  // @ts-expect-error a number, not a text
  await supabase.from("users").update({ age: "1" });
  // @ts-expect-error an argument is missing
  await supabase.rpc("by_age", { name: "a" });
  const { data } = await supabase.from("users").select("name");
  // @ts-expect-error not selected
  data?.[0]?.age;
}
