import { answers, assert, db, refuses, send, test } from '../harness.mjs'

const ids = (...list) => list.map((id) => ({ id }))
const films = () => db.from('films').select('id')

answers('order ascending', () => films().order('year'), ids(4, 3, 1, 2, 5, 6))
answers('order descending has nulls first', () => films().order('year', { ascending: false }), ids(6, 5, 2, 1, 3, 4))
answers('order with nulls last', () => films().order('year', { ascending: false, nullsFirst: false }), ids(5, 2, 1, 3, 4, 6))
answers('order with nulls first', () => films().order('year', { nullsFirst: true }), ids(6, 4, 3, 1, 2, 5))
answers('order by two fields', () => films().order('genre').order('title', { ascending: false }), ids(5, 2, 3, 4, 1, 6))
answers('order by a text in json', () => films().not('details->>country', 'is', null).order('details->>country', { ascending: false }).order('id'),
  ids(3, 1, 2))
refuses('order by a field that is not there', () => films().order('yaer'), 400, 'PGRST204')
answers('limit', () => films().order('id').limit(2), ids(1, 2))
answers('limit of nothing', () => films().limit(0), [])
answers('limit past what there may be is as much as there may be', () => films().order('id').limit(1000000), ids(1, 2, 3, 4, 5, 6))
answers('range', () => films().order('id').range(1, 3), ids(2, 3, 4))
answers('range past the end', () => films().order('id').range(4, 100), ids(5, 6))
refuses('range past the end, counted', () => db.from('films').select('id', { count: 'exact' }).range(10, 20), 416, 'PGRST103', {
  details: 'An offset of 10 was requested, but there are only 6 rows.',
})
answers('single is an object', () => films().eq('id', 3).single(), { id: 3 })
refuses('single of none', () => films().eq('id', 99).single(), 406, 'PGRST116', {
  message: 'Cannot coerce the result to a single JSON object',
  details: 'The result contains 0 rows',
})
refuses('single of many', () => films().single(), 406, 'PGRST116', { details: 'The result contains 6 rows' })
answers('limit(1).single()', () => films().order('id', { ascending: false }).limit(1).single(), { id: 6 })
answers('maybeSingle of one', () => films().eq('id', 3).maybeSingle(), { id: 3 })
answers('maybeSingle of none is null', () => films().eq('id', 99).maybeSingle(), null)
refuses('maybeSingle of many', () => films().maybeSingle(), 406, 'PGRST116')
answers('csv', () => db.from('directors').select('id,name,country').order('id').csv(),
  'id,name,country\n1,Agnès Varda,France\n2,Akira Kurosawa,Japan\n3,Jane Campion,\n4,Nobody,France')
answers('csv of what needs quotes', () => db.from('posters').select('file').eq('id', 2).csv(), 'file\n"samurai, ""seven"".png"')
answers('csv of json and of a boolean', () => db.from('films').select('seen,details->tags').eq('id', 1).csv(),
  'seen,tags\ntrue,"[""paris"",""time""]"')
answers('csv of nothing has its names', () => films().eq('id', 99).csv(), 'id')
answers('stripNulls leaves members out', () => db.from('films').select('id,year,genre').eq('id', 6).stripNulls(), [{ id: 6, genre: 'horror' }])
answers('stripNulls of one record', () => db.from('directors').select().eq('id', 3).stripNulls().single(), { id: 3, name: 'Jane Campion' })
test('abortSignal ends the request', async () => {
  const controller = new AbortController()
  controller.abort()
  const { error, data } = await films().abortSignal(controller.signal)
  assert.match(error.message, /AbortError/)
  assert.equal(data, null)
})
answers('abortSignal that is not used changes nothing', () => films().eq('id', 1).abortSignal(new AbortController().signal), ids(1))
answers('returns and overrideTypes change types only', () => films().eq('id', 1).returns().overrideTypes(), ids(1))
answers('setHeader asks for another form', () => films().eq('id', 1).setHeader('Accept', 'application/vnd.pgrst.object+json'), { id: 1 })
answers('retry changes nothing', () => films().eq('id', 1).retry(false), ids(1))
test('throwOnError throws what was refused', async () => {
  await assert.rejects(async () => await films().eq('id', 99).single().throwOnError(), (error) => {
    assert.equal(error.name, 'PostgrestError')
    assert.equal(error.code, 'PGRST116')
    return true
  })
})
answers('throwOnError does not throw else', () => films().eq('id', 1).throwOnError(), ids(1))
test('throwOnError of a builder keeps its methods', async () => {
  const { data } = await films().throwOnError().eq('id', 2).limit(1)
  assert.deepEqual(data, ids(2))
})
test('every answer says which records it holds', async () => {
  const answer = await send('GET', '/films?select=id&order=id&limit=2&offset=1')
  assert.equal(answer.headers.get('content-range'), '1-2/*')
})
