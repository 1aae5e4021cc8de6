// Bun's own server with its built-in SQLite: prepared statements, WAL, one process. The fastest way to this API that
// needs no more than one program today, and so the peer that Banyan has to beat.
import { Database } from 'bun:sqlite';

const db = new Database(process.env.DATABASE, { create: true, strict: true });
db.run('PRAGMA journal_mode = WAL');
db.run(`PRAGMA synchronous = ${process.env.SYNCHRONOUS}`);

const columns = 'id, name, email, age, group_id, joined_at';
const find = db.query(`SELECT ${columns} FROM users WHERE id = ?1`);
const list = db.query(`SELECT ${columns} FROM users WHERE group_id = ?1 ORDER BY id LIMIT ?2`);
const insert = db.query(
  `INSERT INTO users (name, email, age, group_id, joined_at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING ${columns}`);
const update = db.query(`UPDATE users SET age = ?2 WHERE id = ?1 RETURNING ${columns}`);

const missing = () => Response.json({ message: 'not found' }, { status: 404 });

Bun.serve({
  port: process.env.PORT,
  hostname: '127.0.0.1',
  routes: {
    '/health': () => new Response('ok'),
    '/users/:id': {
      GET: (request) => {
        const row = find.get(Number(request.params.id));
        return row ? Response.json(row) : missing();
      },
      PATCH: async (request) => {
        const { age } = await request.json();
        const row = update.get(Number(request.params.id), age);
        return row ? Response.json(row) : missing();
      },
    },
    '/users': {
      GET: (request) => {
        const query = new URL(request.url).searchParams;
        const group = Number(query.get('group_id').replace('eq.', ''));
        return Response.json(list.all(group, Math.min(Number(query.get('limit')) || 20, 100)));
      },
      POST: async (request) => {
        const { name, email, age, group_id, joined_at } = await request.json();
        if (typeof name !== 'string') return Response.json({ message: 'name is required' }, { status: 400 });
        const row = insert.get(name, email, age, group_id, joined_at);
        return Response.json(row, { status: 201, headers: { Location: `/users/${row.id}` } });
      },
    },
  },
  error: (problem) => Response.json({ message: String(problem) }, { status: 500 }),
});
