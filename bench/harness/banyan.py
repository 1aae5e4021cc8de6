"""Banyan as it ships: access log, metrics and limits on; the log goes to a file."""

import os
import secrets

from . import data, machine
from .postgres import Cluster
from .processes import DidNotStart, answers, wait_for
from .servers import ROOT, Server

BINARY = ROOT / "build/release/banyan"
BATCH = 500

CONFIG = """
[app]
name = "bench"

[server]
listen = "127.0.0.1:{port}"
{loops}

[database]
url = "{database}"
{cache}

[collections.users]
fields.name      = {{ type = "text", required = true, max_length = 200 }}
fields.email     = {{ type = "email", required = true, unique = true }}
fields.age       = {{ type = "integer", required = true }}
fields.group_id  = {{ type = "integer", required = true }}
fields.joined_at = {{ type = "timestamp", required = true }}
indexes = [["group_id"]]
access.read   = "{read}"
access.create = "anyone"
access.update = "anyone"
access.delete = "anyone"
"""


class Banyan(Server):
    durability = "every commit synced (grouped)"

    def __init__(self, work, cache=True, read="anyone"):
        super().__init__(work)
        self._cache = cache
        self._read = read
        self._key = secrets.token_hex(24)
        self.title = "Banyan" + ("" if cache else ", cache off") + ("" if read == "anyone" else ", with a rule")

    def prepare(self):
        self.start(None, None)
        try:
            client = data.Client(self.port, "plain")
            for first in range(1, data.ROWS + 1, BATCH):
                rows = [data.row(number) for number in range(first, min(first + BATCH, data.ROWS + 1))]
                for one in rows:
                    del one["id"]
                status, answer = client.ask("POST", "/users", rows, {"Authorization": f"Bearer {self._key}"})
                if status != 201:
                    raise DidNotStart(f"Banyan refused rows from {first} on: {status} {str(answer)[:300]}")
        finally:
            self.stop()

    def start(self, cpus, loops):
        if not BINARY.exists():
            raise DidNotStart(f"{BINARY.relative_to(ROOT)} is not built")
        self.port = machine.free_port()
        config = self.directory / "banyan.toml"
        database = self.database(cpus)
        config.write_text(CONFIG.format(port=self.port, loops=f"loops = {loops}" if loops else "",
                                        database=database, read=self._read,
                                        cache=self.cache()))
        program = self.run([BINARY, "serve", config], cpus,
                           environment={"PORT": str(self.port), "BANYAN_SERVICE_KEY": self._key},
                           directory=self.directory)
        wait_for(answers(self.port), program, "Banyan")

    def database(self, cpus):
        """The URL of the database, which runs when this returns."""
        return "sqlite:data/app.db"

    def cache(self):
        """Of the config, once the database runs."""
        return "" if self._cache else '\n[cache]\nurl = "off"'

    def before_run(self):
        """The access log grows by some hundred megabytes a minute; what was written before is of no use."""
        os.truncate(self.directory / "output.log", 0)


class BanyanPostgres(Banyan):
    """With a PostgreSQL of its own, which counts as the server."""

    durability = "every commit synced (PostgreSQL, grouped)"

    def __init__(self, work):
        super().__init__(work, cache=False)
        self.title = "Banyan + PostgreSQL, cache off"
        self.cluster = Cluster(self)

    def prepare(self):
        self.cluster.make()
        super().prepare()
        self.cluster.start(None)
        self.cluster.psql("vacuum analyze users; checkpoint;")
        self.stop()

    def database(self, cpus):
        self.cluster.start(cpus)
        return self.cluster.url

    def stop(self):
        self.cluster.stop()


class PgBench(BanyanPostgres):
    """pgbench on the table that Banyan has made, over TCP, in prepared statements: what PostgreSQL itself can do."""

    durability = "every commit synced (PostgreSQL)"
    load = "pgbench"

    def __init__(self, work, clients):
        super().__init__(work)
        self.clients = clients
        self.title = f"pgbench -M prepared -c {clients}"

    def start(self, cpus, loops):
        if self.prepared:
            self.cluster.start(cpus)
        else:
            super().start(cpus, loops)

    prepared = False

    def prepare(self):
        super().prepare()
        self.prepared = True

    def before_run(self):
        pass
