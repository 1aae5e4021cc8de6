"""The promises about speed, and whether this run kept them."""

import dataclasses

from .rounds import median, ratio


@dataclasses.dataclass(frozen=True)
class Verdict:
    promise: str
    measured: str
    kept: bool | None  # None: could not be measured.

    @property
    def word(self):
        return {True: "PASS", False: "MISS", None: "NOT MEASURED"}[self.kept]


def _rounds(results, workload, server):
    return results.get(workload, {}).get("servers", {}).get(server, {}).get("rounds", [])


def _compared(results, promise, workload, server, other, figure, at_most=None, at_least=None):
    ours, theirs = _rounds(results, workload, server), _rounds(results, workload, other)
    if not ours or not theirs:
        return Verdict(promise, "not in this run", None)
    middle, low, high = ratio(ours, theirs, figure)
    kept = middle <= at_most if at_most is not None else middle >= at_least
    return Verdict(promise, f"{middle:.2f} times ({low:.2f} to {high:.2f})", kept)


def _below(results, promise, workload, server, figure, limit, unit):
    ours = _rounds(results, workload, server)
    if not ours:
        return Verdict(promise, "not in this run", None)
    value = median(ours, figure)
    return Verdict(promise, f"{value:.2f} {unit}", value < limit)


def judge(results, instructions):
    """All promises of the plan. `results` are the workloads' raw figures by name."""
    verdicts = [_compared(results, "cached read: at most 1.15 times the CPU of nginx `return 200`", "cached_read",
                          "banyan", "nginx", "cpu_us", at_most=1.15),
                _compared(results, "the same with a rule on the collection", "cached_read", "banyan-ruled", "nginx",
                          "cpu_us", at_most=1.15)]
    promise = "cached read: at most 8,000 user instructions a request (callgrind)"
    counted = instructions.get("banyan")
    verdicts.append(Verdict(promise, f"{counted:,.0f}" if counted else "not in this run",
                            counted <= 8000 if counted else None))
    verdicts.append(_compared(results, "uncached read: at most 0.75 times the CPU of Bun with SQLite", "uncached_read",
                              "banyan-uncached", "bun-normal", "cpu_us", at_most=0.75))
    verdicts.append(_compared(results, "list of 20: at most 6 times the CPU of nginx `return 200`", "list", "banyan",
                              "nginx", "cpu_us", at_most=6.0))
    for workload in ("create", "update"):
        verdicts.append(_compared(results, f"{workload}: at least 2 times the rate of Bun at NORMAL", workload,
                                  "banyan", "bun-normal", "rate", at_least=2.0))
        verdicts.append(_compared(results, f"{workload}: at least 6 times the rate of Bun at FULL", workload, "banyan",
                                  "bun-full", "rate", at_least=6.0))
        verdicts.append(_below(results, f"{workload}: p99 under 20 ms", workload, "banyan", "p99_ms", 20, "ms"))
    for workload, where in (("postgres_read", "all on all cores"), ("postgres_read_one_core", "server on one core")):
        verdicts.append(_compared(results, f"read from PostgreSQL, no cache, {where}: at least the rate of pgbench -c 16",
                                  workload, "banyan-postgres", "pgbench-16", "rate", at_least=1.0))
        verdicts.append(_compared(results, "the same: at least 15 times the rate of the guide's Express", workload,
                                  "banyan-postgres", "express-uncached", "rate", at_least=15.0))
    verdicts.append(_compared(results, "durable create in PostgreSQL: at least the rate of pgbench -c 32",
                              "postgres_create", "banyan-postgres", "pgbench-32", "rate", at_least=1.0))
    verdicts.append(_compared(results, "hit in Redis: at least half the rate of redis-benchmark -c 32 -t get",
                              "shared_read", "banyan-redis", "redis-benchmark", "rate", at_least=0.5))
    verdicts.append(_compared(results, "one of three instances behind HAProxy: at most 1.1 times the CPU of one alone",
                              "fleet_read", "instances-behind", "instance-alone", "cpu_us", at_most=1.1))
    return verdicts
