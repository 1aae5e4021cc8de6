"""A private PostgreSQL, as part of a server that is measured."""

import os
import pathlib
import shutil
import signal
import subprocess

from . import machine
from .processes import DidNotStart, wait_for


class Cluster:
    """Its processes belong to `server`, and count with it."""

    def __init__(self, server):
        self._server = server
        self._folder = server.directory / "postgres"
        self._programs = pathlib.Path(newest("/usr/lib/postgresql/*/bin"))
        self.port = 0

    @property
    def url(self):
        return f"postgres://app@127.0.0.1:{self.port}/postgres"

    @property
    def pgbench(self):
        return self._programs / "pgbench"

    def _as_postgres(self):
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "KILL"]

    def make(self):
        self._folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        command = [*self._as_postgres(), self._programs / "initdb", "--pgdata", self._folder / "data",
                   "--username=app", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if result.returncode != 0:
            raise DidNotStart(f"initdb: {result.stderr[-400:]}")

    def start(self, cpus):
        self.port = machine.free_port()
        program = self._server.run(
            [*self._as_postgres(), self._programs / "postgres", "-D", self._folder / "data", "-p", self.port, "-k",
             self._folder, "-c", "listen_addresses=127.0.0.1"], cpus, directory="/")
        ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, program, "PostgreSQL")

    def stop(self):
        """Ends everything of the server. SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to go."""
        for program in reversed(self._server.programs):
            program.stop(signal.SIGINT)
        self._server.programs = []

    def psql(self, text):
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "app",
                   "postgres"]
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise DidNotStart(f"psql: {result.stderr[-400:]}")


def newest(pattern):
    found = sorted(pathlib.Path("/").glob(pattern.lstrip("/")), key=lambda path: int(path.parent.name))
    if not found:
        raise DidNotStart(f"nothing matches {pattern}")
    return found[-1]
