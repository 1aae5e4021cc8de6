import { answers, assert, db, refuses, send, test } from '../harness.mjs'

const tasks = () => db.from('tasks')
const put = (path, body, prefer) => send('PUT', path, { headers: { 'Content-Type': 'application/json', ...(prefer ? { Prefer: prefer } : {}) }, body })

test('upsert changes the record that has the same value, and makes the others', async () => {
  await tasks().insert({ batch: 'u1', name: 'a', code: 'u1a', priority: 1, note: 'kept' })
  const { data, status, error } = await tasks().upsert([
    { batch: 'u1', name: 'a', code: 'u1a', priority: 8 },
    { batch: 'u1', name: 'b', code: 'u1b', priority: 9 },
  ], { onConflict: 'code' }).select('name,priority,note')
  assert.equal(error, null, JSON.stringify(error))
  assert.equal(status, 201)
  assert.deepEqual(data, [
    { name: 'a', priority: 8, note: 'kept' },
    { name: 'b', priority: 9, note: 'none' },
  ])
})
test('upsert that makes nothing new answers 200', async () => {
  await tasks().insert({ batch: 'u2', name: 'a', code: 'u2' })
  const { status } = await tasks().upsert({ batch: 'u2', name: 'b', code: 'u2' }, { onConflict: 'code' })
  assert.equal(status, 200)
  assert.deepEqual((await tasks().select('name').eq('batch', 'u2')).data, [{ name: 'b' }])
})
test('upsert by the fields of a unique index', async () => {
  await tasks().insert({ batch: 'u3', name: 'a', priority: 1 })
  const { data, error } = await tasks().upsert({ batch: 'u3', name: 'a', priority: 7 }, { onConflict: 'batch,name' }).select('priority').single()
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, { priority: 7 })
})
test('upsert by id', async () => {
  const { data: made } = await tasks().insert({ batch: 'u4', name: 'a', priority: 1 }).select('id').single()
  const { data, error } = await tasks().upsert({ id: made.id, batch: 'u4', name: 'changed' }).select('id,name,priority').single()
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, { id: made.id, name: 'changed', priority: 1 })
})
answers('upsert without an id makes a record', () => tasks().upsert({ batch: 'u5', name: 'a' }).select('name'), [{ name: 'a' }], { status: 201 })
test('upsert that ignores duplicates leaves them as they are, and out of the answer', async () => {
  await tasks().insert({ batch: 'u6', name: 'a', code: 'u6a', priority: 1 })
  const { data, status } = await tasks().upsert([
    { batch: 'u6', name: 'a', code: 'u6a', priority: 8 },
    { batch: 'u6', name: 'b', code: 'u6b', priority: 9 },
  ], { onConflict: 'code', ignoreDuplicates: true }).select('name')
  assert.equal(status, 201)
  assert.deepEqual(data, [{ name: 'b' }])
  assert.deepEqual((await tasks().select('priority').eq('code', 'u6a')).data, [{ priority: 1 }])
})
test('upsert counts what it wrote', async () => {
  const { count } = await tasks().upsert([{ batch: 'u7', name: 'a', code: 'u7a' }, { batch: 'u7', name: 'b', code: 'u7b' }], { onConflict: 'code', count: 'exact' })
  assert.equal(count, 2)
})
test('upsert with defaultToNull false takes defaults for what is missing', async () => {
  const { data, error } = await tasks().upsert([
    { batch: 'u8', name: 'a', code: 'u8a', note: 'x' },
    { batch: 'u8', name: 'b', code: 'u8b' },
  ], { onConflict: 'code', defaultToNull: false }).select('note')
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [{ note: 'x' }, { note: 'none' }])
})
test('upsert and rollback leaves nothing', async () => {
  await tasks().upsert({ batch: 'u9', name: 'a', code: 'u9' }, { onConflict: 'code' }).rollback()
  assert.deepEqual((await tasks().select().eq('batch', 'u9')).data, [])
})
refuses('upsert by what is not unique', () => tasks().upsert({ batch: 'u10', name: 'a' }, { onConflict: 'priority' }), 400, '42P10')
refuses('upsert by what is not there', () => tasks().upsert({ batch: 'u10', name: 'a' }, { onConflict: 'cdoe' }), 400, 'PGRST204')
test('many upserts of the same at once leave one record, and none fails', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, (_, at) =>
    tasks().upsert({ batch: 'u11', name: `${at}`, code: 'u11' }, { onConflict: 'code' })))
  assert.deepEqual(all.filter((answer) => answer.error), [])
  assert.equal((await tasks().select().eq('code', 'u11')).data.length, 1)
})

test('PUT changes the record of that id', async () => {
  const { data: made } = await tasks().insert({ batch: 'u12', name: 'a' }).select().single()
  const answer = await put(`/tasks?id=eq.${made.id}`, { ...made, name: 'b', priority: 4 })
  assert.equal(answer.status, 204, answer.text)
  assert.deepEqual((await tasks().select('name,priority').eq('id', made.id).single()).data, { name: 'b', priority: 4 })
})
test('PUT shows it where asked', async () => {
  const { data: made } = await tasks().insert({ batch: 'u13', name: 'a' }).select().single()
  const answer = await put(`/tasks?id=eq.${made.id}&select=name`, { ...made, name: 'b' }, 'return=representation')
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(answer.json, [{ name: 'b' }])
})
test('PUT makes a record of that id where ids are uuids', async () => {
  const id = '0190a000-0000-7000-8000-000000000001'
  const answer = await put(`/tokens?id=eq.${id}`, { id, text: 'x' }, 'return=representation')
  assert.equal(answer.status, 201, answer.text)
  assert.deepEqual(answer.json, [{ id, text: 'x' }])
})
