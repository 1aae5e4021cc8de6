-- The row that Banyan reads for GET /users/…, among all rows, evenly.
\set id random(1, 100000)
SELECT id, name, email, age, group_id, joined_at, _version FROM users WHERE id = :id;
