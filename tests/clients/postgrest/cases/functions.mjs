import { answers, anyone, assert, db, isAbsent, refuses, test } from '../harness.mjs'

const ikiru = { id: 4, title: 'Ikiru', year: 1952 }
const both = [{ id: 3, title: 'Seven Samurai', year: 1954 }, ikiru]
const tasks = () => db.from('tasks')

answers('rpc calls a saved query', () => db.rpc('films_of', { director: 2 }), both)
answers('rpc by GET', () => db.rpc('films_of', { director: 2 }, { get: true }), both)
answers('rpc by HEAD counts', () => db.rpc('films_of', { director: 2 }, { head: true, count: 'exact' }), null, { count: 2 })
answers('rpc counts', () => db.rpc('films_of', { director: 2 }, { count: 'exact' }), both, { count: 2 })
answers('rpc of nothing', () => db.rpc('films_of', { director: 99 }), [])
answers('rpc as anyone', () => anyone.rpc('films_of', { director: 2 }), both)
answers('rpc and single', () => db.rpc('films_of', { director: 3 }).single(), { id: 5, title: 'The Piano', year: 1993 })
answers('rpc and maybeSingle', () => db.rpc('films_of', { director: 99 }).maybeSingle(), null)
refuses('rpc of many and single', () => db.rpc('films_of', { director: 2 }).single(), 406, 'PGRST116', { details: 'The result contains 2 rows' })
refuses('rpc without an argument', () => db.rpc('films_of'), 400, '23514')
refuses('rpc with a wrong argument', () => db.rpc('films_of', { director: 'x' }), 400, '23514')
test('rpc that writes', async () => {
  await tasks().insert({ batch: 'f1', name: 'a', code: 'f1' })
  const { data, error } = await db.rpc('rename_task', { code: 'f1', name: 'b' })
  assert.equal(error, null, JSON.stringify(error))
  assert.deepEqual(data, [{ name: 'b' }])
  assert.deepEqual((await tasks().select('name').eq('code', 'f1').single()).data, { name: 'b' })
})
refuses('rpc that is closed', () => anyone.rpc('rename_task', { code: 'f1', name: 'c' }), 401, '42501')
isAbsent('select, filters, order and limit of rpc', () => db.rpc('films_of', { director: 2 }).select('title'), 'rpc and select')
isAbsent('select, filters, order and limit of rpc', () => db.rpc('films_of', { director: 2 }).eq('id', 4), 'rpc and a filter')
isAbsent('select, filters, order and limit of rpc', () => db.rpc('films_of', { director: 2 }).limit(1), 'rpc and limit')
isAbsent('csv of rpc', () => db.rpc('films_of', { director: 2 }).csv())
isAbsent('rollback and maxAffected of rpc that writes', () => db.rpc('rename_task', { code: 'f1', name: 'c' }).rollback(), 'rpc that writes and rollback')
isAbsent('rollback and maxAffected of rpc that writes', () => db.rpc('rename_task', { code: 'f1', name: 'c' }).maxAffected(1), 'rpc that writes and maxAffected')
isAbsent('single of rpc that writes', () => db.rpc('rename_task', { code: 'f1', name: 'c' }).single())
test('and none of these has written', async () => {
  assert.deepEqual((await tasks().select('name').eq('code', 'f1').single()).data, { name: 'b' })
})
