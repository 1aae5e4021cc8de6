"""Banyan on what instances share: a Redis, a PostgreSQL, a balancer."""

import re
import secrets

from . import machine
from .banyan import BINARY, Banyan, BanyanPostgres
from .processes import DidNotStart, answers, wait_for
from .servers import Server, connects

INSTANCES = 3


def start_redis(server, cpus):
    port = machine.free_port()
    program = server.run(["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                          "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", "--dir", server.directory], cpus)
    wait_for(lambda: connects(port), program, "Redis")
    return f"redis://127.0.0.1:{port}"


class BanyanRedis(Banyan):
    """SQLite, and records kept in a Redis of its own, which counts as the server."""

    def __init__(self, work, local):
        super().__init__(work)
        self._local = local
        self._redis = None
        self.title = "Banyan + Redis" + ("" if local == "off" else ", own copies too")

    def database(self, cpus):
        self._redis = start_redis(self, cpus)
        return super().database(cpus)

    def cache(self):
        return f'\n[cache]\nurl = "{self._redis}"\nlocal = "{self._local}"'


class RedisBenchmark(Server):
    """redis-benchmark against a Redis of its own: what one GET a round trip comes to, without HTTP."""

    title = "redis-benchmark -c 32 -t get"
    load = "redis-benchmark"

    def start(self, cpus, loops):
        self.port = int(start_redis(self, cpus).rsplit(":", 1)[1])


class BanyanInstances(BanyanPostgres):
    """One instance alone, or one or several behind HAProxy, on one PostgreSQL and one Redis; the instances alone count."""

    def __init__(self, work, instances, balanced):
        super().__init__(work)
        self._count = instances
        self._balanced = balanced
        self._redis = None
        self._counted = []
        self._key = secrets.token_hex(24)
        some = "one instance" if instances == 1 else f"{instances} instances"
        self.title = some + (" behind HAProxy" if balanced else " alone")

    def database(self, cpus):
        url = super().database(cpus)
        self._redis = start_redis(self, cpus)
        return url

    def cache(self):
        return f'\n[cache]\nurl = "{self._redis}"'

    def start(self, cpus, loops):
        super().start(cpus, loops)
        self._counted = [self.programs[-1]]
        self._start_others(cpus)
        if self._balanced:
            self._start_balancer(cpus)

    def _start_others(self, cpus):
        self._ports = [self.port]
        for _ in range(self._count - 1):
            port = machine.free_port()
            program = self.run([BINARY, "serve", self.directory / "banyan.toml"], cpus,
                               environment={"PORT": str(port), "BANYAN_SERVICE_KEY": self._key},
                               directory=self.directory)
            wait_for(answers(port), program, "Banyan")
            self._counted.append(program)
            self._ports.append(port)

    def _start_balancer(self, cpus):
        """As `banyan fleet render haproxy` writes it, without the lines that name places of a system service."""
        self.port = machine.free_port()
        addresses = ", ".join(f'"127.0.0.1:{port}"' for port in self._ports)
        fleet = self.directory / "fleet.toml"
        fleet.write_text((self.directory / "banyan.toml").read_text() + "\n[fleet]\n"
                         f'instances = [{addresses}]\nlisten = "127.0.0.1:{self.port}"\n')
        config = self.directory / "haproxy.cfg"
        rendered = self.run([BINARY, "fleet", "render", "haproxy", fleet, "-o", config], None,
                            environment={"BANYAN_SERVICE_KEY": self._key})
        if rendered.wait() != 0:
            raise DidNotStart(f"fleet render: {rendered.last_words()}")
        self.programs.remove(rendered)
        places = re.compile(r"^\s*(user|group|chroot|stats socket|log stdout|fd-hard-limit) .*\n", re.MULTILINE)
        metrics = re.compile(r"^frontend metrics\n(\t.*\n)*", re.MULTILINE)
        config.write_text(metrics.sub("", places.sub("", config.read_text())))
        program = self.run(["haproxy", "-db", "-q", "-f", config], cpus)
        wait_for(answers(self.port, "/health/ready", well=True), program, "HAProxy")

    def pids(self):
        return set().union(*(machine.tree(program.pid) for program in self._counted))
