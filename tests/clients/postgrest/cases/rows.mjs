// A record is read, changed and sent back whole.
import { anyone, assert, db, refuses, send, test } from '../harness.mjs'

const members = () => db.from('members')
const made = async (email) => (await members().insert({ email, age: 30 }).select().single()).data
const of = async (email) => (await members().select().eq('email', email).single()).data

// What is sent back has its own times, which are not looked at: one stays, and one is now.
async function isChanged(row, more, answer) {
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  const now = await of(row.email)
  assert.deepEqual(now, { ...row, ...more, updated_at: now.updated_at })
  assert.ok(now.updated_at > row.updated_at, `${now.updated_at}, before ${row.updated_at}`)
}

test('a row as it was read is upserted', async () => {
  const row = await made('r1@example.com')
  const answer = await members().upsert({ ...row, age: 31, created_at: '2001-01-01T00:00:00Z' })
  assert.equal(answer.status, 200)
  await isChanged(row, { age: 31 }, answer)
})
test('rows as they were read are upserted, with one that is new', async () => {
  const rows = [await made('r2@example.com'), await made('r3@example.com')]
  const answer = await members().upsert(rows.map((row) => ({ ...row, age: 32 })))
  for (const row of rows) await isChanged(row, { age: 32 }, answer)
})
test('a row without its id is upserted by what is unique, and its times are made anew where it is new', async () => {
  const { id, ...row } = await made('r4@example.com')
  await isChanged({ id, ...row }, { age: 33 }, await members().upsert({ ...row, age: 33 }, { onConflict: 'email' }))
  const ignored = { onConflict: 'email', ignoreDuplicates: true }
  assert.deepEqual((await members().upsert({ ...row, age: 34 }, ignored).select()).data, [])
  const copied = await members().upsert({ ...row, email: 'r5@example.com' }, ignored).select().single()
  assert.equal(copied.error, null, JSON.stringify(copied.error))
  assert.ok(copied.data.created_at > row.created_at)
})
test('a row as it was read is put', async () => {
  const row = await made('r6@example.com')
  const headers = { 'Content-Type': 'application/json' }
  const answer = await send('PUT', `/members?id=eq.${row.id}`, { headers, body: { ...row, age: 35 } })
  assert.equal(answer.status, 204, answer.text)
  await isChanged(row, { age: 35 }, { error: null })
})
test('a row as it was read updates the record of its id', async () => {
  const row = await made('r7@example.com')
  await isChanged(row, { age: 36 }, await members().update({ ...row, age: 36 }).eq('id', row.id))
})
test('a row as it was read updates the record of its id where that is a uuid', async () => {
  const { data: row } = await db.from('tokens').insert({ text: 'a' }).select().single()
  const changed = { id: row.id.toUpperCase(), text: 'b' }
  const { data, error } = await db.from('tokens').update(changed).eq('id', row.id).select()
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [{ id: row.id, text: 'b' }])
})
test('an update of what is kept alone changes nothing', async () => {
  const row = await made('r8@example.com')
  const { id, created_at, updated_at } = row
  const { data, error } = await members().update({ id, created_at, updated_at }).eq('id', id).select()
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [])
  assert.deepEqual(await of(row.email), row)
})
test('an update to another id is refused, and one by another filter', async () => {
  const row = await made('r9@example.com')
  const changed = { ...row, age: 37 }
  for (const query of [members().update(changed).eq('id', row.id + 1), members().update(changed).eq('email', row.email),
    members().update(changed).in('id', [row.id]), members().update(changed).or(`id.eq.${row.id},id.eq.0`),
    members().update(changed).not('id', 'eq', row.id)]) {
    const { status, error } = await query
    assert.equal(status, 400)
    assert.equal(error.code, '22023')
  }
  assert.deepEqual(await of(row.email), row)
})
test('what is read-only stays refused in a row as it was read', async () => {
  const row = await made('r10@example.com')
  for (const query of [anyone.from('members').upsert({ ...row, age: 38 }), anyone.from('members').update({ ...row, age: 38 }).eq('id', row.id)]) {
    const { status, error } = await query
    assert.equal(status, 400)
    assert.equal(error.details, 'rank: is read-only')
  }
  assert.deepEqual(await of(row.email), row)
})
refuses('an insert does not lose times without a word', () => members().insert({ email: 'r11@example.com', created_at: '2001-01-01T00:00:00Z' }), 400, '22023')
test('an upsert by another field than the id takes no integer id', async () => {
  const row = await made('r12@example.com')
  const { status, error } = await members().upsert({ ...row, age: 39 }, { onConflict: 'email' })
  assert.equal(status, 400)
  assert.equal(error.code, '22023')
})
