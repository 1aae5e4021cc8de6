"""The tables, in Markdown."""

import statistics

from .rounds import median, ratio, spread

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def _number(value):
    """Two or three significant digits."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value < 0.1:
        return f"{value:.2g}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _with_spread(rounds, figure):
    low, high = spread(rounds, figure)
    return f"{_number(median(rounds, figure))} <sub>{_number(low)}–{_number(high)}</sub>"


def _times(rounds, others, figure):
    return f"{_number(ratio(rounds, others, figure)[0])}×"


def _table(result):
    servers, base = result["servers"], result["baseline"]
    others = servers.get(base, {}).get("rounds", [])
    base_title = servers.get(base, {}).get("title", base)
    lines = [f"| server | CPU a request, µs | to {base_title} | requests/s | to {base_title} | p50, ms | p99, ms "
             "| memory, MB |" + (" durability |" if result["writes"] else ""),
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |" + (" --- |" if result["writes"] else "")]
    for name, server in servers.items():
        rounds = server["rounds"]
        title = f"**{server['title']}**" if name.startswith("banyan") else server["title"]
        cells = [title, _with_spread(rounds, "cpu_us"), _times(rounds, others, "cpu_us") if others else "",
                 _with_spread(rounds, "rate"), _times(rounds, others, "rate") if others else "",
                 _number(median(rounds, "p50_ms")), _number(median(rounds, "p99_ms")),
                 _number(median(rounds, "memory_mb"))]
        if result["writes"]:
            cells.append(server["durability"])
        errors = sum(one["errors"] for one in rounds)
        if errors:
            cells[0] += f" ({errors} failed requests)"
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _note(result):
    where = ("every server on all cores as it does by default, wrk beside it" if result["all_cores"]
             else "server on core 0, wrk on core 1, one loop or worker each")
    note = f"{where}; {result['connections']} connections"
    if result["fdatasync_ms"]:
        note += f"; the device's fdatasync takes {statistics.median(result['fdatasync_ms']):.2f} ms (median)"
    return note[0].upper() + note[1:] + "."


def markdown(results, verdicts, instructions, facts, refused):
    """The whole report. `facts` say where and how it was measured."""
    shares = [one["others_share"] for result in results.values() for server in result["servers"].values()
              for one in server["rounds"]]
    parts = [
        f"Measured {facts['date']} on {facts['cpus']} × {facts['cpu']}, {facts['memory_gb']} GB, Linux "
        f"{facts['kernel']}, {facts['file_system']}; Banyan {facts['revision']}. "
        f"Median of {facts['rounds']} interleaved rounds of {facts['seconds']} s, with the lowest and highest beside "
        "it; wrk, closed loop (a connection waits for its answer before it asks again). "
        "CPU is user and system time of all of a server's processes, its database included.",
    ]
    if shares:
        parts.append(f"Others took {statistics.median(shares):.0%} of the machine in the median run, "
                     f"{max(shares):.0%} in the worst.")
    parts += ["![CPU a request and requests a second, by server](" + facts["picture"] + ")",
              "Reproduce with `" + facts["command"] + "`; raw figures are beside this file." if facts["beside"]
              else "Reproduce with `" + facts["command"] + "`; raw figures are in `bench/results/`."]
    rows = "\n".join(f"| {one.promise} | {one.measured} | {one.word} |" for one in verdicts)
    parts.append("| promise | measured | |\n| --- | --- | --- |\n" + rows)
    if instructions:
        parts.append("User instructions a cached read (callgrind): "
                     + ", ".join(f"{name} {count:,.0f}" for name, count in instructions.items()) + ".")
    for result in results.values():
        parts.append(f"### {result['title']}\n\n{_note(result)}\n\n{_table(result)}")
    if refused:
        parts.append("Left out:\n\n" + "\n".join(f"- {name}: {why}" for name, why in refused.items()))
    return "\n\n".join(parts) + "\n"


def put_into(path, text):
    """Replaces what stands between the markers in a file; leaves a file without them alone."""
    if not path.exists():
        return False
    whole = path.read_text()
    if BEGIN not in whole or END not in whole:
        return False
    before, rest = whole.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{text.strip()}\n{END}{after}")
    return True
