create table public.users (
  id bigserial primary key,
  name text not null,
  email text not null unique,
  age integer not null,
  group_id integer not null,
  joined_at timestamptz not null
);
create index users_group_id on public.users (group_id);
