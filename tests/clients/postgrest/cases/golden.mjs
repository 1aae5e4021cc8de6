// What PostgREST's own documents and tests say that it answers: tests/clients/golden, with the source of each.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { assert, send, test } from '../harness.mjs'

const folder = path.join(process.env.BANYAN_REPOSITORY, 'tests/clients/golden')

function expectBody(answer, expected) {
  if (expected === undefined) return
  if (typeof expected === 'string') return assert.equal(answer.text, expected)
  if (Array.isArray(expected) || answer.status < 400) return assert.deepEqual(answer.json, expected)
  // An error has PostgREST's members, and more.
  for (const [member, value] of Object.entries(expected)) assert.equal(answer.json[member], value, member)
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
  const golden = JSON.parse(readFileSync(path.join(folder, file), 'utf8'))
  for (const { name, request, answer: expected } of golden.answers) {
    test(`${golden.about}: ${name}`, async () => {
      const [method, target] = request.line.split(' ')
      const answer = await send(method, target, {
        headers: { ...(request.body ? { 'Content-Type': 'application/json' } : {}), ...request.headers },
        body: request.body,
      })
      assert.equal(answer.status, expected.status, answer.text)
      for (const [header, value] of Object.entries(expected.headers ?? {})) assert.equal(answer.headers.get(header), value, header)
      expectBody(answer, expected.body)
    })
  }
}
