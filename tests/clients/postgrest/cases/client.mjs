import { PostgrestClient, PostgrestError } from '@supabase/postgrest-js'
import { answers, assert, db, key, refuses, rest, test } from '../harness.mjs'

answers('schema("public") reads', () => db.schema('public').from('actors').select('id').eq('id', 1), [{ id: 1 }])
answers('schema("public") writes', () => db.schema('public').from('tasks').insert({ batch: 'k1', name: 'a' }), null, { status: 201 })
refuses('another schema is refused to reads', () => db.schema('secret').from('actors').select(), 406, 'PGRST106', {
  message: 'Invalid schema: secret',
  hint: 'Only the following schemas are exposed: public',
})
refuses('another schema is refused to writes', () => db.schema('secret').from('tasks').insert({ batch: 'k2', name: 'a' }), 406, 'PGRST106')
test('a fetch of its own sees what is asked', async () => {
  const seen = []
  const client = new PostgrestClient(rest, {
    headers: { apikey: key },
    fetch: (input, init) => {
      seen.push(String(input))
      return fetch(input, init)
    },
  })
  const { data } = await client.from('actors').select('id').eq('id', 1)
  assert.deepEqual(data, [{ id: 1 }])
  assert.deepEqual(seen, [`${rest}/actors?select=id&id=eq.1`])
})
test('apikey is as good as Authorization', async () => {
  const client = new PostgrestClient(rest, { headers: { apikey: key } })
  assert.equal((await client.from('secrets').select()).error, null)
})
test('a wrong key is refused', async () => {
  const client = new PostgrestClient(rest, { headers: { apikey: 'wrong' } })
  const { error, status } = await client.from('actors').select()
  assert.equal(status, 401)
  assert.equal(error.code, 'PGRST301')
})
refuses('a function that is not there', () => db.rpc('nothing'), 404, 'PGRST202')
refuses('a function that is not there, by GET', () => db.rpc('nothing', { a: 1 }, { get: true }), 404, 'PGRST202')
test('a function that is not there, by HEAD: the client takes an empty 404 for nothing', async () => {
  const { status, data, count } = await db.rpc('nothing', {}, { head: true, count: 'exact' })
  assert.deepEqual({ status, data, count }, { status: 204, data: null, count: null })
})
test('errors are those of the client', async () => {
  await assert.rejects(async () => await db.from('nothing').select().throwOnError(), (error) => {
    assert.ok(error instanceof PostgrestError)
    assert.equal(error.toJSON().code, 'PGRST205')
    return true
  })
})
test('the description of all is OpenAPI', async () => {
  const { data, error } = await db.getOpenApiSpec()
  assert.equal(error, null, JSON.stringify(error))
  assert.match(data.openapi, /^3\.1/)
})
