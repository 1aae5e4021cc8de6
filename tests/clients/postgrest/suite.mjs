// The whole suite, in one process: each file of cases tells what it tries.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { absent, assert, methodCount, onSqlite, seed, test, uncalled } from './harness.mjs'

await seed()
await import('./cases/select.mjs')
await import('./cases/filters.mjs')
await import('./cases/transforms.mjs')
await import('./cases/embeds.mjs')
await import('./cases/aggregates.mjs')
await import('./cases/insert.mjs')
await import('./cases/upsert.mjs')
await import('./cases/rows.mjs')
await import('./cases/update.mjs')
await import('./cases/delete.mjs')
await import('./cases/functions.mjs')
await import('./cases/client.mjs')
await import('./cases/supabase.mjs')
await import('./cases/absent.mjs')
await import('./cases/golden.mjs')

test('every method of the client was called', () => {
  assert.ok(methodCount > 60)
  assert.deepEqual(uncalled(), [])
})

test('docs/postgrest.md lists what is not there, and nothing else', () => {
  const document = readFileSync(path.join(process.env.BANYAN_REPOSITORY, 'docs/postgrest.md'), 'utf8')
  const section = document.split('## What is not there')[1].split('\n## ')[0]
  const rows = [...section.matchAll(/^\| ([^|]+) \|/gm)].map((row) => row[1].replaceAll('`', '').trim())
  const meant = (row) => row !== 'what' && !/^-+$/.test(row) && (onSqlite || !row.endsWith(' on SQLite'))
  const listed = rows.filter(meant)
  assert.deepEqual([...absent].sort(), listed.sort())
})
