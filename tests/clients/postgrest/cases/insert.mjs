import { answers, anyone, assert, db, refuses, send, test } from '../harness.mjs'

const tasks = () => db.from('tasks')
const shown = 'name,priority,note,done'

answers('insert shows nothing unless asked', () => tasks().insert({ batch: 'i1', name: 'a' }), null, { status: 201 })
answers('insert and select shows the record with its defaults', () => tasks().insert({ batch: 'i2', name: 'a' }).select(shown), [
  { name: 'a', priority: 3, note: 'none', done: false },
], { status: 201 })
answers('insert and single', () => tasks().insert({ batch: 'i3', name: 'a', priority: 9 }).select(shown).single(), {
  name: 'a', priority: 9, note: 'none', done: false,
}, { status: 201 })
answers('insert of many: what one leaves out is null', () => tasks().insert([
  { batch: 'i4', name: 'a', note: 'x' },
  { batch: 'i4', name: 'b' },
]).select('name,note,priority'), [
  { name: 'a', note: 'x', priority: 3 },
  { name: 'b', note: null, priority: 3 },
], { status: 201 })
answers('insert of many with defaultToNull false: it is the default', () => tasks().insert([
  { batch: 'i5', name: 'a', note: 'x' },
  { batch: 'i5', name: 'b' },
], { defaultToNull: false }).select('name,note'), [
  { name: 'a', note: 'x' },
  { name: 'b', note: 'none' },
], { status: 201 })
answers('insert of none', () => tasks().insert([]).select(), [], { status: 201 })
answers('insert and count', () => tasks().insert([{ batch: 'i6', name: 'a' }, { batch: 'i6', name: 'b' }], { count: 'exact' }), null, { status: 201, count: 2 })
answers('insert and select of what the record refers to', () => tasks().insert({ batch: 'i7', name: 'a', film: 4 }).select('name,films(title,directors(name))'), [
  { name: 'a', films: { title: 'Ikiru', directors: { name: 'Akira Kurosawa' } } },
], { status: 201 })
answers('insert and select with another name and a cast', () => tasks().insert({ batch: 'i8', name: 'a' }).select('called:name,p:priority::text'), [
  { called: 'a', p: '3' },
], { status: 201 })
answers('insert and select in an order', () => tasks().insert([{ batch: 'i9', name: 'a', priority: 1 }, { batch: 'i9', name: 'b', priority: 2 }])
  .select('name').order('priority', { ascending: false }), [{ name: 'b' }, { name: 'a' }], { status: 201 })
answers('insert and csv', () => tasks().insert({ batch: 'i10', name: 'a', note: null }).select('name,note,done').csv(), 'name,note,done\na,,false', { status: 201 })
answers('insert and stripNulls', () => tasks().insert({ batch: 'i11', name: 'a', note: null }).select('name,note').stripNulls(), [{ name: 'a' }], { status: 201 })
answers('anyone may insert where that is open', () => anyone.from('tasks').insert({ batch: 'i12', name: 'a' }).select('name'), [{ name: 'a' }], { status: 201 })
refuses('and not where it is closed', () => anyone.from('directors').insert({ name: 'a' }), 401, '42501')
refuses('insert of an unknown field', () => tasks().insert({ batch: 'i13', nmae: 'a' }), 400, 'PGRST204')
refuses('insert of a wrong value', () => tasks().insert({ batch: 'i13', name: 'a', priority: 10 }), 400, '23514')
refuses('insert without what is required', () => tasks().insert({ batch: 'i13' }), 400, '23514')
refuses('insert of a reference to nothing', () => tasks().insert({ batch: 'i13', name: 'a', film: 999 }), 409, '23503')
test('insert of a value that is taken', async () => {
  await tasks().insert({ batch: 'i14', name: 'a', code: 'i14' })
  const { error, status } = await tasks().insert({ batch: 'i14', name: 'b', code: 'i14' })
  assert.equal(error.code, '23505')
  assert.equal(status, 409)
})
test('insert of many is all or nothing', async () => {
  const { error } = await tasks().insert([{ batch: 'i15', name: 'a' }, { batch: 'i15', name: '' }])
  assert.equal(error.code, '23514')
  assert.deepEqual((await tasks().select().eq('batch', 'i15')).data, [])
})
test('insert and rollback shows what would be, and leaves nothing', async () => {
  const { data, error } = await tasks().insert({ batch: 'i16', name: 'a' }).select('name,note').rollback()
  assert.equal(error, null)
  assert.deepEqual(data, [{ name: 'a', note: 'none' }])
  assert.deepEqual((await tasks().select().eq('batch', 'i16')).data, [])
})
test('many at once and single are refused before anything is done', async () => {
  const { error, status } = await tasks().insert([{ batch: 'i17', name: 'a' }, { batch: 'i17', name: 'b' }]).select().single()
  assert.equal(error.code, 'PGRST116')
  assert.equal(error.details, 'The result contains 2 rows')
  assert.equal(status, 406)
  assert.deepEqual((await tasks().select().eq('batch', 'i17')).data, [])
})
test('headers-only says where the record is', async () => {
  const answer = await send('POST', '/tasks', { headers: { 'Content-Type': 'application/json', Prefer: 'return=headers-only' }, body: { batch: 'i18', name: 'a' } })
  assert.equal(answer.status, 201)
  assert.equal(answer.text, '')
  const { data } = await tasks().select('id').eq('batch', 'i18').single()
  assert.equal(answer.headers.get('location'), `/tasks?id=eq.${data.id}`)
})
test('csv is taken', async () => {
  const body = 'batch,name,priority,note,film\r\ni19,"a, ""b""",5,,1\r\ni19,c,NULL,"",\r\n'
  const answer = await send('POST', '/tasks?select=name,priority,note,film', { headers: { 'Content-Type': 'text/csv', Prefer: 'return=representation' }, body })
  assert.equal(answer.status, 201, answer.text)
  assert.deepEqual(answer.json, [
    { name: 'a, "b"', priority: 5, note: null, film: 1 },
    { name: 'c', priority: null, note: '', film: null },
  ])
})
test('a form is taken', async () => {
  const answer = await send('POST', '/tasks?select=name,priority,done', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Prefer: 'return=representation' },
    body: 'batch=i20&name=forms+are+fun&priority=7&done=true',
  })
  assert.equal(answer.status, 201, answer.text)
  assert.deepEqual(answer.json, [{ name: 'forms are fun', priority: 7, done: true }])
})
