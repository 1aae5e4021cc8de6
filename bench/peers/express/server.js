// The guide's own application: its sections 7.1 (Express), 7.4 (a pg Pool) and 7.5 (ioredis) put together as section 2
// says: cache, then database, then fill the cache; a write goes to the database and drops the key.
// The list and the update are written in the same manner, because the benchmark asks for them.
const express = require('express');
const { Pool } = require('pg');
const Redis = require('ioredis');

const app = express();
app.use(express.json());

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const redis = process.env.CACHE === 'off' ? null : new Redis(process.env.REDIS_URL);
const columns = 'id::int, name, email, age, group_id, joined_at';

app.get('/health', (req, res) => res.send('ok'));

app.get('/users/:id', async (req, res) => {
  const key = `user:${req.params.id}`;
  const cached = redis && (await redis.get(key));
  if (cached) return res.type('json').send(cached);
  const { rows } = await pool.query(`SELECT ${columns} FROM users WHERE id=$1`, [req.params.id]);
  if (!rows[0]) return res.status(404).json({ message: 'not found' });
  if (redis) await redis.set(key, JSON.stringify(rows[0]), 'EX', 300);
  res.json(rows[0]);
});

app.get('/users', async (req, res) => {
  const group = String(req.query.group_id).replace('eq.', '');
  const limit = Math.min(Number(req.query.limit) || 20, 100);
  const { rows } = await pool.query(
    `SELECT ${columns} FROM users WHERE group_id=$1 ORDER BY id LIMIT $2`, [group, limit]);
  res.json(rows);
});

app.post('/users', async (req, res) => {
  const { name, email, age, group_id, joined_at } = req.body;
  if (typeof name !== 'string') return res.status(400).json({ message: 'name is required' });
  const { rows } = await pool.query(
    `INSERT INTO users (name, email, age, group_id, joined_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
    [name, email, age, group_id, joined_at]);
  res.status(201).location(`/users/${rows[0].id}`).json(rows[0]);
});

app.patch('/users/:id', async (req, res) => {
  const { rows } = await pool.query(
    `UPDATE users SET age=$2 WHERE id=$1 RETURNING ${columns}`, [req.params.id, req.body.age]);
  if (!rows[0]) return res.status(404).json({ message: 'not found' });
  if (redis) await redis.del(`user:${req.params.id}`);
  res.json(rows[0]);
});

const port = process.env.PORT || 3000;
app.listen(port, '127.0.0.1', () => console.log(`Server on :${port}`));
