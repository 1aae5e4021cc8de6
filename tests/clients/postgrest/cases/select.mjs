import { answers, anyone, assert, db, refuses, test } from '../harness.mjs'

const titles = (films) => films.map((title) => ({ title }))

answers('select() shows every field in the order of the collection', () => db.from('directors').select().eq('id', 1), [
  { id: 1, name: 'Agnès Varda', country: 'France' },
])
answers('select of some fields shows those, in that order', () => db.from('directors').select('country,id').eq('id', 2), [
  { country: 'Japan', id: 2 },
])
test('members come in the order that was asked for', async () => {
  const { data } = await db.from('directors').select('name, id').eq('id', 2)
  assert.deepEqual(Object.keys(data[0]), ['name', 'id'])
})
answers('select ignores white space', () => db.from('films').select(' id ,\n title ').eq('id', 4), [{ id: 4, title: 'Ikiru' }])
answers('a field may have another name', () => db.from('films').select('name:title,when:year').eq('id', 4), [
  { name: 'Ikiru', when: 1952 },
])
answers('a field may be cast', () => db.from('films').select('id::text,year::text,rating::int4').eq('id', 3), [
  { id: '3', year: '1954', rating: 9 },
])
answers('a renamed field may be cast', () => db.from('films').select('y:year::text').eq('id', 3), [{ y: '1954' }])
answers('select looks into json', () => db.from('films').select('details->tags,details->>country').eq('id', 1), [
  { tags: ['paris', 'time'], country: 'fr' },
])
answers('select looks deep into json', () => db.from('films').select('region:details->dvd->region').in('id', [1, 2]).order('id'), [
  { region: 2 },
  { region: null },
])
answers('select takes an element of an array in json', () => db.from('films').select('tag:details->tags->>0').eq('id', 1), [
  { tag: 'paris' },
])
answers('values are those of JSON', () => db.from('films').select('seen,rating,released,added,genre,details').eq('id', 3), [
  {
    seen: true,
    rating: 8.6,
    released: '1954-04-26',
    added: '2026-01-03T00:00:00.500000Z',
    genre: 'drama',
    details: { country: 'jp', minutes: 207, tags: [] },
  },
])
answers('no match is an empty array', () => db.from('films').select().eq('id', 99), [])
answers('anyone may read what is open', () => anyone.from('actors').select('name').eq('id', 2), [{ name: 'Toshiro Mifune' }])
refuses('anyone may not read what is closed', () => anyone.from('secrets').select(), 401, '42501')
answers('the service may', () => db.from('secrets').select(), [])
refuses('a field that is not there is refused', () => db.from('films').select('tilte'), 400, 'PGRST204')
refuses('a collection that is not there is named with its nearest', () => db.from('film').select(), 404, 'PGRST205', {
  message: "Could not find the table 'public.film' in the schema cache",
  hint: "Perhaps you meant the table 'public.films'",
})
answers('count=exact counts what matches', () => db.from('films').select('title', { count: 'exact' }).eq('director', 1).order('id'),
  titles(['Cléo from 5 to 7', 'Vagabond']), { count: 2 })
answers('a counted page that is not all is partial', () => db.from('films').select('id', { count: 'exact' }).order('id').limit(2),
  [{ id: 1 }, { id: 2 }], { count: 6, status: 206 })
test('count=planned gives some count', async () => {
  const { error, count, data } = await db.from('films').select('id', { count: 'planned' })
  assert.equal(error, null)
  assert.equal(data.length, 6)
  assert.ok(Number.isInteger(count) && count >= 0)
})
test('count=estimated gives some count', async () => {
  const { error, count } = await db.from('films').select('id', { count: 'estimated' })
  assert.equal(error, null)
  assert.ok(Number.isInteger(count) && count >= 0)
})
answers('head shows no records, and the count', () => db.from('films').select('*', { head: true, count: 'exact' }), null, { count: 6 })
answers('without count there is none', () => db.from('actors').select('id').eq('id', 1), [{ id: 1 }], { count: null })
