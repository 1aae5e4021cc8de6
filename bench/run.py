#!/usr/bin/env python3
"""Compares Banyan with its peers and ceilings in one run. See bench/README.md; script/bench prepares and calls it."""

import argparse
import datetime
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys

from harness import instructions, machine, picture, plan, processes, report, rounds, verdicts

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent


def say(text):
    print(text, flush=True)


def parse(arguments):
    names = [workload.name for workload in plan.WORKLOADS] + ["instructions"]
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 short rounds: within 5 minutes, into results/quick")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--rounds", type=int, help="rounds a workload (5; 3 with --quick)")
    parser.add_argument("--seconds", type=int, help="seconds a run (5; 1 with --quick)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--without", action="append", default=[], choices=list(plan.MAKERS), metavar="SERVER",
                        help="leave a server out: " + ", ".join(plan.MAKERS))
    parser.add_argument("--without-banyan", action="store_true", help="peers and ceilings only")
    parser.add_argument("--out", type=pathlib.Path, help="where results go (bench/results)")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.seconds = options.seconds or (1 if options.quick else 5)
    options.warm_up = 1 if options.quick else 3
    options.cores = os.cpu_count()
    if options.without_banyan:
        options.without += [name for name in plan.MAKERS if name.startswith("banyan")]
    partial = options.only or options.without
    # Only a whole, full-length run replaces what is published.
    options.publish = not options.quick and not partial and options.out is None
    folder = "results" if options.publish else "results/raw" if partial else "results/quick"
    options.out = options.out or BENCH / folder
    return options


def facts_of(options, work):
    revision = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
                              check=False).stdout.strip()
    command = "script/bench" + (" --quick" if options.quick else "") + "".join(f" --only {name}" for name in
                                                                             options.only or [])
    return dict(machine.describe(work), date=datetime.date.today().isoformat(), revision=revision or "unknown",
                rounds=options.rounds, seconds=options.seconds, command=command)


def measure(options, work):
    bench = rounds.Bench(work, options, say)
    results, counted = {}, {}
    try:
        for workload in plan.WORKLOADS:
            if not options.only or workload.name in options.only:
                results[workload.name] = bench.measure(workload)
        if not options.only or "instructions" in options.only:
            say("Instructions of a cached read (callgrind)")
            seconds = 2 if options.quick else 5
            for kind in ("epoll", "banyan"):
                figure = None if kind in options.without else instructions.count(kind, work, seconds, say)
                if figure:
                    counted[kind] = figure
                    say(f"  {kind:<18} {figure:8,.0f}")
    finally:
        bench.stop()
    return results, counted, bench.refused


def write(options, facts, results, counted, refused):
    judged = verdicts.judge(results, counted)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, result in results.items():
        (options.out / f"{name}.json").write_text(json.dumps(dict(result, facts=facts), indent=1) + "\n")
    (options.out / "instructions.json").write_text(json.dumps(counted, indent=1) + "\n")
    if any(result["servers"] for result in results.values()):
        (options.out / "results.svg").write_text(picture.svg(results, facts))
    here = report.markdown(results, judged, counted, dict(facts, picture="results.svg", beside=True), refused)
    (options.out / "README.md").write_text("# Results\n\n" + here)
    if options.publish:
        text = report.markdown(results, judged, counted,
                               dict(facts, picture="bench/results/results.svg", beside=False), refused)
        report.put_into(ROOT / "README.md", text)
    say("")
    for verdict in judged:
        if verdict.kept is not None or not options.only:
            say(f"{verdict.word:<13} {verdict.promise}: {verdict.measured}")
    durable = [value for result in results.values() for value in result["fdatasync_ms"]]
    if durable:
        say(f"the device's fdatasync: {statistics.median(durable):.2f} ms (median)")
    say(f"table, picture and raw figures: {options.out}")


def stop_on_signals():
    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)


def main():
    options = parse(sys.argv[1:])
    stop_on_signals()
    # A real device, never a file system in memory; and a place that PostgreSQL's own user can reach.
    with processes.working_folder(os.environ.get("BANYAN_BENCH_DIR", "/var/tmp")) as work:
        results, counted, refused = measure(options, work)
        write(options, facts_of(options, work), results, counted, refused)


if __name__ == "__main__":
    main()
