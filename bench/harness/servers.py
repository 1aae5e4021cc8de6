"""The servers that are compared. Each keeps its data in a folder of its own and can be started again on it."""

import os
import pathlib
import shutil
import socket
import subprocess

from . import data, machine
from .postgres import Cluster
from .processes import DidNotStart, Program, answers, wait_for

BENCH = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCH.parent


class Server:
    """What the harness needs of any server. `cpus` pins it; `loops` is 1 when it shall run on one core, else None."""

    title = ""
    durability = "nothing written"
    dialect = "plain"
    constant = False  # Answers the same whatever is asked.
    load = "wrk"      # What asks: wrk over HTTP, or pgbench in SQL.

    def __init__(self, work):
        self.directory = pathlib.Path(work)
        self.port = 0
        self.programs = []

    def prepare(self):
        """Makes the data, once."""

    def start(self, cpus, loops):
        raise NotImplementedError

    def stop(self):
        for program in reversed(self.programs):
            program.stop()
        self.programs = []

    def pids(self):
        return set().union(*(machine.tree(program.pid) for program in self.programs))

    def before_run(self):
        """Called before each measured run."""

    def run(self, command, cpus, **options):
        program = Program(command, self.directory / "output.log", cpus, **options)
        self.programs.append(program)
        return program


class Nginx(Server):
    title = "nginx `return 200`"
    constant = True

    def start(self, cpus, loops):
        self.port = machine.free_port()
        text = (BENCH / "ceilings/nginx.conf").read_text()
        config = self.directory / "nginx.conf"
        config.write_text(text.replace("@PORT@", str(self.port)).replace("@DIR@", str(self.directory)))
        program = self.run(["nginx", "-c", config, "-e", self.directory / "error.log"], cpus)
        wait_for(answers(self.port), program, "nginx")


class Epoll(Server):
    title = "bare epoll loop"
    constant = True

    def start(self, cpus, loops):
        binary = ROOT / "build/release/bench/ceilings/epoll_constant"
        if not binary.exists():
            raise DidNotStart(f"{binary.relative_to(ROOT)} is not built (-DBANYAN_BENCHMARKS=ON)")
        self.port = machine.free_port()
        wait_for(answers(self.port), self.run([binary, self.port], cpus), "the epoll loop")


class Bun(Server):
    """One Bun process. `synchronous` is SQLite's."""

    def __init__(self, work, synchronous):
        super().__init__(work)
        self._synchronous = synchronous
        self.title = f"Bun + SQLite {synchronous}"
        self.durability = {"NORMAL": "last commits may be lost at power failure",
                           "FULL": "every commit synced"}[synchronous]

    def prepare(self):
        data.fill_sqlite(self.directory / "app.db", make_table=True)

    def start(self, cpus, loops):
        self.port = machine.free_port()
        program = self.run([bun("bun"), BENCH / "peers/bun/server.js"], cpus, environment={
            "PORT": str(self.port), "DATABASE": str(self.directory / "app.db"), "SYNCHRONOUS": self._synchronous,
            "NODE_ENV": "production"})
        wait_for(answers(self.port), program, "Bun")


class SupabaseLite(Server):
    title = "Supabase Lite (Bun + SQLite)"
    durability = "every commit synced (rollback journal)"
    dialect = "rest"
    _environment = {"DO_NOT_TRACK": "1", "LITE_TELEMETRY": "0"}

    def _lite(self, *words):
        return [bun("supabase-lite"), BENCH / "peers/supabase-lite/node_modules/.bin/lite", *words]

    def prepare(self):
        supabase = self.directory / "supabase"
        (supabase / "migrations").mkdir(parents=True)
        (supabase / ".temp").mkdir()
        self._write_config()
        peer = BENCH / "peers/supabase-lite"
        shutil.copy(peer / "schema.sql", supabase / "migrations/20240101000000_users.sql")
        result = subprocess.run(self._lite("migration", "up"), cwd=self.directory, capture_output=True, text=True,
                                env=dict(os.environ, **self._environment), check=False)
        if result.returncode != 0:
            raise DidNotStart(f"Supabase Lite could not make its table: {(result.stdout + result.stderr)[-400:]}")
        data.fill_sqlite(supabase / ".temp/data.db", make_table=False)

    def _write_config(self):
        text = (BENCH / "peers/supabase-lite/config.toml").read_text()
        (self.directory / "supabase/config.toml").write_text(text.replace("@PORT@", str(self.port)))

    def start(self, cpus, loops):
        self.port = machine.free_port()
        self._write_config()
        program = self.run(self._lite("start"), cpus, environment=self._environment, directory=self.directory)
        wait_for(answers(self.port, "/rest/v1/users?id=eq.1"), program, "Supabase Lite")


class Express(Server):
    """The guide's application with a PostgreSQL and a Redis of its own; all three count as the server."""

    durability = "every commit synced (PostgreSQL)"

    def __init__(self, work, cache):
        super().__init__(work)
        self._cache = cache
        self.title = "Express + Redis + PostgreSQL" if cache else "Express + PostgreSQL"
        self._cluster = Cluster(self)

    def prepare(self):
        self._cluster.make()
        self._cluster.start(None)
        copy = "\\copy users (id, name, email, age, group_id, joined_at) from pstdin\n" + data.copy_lines() + "\\.\n"
        self._cluster.psql(data.POSTGRES_SCHEMA)
        self._cluster.psql(copy)
        self._cluster.psql(
            "select setval('users_id_seq', (select max(id) from users)); vacuum analyze users; checkpoint;")
        self.stop()

    def _start_redis(self, cpus):
        port = machine.free_port()
        program = self.run(["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                            "--dir", self.directory], cpus)
        wait_for(lambda: connects(port), program, "Redis")
        return port

    def start(self, cpus, loops):
        self._cluster.start(cpus)
        environment = {"NODE_ENV": "production", "CACHE": "on" if self._cache else "off",
                       "DATABASE_URL": self._cluster.url}
        if self._cache:
            environment["REDIS_URL"] = f"redis://127.0.0.1:{self._start_redis(cpus)}"
        self.port = machine.free_port()
        environment["PORT"] = str(self.port)
        program = self.run([node(), BENCH / "peers/express/server.js"], cpus, environment=environment)
        wait_for(answers(self.port), program, "Express")

    def stop(self):
        self._cluster.stop()


def bun(peer):
    """Bun's program as npm brought it; its own install step is run where npm did not."""
    folder = BENCH / "peers" / peer / "node_modules"
    program = folder / ".bin/bun"
    if subprocess.run([program, "--version"], capture_output=True, check=False).returncode != 0:
        subprocess.run(["node", "install.js"], cwd=folder / "bun", capture_output=True, check=False)
    if subprocess.run([program, "--version"], capture_output=True, check=False).returncode != 0:
        raise DidNotStart("npm's package of Bun has no program for this machine")
    return program


def node():
    """Node as npm brought it, else the machine's."""
    found = sorted((BENCH / "peers/express/node_modules").glob("node-linux-*/bin/node"))
    return found[0] if found else "node"


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
