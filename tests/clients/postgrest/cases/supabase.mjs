// supabase-js speaks to more than records; only that part of it is tried.
import { createClient } from '@supabase/supabase-js'
import { answers, assert, key, refuses, test, url } from '../harness.mjs'

const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } }
const supabase = createClient(url, key, options)
const anonymous = createClient(url, 'anonymous-key-of-the-suite', options)

answers('supabase-js reads', () => supabase.from('films').select('title, directors(name)').eq('id', 4).single(), {
  title: 'Ikiru',
  directors: { name: 'Akira Kurosawa' },
})
answers('supabase-js counts', () => supabase.from('films').select('*', { count: 'exact', head: true }).eq('director', 1), null, { count: 2 })
test('supabase-js inserts, updates, upserts and deletes', async () => {
  const { data: made, error } = await supabase.from('tasks').insert({ batch: 's1', name: 'a' }).select().single()
  assert.equal(error, null, JSON.stringify(error))
  const { data: changed } = await supabase.from('tasks').update({ done: true }).eq('id', made.id).select('done').single()
  assert.deepEqual(changed, { done: true })
  const { data: merged } = await supabase.from('tasks').upsert({ id: made.id, batch: 's1', name: 'b' }).select('name,done').single()
  assert.deepEqual(merged, { name: 'b', done: true })
  const { error: last } = await supabase.from('tasks').delete().eq('id', made.id)
  assert.equal(last, null)
})
answers('supabase-js with another schema', () => supabase.schema('public').from('actors').select('id').eq('id', 1), [{ id: 1 }])
answers('the anonymous key reads as anyone', () => anonymous.from('actors').select('id').eq('id', 1), [{ id: 1 }])
refuses('and no more', () => anonymous.from('secrets').select(), 401, '42501')
