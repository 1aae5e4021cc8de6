// What the cases share: the clients, the records that are read, and the ways to say what an answer must be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as postgrest from '@supabase/postgrest-js'

export const url = process.env.BANYAN_URL
export const key = process.env.BANYAN_KEY
export const rest = `${url}/rest/v1`
export const onSqlite = process.env.BANYAN_TEST_STAGE === 'sqlite'

/** As the service. */
export const db = new postgrest.PostgrestClient(rest, { headers: { Authorization: `Bearer ${key}` } })
/** As anyone. */
export const anyone = new postgrest.PostgrestClient(rest)

// Every method of the client that some case has called: Class.method.
const called = new Set()
const classes = {
  PostgrestClient: postgrest.PostgrestClient,
  PostgrestQueryBuilder: postgrest.PostgrestQueryBuilder,
  PostgrestFilterBuilder: postgrest.PostgrestFilterBuilder,
  PostgrestTransformBuilder: postgrest.PostgrestTransformBuilder,
  PostgrestBuilder: postgrest.PostgrestBuilder,
}
const methods = []
for (const [name, definition] of Object.entries(classes)) {
  const prototype = definition.prototype
  for (const method of Object.getOwnPropertyNames(prototype)) {
    const original = prototype[method]
    if (method === 'constructor' || typeof original !== 'function') continue
    methods.push(`${name}.${method}`)
    prototype[method] = function (...given) {
      called.add(`${name}.${method}`)
      return original.apply(this, given)
    }
  }
}
// What a class redefines is called by its own name only.
const nameOf = (method) => method.split('.')[1]
const isBuilders = (method) => /^Postgrest(Filter|Transform)?Builder\./.test(method)
export function uncalled() {
  const names = new Set([...called].filter(isBuilders).map(nameOf))
  return methods.filter((method) => !called.has(method) && !(isBuilders(method) && names.has(nameOf(method))))
}
export const methodCount = methods.length

// What was refused as not there, by the words of docs/postgrest.md.
export const absent = new Set()

/** A case: the query must answer with this data, and whatever else is told. */
export function answers(name, query, data, more = {}) {
  test(name, async () => {
    const { status = 200, count } = more
    const answer = await query()
    assert.equal(answer.error, null, JSON.stringify(answer.error))
    assert.deepEqual(answer.data, data)
    assert.equal(answer.status, status)
    if (count !== undefined) assert.equal(answer.count, count)
  })
}

/** A case: the query must be refused with this status and code. */
export function refuses(name, query, status, code, more = {}) {
  test(name, async () => {
    const answer = await query()
    assert.ok(answer.error, `it answered ${JSON.stringify(answer.data)}`)
    assert.equal(answer.error.code, code, JSON.stringify(answer.error))
    assert.equal(answer.status, status)
    for (const [member, value] of Object.entries(more)) assert.equal(answer.error[member], value)
  })
}

/** A case: what the query asks for is not there, and docs/postgrest.md lists it in these words. */
export function isAbsent(feature, query, name = feature) {
  test(`${name}: it is refused as not there`, async () => {
    const answer = await query()
    assert.ok(answer.error, `it answered ${JSON.stringify(answer.data)}`)
    assert.equal(answer.error.code, 'PGRST127', JSON.stringify(answer.error))
    assert.equal(answer.status, 400)
    absent.add(feature)
  })
}

/** Sends a request that no client makes. */
export async function send(method, path, { headers = {}, body } = {}) {
  const answer = await fetch(rest + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await answer.text()
  const isJson = text !== '' && (answer.headers.get('content-type') ?? '').includes('json')
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

async function make(collection, records) {
  const answer = await send('POST', `/${collection}`, {
    headers: { 'Content-Type': 'application/json', Prefer: 'return=minimal' },
    body: records,
  })
  assert.equal(answer.status, 201, `${collection}: ${answer.text}`)
}

/** Fills the empty database; ids begin at 1. */
export async function seed() {
  await make('directors', [
    { name: 'Agnès Varda', country: 'France' },
    { name: 'Akira Kurosawa', country: 'Japan' },
    { name: 'Jane Campion', country: null },
    { name: 'Nobody', country: 'France' },
  ])
  await make('films', films)
  await make('actors', [{ name: 'Corinne Marchand' }, { name: 'Toshiro Mifune' }, { name: 'Takashi Shimura' }])
  await make('roles', [
    { film: 1, actor: 1, character: 'Cléo' },
    { film: 3, actor: 2, character: 'Kikuchiyo' },
    { film: 3, actor: 3, character: 'Kambei' },
    { film: 4, actor: 3, character: null },
  ])
  await make('posters', [{ film: 1, file: 'cleo.png' }, { film: 3, file: 'samurai, "seven".png' }])
  await make('items', Array.from({ length: 15 }, (_, at) => ({ name: `item ${at + 1}` })))
  await make('organizations', [
    { name: 'Referee Org', referee: null, auditor: null, manager_id: 1 },
    { name: 'Auditor Org', referee: null, auditor: null, manager_id: 2 },
    { name: 'Acme', referee: 1, auditor: 2, manager_id: 3 },
  ])
  await make('tiobe_pls', [{ name: 'Java', rank: 1 }, { name: 'C', rank: 2 }, { name: 'Python', rank: 4 }])
  await make('clients', [{ name: 'Microsoft' }, { name: 'Apple' }])
  await make('projects', [
    { name: 'Windows 7', client: 1 },
    { name: 'Windows 10', client: 1 },
    { name: 'IOS', client: 2 },
    { name: 'OSX', client: 2 },
    { name: 'Orphan', client: null },
  ])
}

const film = (more) => ({
  title: '', year: null, rating: null, seen: false, released: null, added: null, genre: null, details: null,
  plot: null, director: null, ...more,
})
const films = [
  film({
    title: 'Cléo from 5 to 7', year: 1962, rating: 7.9, seen: true, released: '1962-04-11', genre: 'drama',
    added: '2026-01-01T00:00:00.000000Z', details: { country: 'fr', tags: ['paris', 'time'], minutes: 90, dvd: { region: 2 } },
    plot: 'A singer waits for news in the streets of Paris', director: 1,
  }),
  film({
    title: 'Vagabond', year: 1985, rating: 7.7, released: '1985-12-04', genre: 'drama', director: 1,
    added: '2026-01-02T12:00:00.000000Z', details: { country: 'fr', tags: ['winter'], minutes: 105 },
    plot: 'The winter of a young woman on the road',
  }),
  film({
    title: 'Seven Samurai', year: 1954, rating: 8.6, seen: true, released: '1954-04-26', genre: 'drama', director: 2,
    added: '2026-01-03T00:00:00.500000Z', details: { country: 'jp', tags: [], minutes: 207 },
    plot: 'Farmers hire seven samurai against bandits',
  }),
  film({ title: 'Ikiru', year: 1952, rating: 8.3, seen: null, genre: 'drama', director: 2, plot: 'A clerk builds a playground' }),
  film({ title: 'The Piano', year: 1993, rating: 7.5, genre: 'comedy', director: 3, details: 'silent' }),
  film({ title: '100% (un"finished), a_film', year: null, genre: 'horror' }),
]

export { assert, test }
