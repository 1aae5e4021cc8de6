"""What the machine says: processes' CPU time and memory, the device's patience, who else is at work."""

import os
import pathlib
import platform
import re
import socket
import statistics
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _stat(pid):
    """The fields of /proc/PID/stat after the name, which may itself hold blanks and parentheses."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return text[text.rindex(")") + 2:].split()


def tree(root):
    """The process and all below it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(_stat(entry)[1])
            except OSError:
                continue
    found, grew = {root}, True
    while grew:
        new = {pid for pid, parent in parents.items() if parent in found} - found
        found |= new
        grew = bool(new)
    return found


def cpu_seconds(pids):
    """User and system time of living processes, in steps of a clock tick (10 ms)."""
    total = 0
    for pid in pids:
        try:
            fields = _stat(pid)
            total += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return total / TICKS


def memory_bytes(pids):
    """Resident memory, pages that several processes share counted once (PSS); plain RSS where PSS may not be read."""
    total = 0
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except OSError:
            try:
                total += int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
            except OSError:
                continue
    return total


def busy_seconds():
    """CPU time that anybody spent on this machine, or that its host kept."""
    numbers = [int(n) for n in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = numbers
    return (user + nice + system + irq + softirq + steal) / TICKS


def fdatasync_median_ms(directory, count=200):
    """The median of appending one page to a file and making it durable."""
    times = []
    with tempfile.NamedTemporaryFile(dir=directory, buffering=0) as file:
        for _ in range(count):
            file.write(b"\0" * 4096)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def describe(directory):
    model = "unknown CPU"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE
    mounts = [line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    path = str(pathlib.Path(directory).resolve())
    kind = max((m for m in mounts if path.startswith(m[1])), key=lambda m: len(m[1]), default=["", "", "unknown"])[2]
    return {
        "cpus": os.cpu_count(),
        "cpu": model,
        "memory_gb": round(memory / 2**30, 1),
        # The version alone: what follows it names a build of somebody's machine.
        "kernel": re.match(r"[\d.]*\d", platform.release()).group(),
        "file_system": kind,
    }
