"""One measured run: wrk against a server, and what it cost."""

import json
import os
import pathlib
import re
import resource
import subprocess
import time

from . import machine
from .processes import die_with_parent

WORKLOADS = pathlib.Path(__file__).resolve().parent.parent / "workloads"


class FailedRun(Exception):
    """wrk did not run, or the server answered with errors."""


def _children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(server, script, seconds, connections, threads, cpu, tag, directory, environment=None):
    """Runs one workload and returns its figures. wrk's loop is closed: each connection waits for its answer."""
    summary = pathlib.Path(directory, "wrk.json")
    summary.unlink(missing_ok=True)
    environment = dict(os.environ, **(environment or {}), BENCH_LUA=str(WORKLOADS),
                       BENCH_DIALECT=server.dialect, BENCH_TAG=tag, BENCH_SUMMARY=str(summary))
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency",
               "-s", str(WORKLOADS / script), f"http://127.0.0.1:{server.port}"]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu)] + command
    server.before_run()
    begun = time.monotonic()
    busy, own, spent = machine.busy_seconds(), _children_seconds(), machine.cpu_seconds(server.pids())
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False,
                            preexec_fn=die_with_parent)
    pids = server.pids()
    spent = machine.cpu_seconds(pids) - spent
    own = _children_seconds() - own
    busy = machine.busy_seconds() - busy
    wall = time.monotonic() - begun
    if result.returncode != 0 or not summary.exists():
        raise FailedRun(f"wrk: {result.stdout[-300:]}{result.stderr[-300:]}")
    figures = json.loads(summary.read_text())
    if figures["requests"] == 0:
        raise FailedRun("no request was answered")
    elapsed = figures["duration_us"] / 1e6
    return {
        "cpu_us": spent * 1e6 / figures["requests"],
        "rate": figures["requests"] / elapsed,
        "p50_ms": figures["p50_us"] / 1000,
        "p99_ms": figures["p99_us"] / 1000,
        "max_ms": figures["max_us"] / 1000,
        "memory_mb": machine.memory_bytes(pids) / 1e6,
        "requests": figures["requests"],
        "server_cpu_s": spent,
        "elapsed_s": elapsed,
        "errors": figures["socket_errors"] + figures["bad_statuses"] + figures["timeouts"],
        # What everything but the server and wrk took of the machine: a busy machine's figures mean little.
        "others_share": max(0.0, busy - spent - own) / (wall * os.cpu_count()),
    }


def _at(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def run_pgbench(server, script, seconds, cpu, directory):
    """The same for pgbench, whose loop is closed too. Latencies are those of every hundredth transaction."""
    log = pathlib.Path(directory, "pgbench")
    for old in log.parent.glob("pgbench.*"):
        old.unlink()
    command = [server.cluster.pgbench, "-n", "-M", "prepared", "-c", str(server.clients), "-T", str(seconds), "-h",
               "127.0.0.1", "-p", str(server.cluster.port), "-U", "app", "-f", WORKLOADS / script, "--log",
               f"--log-prefix={log}", "--sampling-rate=0.01", "postgres"]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu)] + command
    busy, own, spent = machine.busy_seconds(), _children_seconds(), machine.cpu_seconds(server.pids())
    # As one of Banyan's own sessions, for which its triggers do nothing: they are for other programs' changes.
    environment = dict(os.environ, PGOPTIONS="-c banyan.writer=on")
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False,
                            preexec_fn=die_with_parent)
    pids = server.pids()
    own = _children_seconds() - own
    done = re.search(r"number of transactions actually processed: (\d+)", result.stdout)
    rate = re.search(r"tps = ([0-9.]+)", result.stdout)
    if result.returncode != 0 or not done or not rate:
        raise FailedRun(f"pgbench: {result.stdout[-300:]}{result.stderr[-300:]}")
    requests = int(done[1])
    # Its backends end with it, so that what they took can only be told from what the whole machine did.
    spent = max(machine.cpu_seconds(pids) - spent, machine.busy_seconds() - busy - own)
    latencies = sorted(int(line.split()[2]) / 1000 for file in log.parent.glob("pgbench.*")
                       for line in file.read_text().splitlines())
    return {
        "cpu_us": spent * 1e6 / requests, "rate": float(rate[1]), "p50_ms": _at(latencies, 0.5), "p99_ms": _at(latencies, 0.99),
        "max_ms": latencies[-1], "memory_mb": machine.memory_bytes(pids) / 1e6, "requests": requests,
        "server_cpu_s": spent, "elapsed_s": requests / float(rate[1]), "errors": 0,
        "others_share": 0.0,  # Counted with the server's, above.
    }


def run_redis_benchmark(server, seconds):
    """The same for redis-benchmark, which is told how many requests, not how long: about as long as the others."""
    first = _redis_benchmark(server, 20_000)
    return _redis_benchmark(server, max(20_000, int(first["rate"] * seconds)))


def _redis_benchmark(server, requests):
    command = ["redis-benchmark", "-h", "127.0.0.1", "-p", str(server.port), "-c", "32", "-t", "get", "-n",
               str(requests), "--csv"]
    spent = machine.cpu_seconds(server.pids())
    result = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=die_with_parent)
    spent = machine.cpu_seconds(server.pids()) - spent
    line = re.search(r'^"GET","([0-9.]+)","[0-9.]+","[0-9.]+","([0-9.]+)","[0-9.]+","([0-9.]+)","([0-9.]+)"',
                     result.stdout, re.MULTILINE)
    if result.returncode != 0 or not line:
        raise FailedRun(f"redis-benchmark: {result.stdout[-300:]}{result.stderr[-300:]}")
    rate = float(line[1])
    return {
        "cpu_us": spent * 1e6 / requests, "rate": rate, "p50_ms": float(line[2]), "p99_ms": float(line[3]),
        "max_ms": float(line[4]), "memory_mb": machine.memory_bytes(server.pids()) / 1e6, "requests": requests,
        "server_cpu_s": spent, "elapsed_s": requests / rate, "errors": 0, "others_share": 0.0,
    }
