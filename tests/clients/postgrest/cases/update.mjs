import { answers, anyone, assert, db, refuses, send, test } from '../harness.mjs'

const tasks = () => db.from('tasks')
const make = (batch, ...names) => tasks().insert(names.map((name, at) => ({ batch, name, priority: at })))
const of = async (batch) => (await tasks().select('name,priority').eq('batch', batch).order('id')).data

test('update shows nothing unless asked', async () => {
  await make('c1', 'a', 'b')
  const { data, status } = await tasks().update({ priority: 9 }).eq('batch', 'c1').eq('name', 'a')
  assert.equal(data, null)
  assert.equal(status, 204)
  assert.deepEqual(await of('c1'), [{ name: 'a', priority: 9 }, { name: 'b', priority: 1 }])
})
test('update and select shows what was changed', async () => {
  await make('c2', 'a', 'b', 'c')
  const { data, status } = await tasks().update({ note: 'x' }).eq('batch', 'c2').gt('priority', 0).select('name,note')
  assert.equal(status, 200)
  assert.deepEqual(data, [{ name: 'b', note: 'x' }, { name: 'c', note: 'x' }])
})
test('update and single', async () => {
  await make('c3', 'a')
  const { data } = await tasks().update({ name: 'b' }).eq('batch', 'c3').select('name').single()
  assert.deepEqual(data, { name: 'b' })
})
test('update of many and single changes nothing', async () => {
  await make('c4', 'a', 'b')
  const { error, status } = await tasks().update({ priority: 9 }).eq('batch', 'c4').select().single()
  assert.equal(status, 406)
  assert.equal(error.code, 'PGRST116')
  assert.equal(error.details, 'The result contains 2 rows')
  assert.deepEqual(await of('c4'), [{ name: 'a', priority: 0 }, { name: 'b', priority: 1 }])
})
refuses('update of none and single', () => tasks().update({ priority: 9 }).eq('batch', 'none').select().single(), 406, 'PGRST116', {
  details: 'The result contains 0 rows',
})
answers('update of none', () => tasks().update({ priority: 9 }).eq('batch', 'none').select(), [])
test('update counts', async () => {
  await make('c5', 'a', 'b', 'c')
  const { count } = await tasks().update({ priority: 9 }, { count: 'exact' }).eq('batch', 'c5')
  assert.equal(count, 3)
})
test('update with or', async () => {
  await make('c6', 'a', 'b', 'c')
  await tasks().update({ priority: 9 }).eq('batch', 'c6').or('name.eq.a,name.eq.c')
  assert.deepEqual((await of('c6')).map((task) => task.priority), [9, 1, 9])
})
test('update and select of what the record refers to', async () => {
  await make('c7', 'a')
  const { data, error } = await tasks().update({ film: 1 }).eq('batch', 'c7').select('name,films(title)')
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [{ name: 'a', films: { title: 'Cléo from 5 to 7' } }])
})
test('update by a filter of what the record refers to', async () => {
  await tasks().insert([{ batch: 'c8', name: 'a', film: 1 }, { batch: 'c8', name: 'b', film: 3 }])
  const { data, error } = await tasks().update({ priority: 9 }).eq('batch', 'c8').select('name,films!inner(title)').eq('films.title', 'Seven Samurai')
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [{ name: 'b', films: { title: 'Seven Samurai' } }])
})
test('update to null', async () => {
  await make('c9', 'a')
  const { data } = await tasks().update({ note: null }).eq('batch', 'c9').select('note').single()
  assert.deepEqual(data, { note: null })
})
test('update without filter is bounded by nothing but the filter, as in PostgREST', async () => {
  await db.from('empties').insert([{ name: 'a' }, { name: 'b' }])
  const { count } = await db.from('empties').update({ name: 'c' }, { count: 'exact' })
  assert.equal(count, 2)
  await db.from('empties').delete().not('id', 'is', null)
})
test('update of nothing changes nothing', async () => {
  await make('c10', 'a')
  const answer = await send('PATCH', '/tasks?batch=eq.c10', { headers: { 'Content-Type': 'application/json' }, body: {} })
  assert.equal(answer.status, 204)
  assert.equal(answer.headers.get('content-range'), '*/*')
})
test('maxAffected lets so many be changed', async () => {
  await make('c11', 'a', 'b')
  const { error, status } = await tasks().update({ priority: 9 }).eq('batch', 'c11').maxAffected(2)
  assert.equal(error, null)
  assert.equal(status, 204)
})
test('maxAffected lets no more be changed', async () => {
  await make('c12', 'a', 'b', 'c')
  const { error, status } = await tasks().update({ priority: 9 }).eq('batch', 'c12').maxAffected(2)
  assert.equal(status, 400)
  assert.equal(error.code, 'PGRST124')
  assert.equal(error.details, 'The query affects 3 rows')
  assert.deepEqual((await of('c12')).map((task) => task.priority), [0, 1, 2])
})
test('update and rollback shows what would be', async () => {
  await make('c13', 'a')
  const { data } = await tasks().update({ priority: 9 }).eq('batch', 'c13').select('priority').rollback()
  assert.deepEqual(data, [{ priority: 9 }])
  assert.deepEqual(await of('c13'), [{ name: 'a', priority: 0 }])
})
test('update and csv', async () => {
  await make('c14', 'a', 'b')
  const { data } = await tasks().update({ note: 'x,y' }).eq('batch', 'c14').select('name,note').order('name', { ascending: false }).csv()
  assert.equal(data, 'name,note\nb,"x,y"\na,"x,y"')
})
refuses('update of a field that is not there', () => tasks().update({ nmae: 'a' }).eq('batch', 'none'), 400, 'PGRST204')
refuses('update to a wrong value', () => tasks().update({ priority: 10 }).eq('batch', 'none'), 400, '23514')
refuses('update by a field that is not there', () => tasks().update({ priority: 1 }).eq('bacth', 'none'), 400, 'PGRST204')
refuses('update of what is closed', () => anyone.from('secrets').update({ text: 'a' }).eq('id', 1), 401, '42501')
test('update to a value that is taken', async () => {
  await tasks().insert([{ batch: 'c15', name: 'a', code: 'c15a' }, { batch: 'c15', name: 'b', code: 'c15b' }])
  const { error, status } = await tasks().update({ code: 'c15a' }).eq('code', 'c15b')
  assert.equal(error.code, '23505')
  assert.equal(status, 409)
})
test('columns says what of the body counts', async () => {
  await make('c16', 'a')
  const answer = await send('PATCH', '/tasks?batch=eq.c16&columns=note&select=name,note', {
    headers: { 'Content-Type': 'application/json', Prefer: 'return=representation' },
    body: { note: 'x', name: 'ignored', nothing: 1 },
  })
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(answer.json, [{ name: 'a', note: 'x' }])
})
