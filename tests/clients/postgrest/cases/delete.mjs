import { anyone, assert, answers, db, refuses, test } from '../harness.mjs'

const tasks = () => db.from('tasks')
const make = (batch, ...names) => tasks().insert(names.map((name) => ({ batch, name })))
const of = async (batch) => (await tasks().select('name').eq('batch', batch).order('id')).data.map((task) => task.name)

test('delete shows nothing unless asked', async () => {
  await make('d1', 'a', 'b')
  const { data, status } = await tasks().delete().eq('batch', 'd1').eq('name', 'a')
  assert.equal(data, null)
  assert.equal(status, 204)
  assert.deepEqual(await of('d1'), ['b'])
})
test('delete and select shows what was', async () => {
  await make('d2', 'a', 'b')
  const { data, status } = await tasks().delete().eq('batch', 'd2').select('name,priority')
  assert.equal(status, 200)
  assert.deepEqual(data, [{ name: 'a', priority: 3 }, { name: 'b', priority: 3 }])
  assert.deepEqual(await of('d2'), [])
})
test('delete and single', async () => {
  await make('d3', 'a')
  assert.deepEqual((await tasks().delete().eq('batch', 'd3').select('name').single()).data, { name: 'a' })
})
test('delete of many and single deletes nothing', async () => {
  await make('d4', 'a', 'b')
  const { error, status } = await tasks().delete().eq('batch', 'd4').select().single()
  assert.equal(status, 406)
  assert.equal(error.details, 'The result contains 2 rows')
  assert.deepEqual(await of('d4'), ['a', 'b'])
})
test('delete counts', async () => {
  await make('d5', 'a', 'b')
  assert.equal((await tasks().delete({ count: 'exact' }).eq('batch', 'd5')).count, 2)
})
answers('delete of none', () => tasks().delete().eq('batch', 'none').select(), [])
test('delete by in', async () => {
  await make('d6', 'a', 'b', 'c')
  await tasks().delete().eq('batch', 'd6').in('name', ['a', 'c'])
  assert.deepEqual(await of('d6'), ['b'])
})
test('maxAffected lets no more be deleted', async () => {
  await make('d7', 'a', 'b')
  const { error, status } = await tasks().delete().eq('batch', 'd7').maxAffected(1)
  assert.equal(status, 400)
  assert.equal(error.code, 'PGRST124')
  assert.deepEqual(await of('d7'), ['a', 'b'])
})
test('delete and rollback deletes nothing', async () => {
  await make('d8', 'a')
  assert.deepEqual((await tasks().delete().eq('batch', 'd8').select('name').rollback()).data, [{ name: 'a' }])
  assert.deepEqual(await of('d8'), ['a'])
})
test('delete takes what cascades with it', async () => {
  const { data: film } = await db.from('films').insert({ title: 'gone' }).select('id').single()
  await db.from('roles').insert({ film: film.id, actor: 1 })
  await db.from('films').delete().eq('id', film.id)
  assert.deepEqual((await db.from('roles').select().eq('film', film.id)).data, [])
})
refuses('delete of what others refer to', () => db.from('films').delete().eq('id', 1), 409, '23503')
refuses('delete of what is closed', () => anyone.from('secrets').delete().eq('id', 1), 401, '42501')
refuses('delete by a field that is not there', () => tasks().delete().eq('bacth', 'none'), 400, 'PGRST204')
