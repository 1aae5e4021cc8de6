-- A row as wide as those that are created over HTTP, its e-mail address unique.
\set number random(1, 1000000000000000)
INSERT INTO users (name, email, age, group_id, joined_at)
VALUES ('User 000001', 'u' || :number || '@example.com', 33, 100000, '2024-01-01T00:00:01.000000Z');
