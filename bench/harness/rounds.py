"""Runs a workload: all servers up, then rounds in which each is measured once, in turn."""

import math
import pathlib
import statistics
import time

from . import data, load, machine
from .plan import MAKERS
from .processes import DidNotStart


class Bench:
    """Owns the servers, so that each makes its data once and none is left behind."""

    def __init__(self, work, options, say):
        self._work = pathlib.Path(work)
        self._options = options
        self._say = say
        self._servers = {}
        self.refused = {}  # Why a server is missing from the tables, by its name.
        self._runs = 0

    def stop(self):
        for server in self._servers.values():
            server.stop()

    def _tag(self):
        self._runs += 1
        return f"{int(time.time()):x}.{self._runs}"

    def _started(self, workload):
        """The servers of a workload, started and found to do the same job."""
        started = {}
        one_core = not workload.all_cores and self._options.cores > 1
        for name in workload.servers:
            if name in self.refused or name in self._options.without:
                continue
            try:
                started[name] = self._start(name, workload, "0" if one_core else None, 1 if one_core else None)
            except (DidNotStart, data.WrongAnswer, OSError) as problem:
                self.refused[name] = f"{workload.title}: {problem}"
                self._say(f"  {name}: left out: {problem}")
                if name in self._servers:
                    self._servers[name].stop()
        return started

    def _start(self, name, workload, cpus, loops):
        if name not in self._servers:
            folder = self._work / name
            folder.mkdir()
            server = MAKERS[name](folder)
            self._servers[name] = server
            server.prepare()
        server = self._servers[name]
        server.start(cpus, loops)
        if server.load == "wrk":
            data.check(server.port, server.dialect, self._tag(), constant=server.constant, writes=workload.writes)
        return server

    def measure(self, workload):
        """The raw figures: server name to a list of rounds."""
        options = self._options
        self._say(f"{workload.title}")
        servers = self._started(workload)
        rounds = {name: [] for name in servers}
        device = []
        try:
            for name, server in servers.items():
                self._warm_up(workload, name, server)
            for number in range(options.rounds):
                if workload.writes:
                    device.append(machine.fdatasync_median_ms(self._work, 100))
                names = list(servers)
                turn = number % max(1, len(names))
                for name in names[turn:] + names[:turn]:
                    figures = self._run(workload, name, servers[name], options.seconds)
                    if figures:
                        rounds[name].append(figures)
                        self._say(f"  round {number + 1}  {name:<18} {figures['cpu_us']:8.1f} µs CPU  "
                                  f"{figures['rate']:9.0f}/s  p99 {figures['p99_ms']:7.2f} ms")
        finally:
            for server in servers.values():
                server.stop()
        return {
            "workload": workload.name,
            "title": workload.title,
            "baseline": workload.baseline,
            "writes": workload.writes,
            "all_cores": workload.all_cores,
            "seconds": options.seconds,
            "connections": options.connections,
            "fdatasync_ms": device,
            "servers": {name: {"title": server.title, "durability": server.durability, "rounds": rounds[name]}
                        for name, server in servers.items() if rounds[name]},
        }

    def _warm_up(self, workload, name, server):
        figures = self._run(workload, name, server, self._options.warm_up)
        if figures and figures["requests"] < workload.warm_requests:
            self._run(workload, name, server, math.ceil(1.2 * workload.warm_requests / figures["rate"]))

    def _run(self, workload, name, server, seconds):
        one_core = not workload.all_cores and self._options.cores > 1
        cpu = 1 if one_core else None
        try:
            if server.load == "pgbench":
                return load.run_pgbench(server, workload.script(".sql"), seconds, cpu=cpu, directory=self._work)
            if server.load == "redis-benchmark":
                return load.run_redis_benchmark(server, seconds)
            figures = load.run(server, workload.script(".lua"), seconds, self._options.connections,
                               threads=1 if one_core else min(2, self._options.cores), cpu=cpu,
                               tag=self._tag(), directory=self._work)
        except load.FailedRun as problem:
            self._say(f"  {name}: a run failed: {problem}")
            return None
        if figures["errors"]:
            self._say(f"  {name}: {figures['errors']} of {figures['requests']} requests failed")
        return figures


def median(rounds, figure):
    return statistics.median(one[figure] for one in rounds)


def spread(rounds, figure):
    values = [one[figure] for one in rounds]
    return min(values), max(values)


def ratio(rounds, others, figure):
    """The median, lowest and highest of the rounds' own ratios: neighbours in time share the machine's mood."""
    ratios = sorted(one[figure] / other[figure] for one, other in zip(rounds, others) if other[figure])
    return statistics.median(ratios), ratios[0], ratios[-1]
