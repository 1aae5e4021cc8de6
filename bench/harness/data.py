"""The rows that every server holds, and the check that all answer with the same content."""

import datetime
import http.client
import json
import sqlite3

ROWS = 100_000
GROUPS = 1_000
FIELDS = ("id", "name", "email", "age", "group_id", "joined_at")
_EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)

SQLITE_SCHEMA = """
create table users (
  id integer primary key autoincrement,
  name text not null,
  email text not null unique,
  age integer not null,
  group_id integer not null,
  joined_at text not null
);
create index users_group_id on users (group_id);
"""

POSTGRES_SCHEMA = """
create table users (
  id bigserial primary key,
  name text not null,
  email text not null unique,
  age integer not null,
  group_id integer not null,
  joined_at timestamptz not null
);
create index users_group_id on users (group_id, id);
"""


def row(number):
    """Row `number`, counted from 1. Its timestamp has six digits of the second, as Banyan writes them."""
    joined = _EPOCH + datetime.timedelta(seconds=number)
    return {
        "id": number,
        "name": f"User {number:06d}",
        "email": f"user{number:06d}@example.com",
        "age": 18 + number % 80,
        "group_id": (number - 1) % GROUPS + 1,
        "joined_at": joined.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def fill_sqlite(path, make_table):
    """Puts all rows into a SQLite file, making the table first where nobody else has."""
    base = sqlite3.connect(path)
    if make_table:
        base.executescript(SQLITE_SCHEMA)
    rows = (tuple(row(number).values()) for number in range(1, ROWS + 1))
    with base:
        base.executemany("insert into users (id, name, email, age, group_id, joined_at) values (?,?,?,?,?,?)", rows)
    base.execute("analyze")
    base.commit()
    base.close()


def copy_lines():
    """All rows as PostgreSQL's COPY takes them."""
    return "".join("\t".join(str(value) for value in row(number).values()) + "\n" for number in range(1, ROWS + 1))


class WrongAnswer(Exception):
    """A server does not do the job that is measured."""


class Client:
    """A few plain requests in a server's dialect: "plain" or "rest" (PostgREST's)."""

    def __init__(self, port, dialect):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._rest = dialect == "rest"

    def ask(self, method, target, body=None, headers=None):
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        if self._rest:
            sent["Prefer"] = "return=representation"
        self._http.request(method, target, body, sent)
        answer = self._http.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text.decode()

    def one(self, method, number, body=None):
        target = f"/rest/v1/users?id=eq.{number}" if self._rest else f"/users/{number}"
        status, answer = self.ask(method, target, body)
        return status, self._single(answer)

    def list(self, group):
        query = f"/users?group_id=eq.{group}&order=id&limit=20"
        return self.ask("GET", "/rest/v1" + query if self._rest else query)

    def create(self, body):
        status, answer = self.ask("POST", "/rest/v1/users" if self._rest else "/users", body)
        return status, self._single(answer)

    def _single(self, answer):
        return answer[0] if self._rest and isinstance(answer, list) and len(answer) == 1 else answer


def _same(got, wanted):
    """Compares rows; timestamps by the instant they name, since drivers write them with three or six digits."""
    if not isinstance(got, dict) or set(got) != set(wanted):
        return False
    instants = [datetime.datetime.fromisoformat(one["joined_at"].replace("Z", "+00:00")) for one in (got, wanted)]
    return instants[0] == instants[1] and all(got[name] == wanted[name] for name in FIELDS if name != "joined_at")


def _expect(condition, what, got):
    if not condition:
        raise WrongAnswer(f"{what}: got {str(got)[:300]}")


def check(port, dialect, tag, constant=False, writes=True):
    """Raises WrongAnswer unless the server reads, lists, creates and updates as all others do."""
    client = Client(port, dialect)
    status, got = client.one("GET", 1)
    _expect(status == 200 and _same(got, row(1)), "read of row 1", (status, got))
    if constant:
        return
    status, got = client.one("GET", ROWS)
    _expect(status == 200 and _same(got, row(ROWS)), "read of the last row", (status, got))
    status, got = client.list(7)
    ids = [7 + i * GROUPS for i in range(20)]
    _expect(status == 200 and [one["id"] for one in got] == ids, "list of a group", (status, got))
    _expect(all(set(one) == set(FIELDS) for one in got), "fields of a list", got[:1])
    if not writes:
        return
    new = dict(row(1), email=f"check.{tag}@example.com", group_id=ROWS)
    del new["id"]
    status, got = client.create(new)
    _expect(status == 201 and _same(got, dict(new, id=got.get("id"))), "create", (status, got))
    for age in (99, new["age"]):
        status, updated = client.one("PATCH", got["id"], {"age": age})
        _expect(status == 200 and updated["age"] == age, "update", (status, updated))
        status, read = client.one("GET", got["id"])
        _expect(status == 200 and _same(read, dict(new, id=got["id"], age=age)), "read after update", (status, read))
