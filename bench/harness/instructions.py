"""User instructions a cached read, counted by callgrind on a server that runs under it."""

import pathlib
import re
import subprocess
import time

from . import banyan, load
from .processes import DidNotStart
from .servers import Epoll, Nginx, Server


HOT_ROWS = 1_000  # Fewer than without callgrind: all of them have to be cached before the count begins.


def _under_callgrind(server, command, directory):
    """`command`, to be run under callgrind. Its debug information is left out: valgrind 3.19 cannot read clang's."""
    binary = directory / "binary"
    subprocess.run(["objcopy", "--strip-debug", str(command[0]), str(binary)], check=True)
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={directory}/callgrind.out", "--trace-children=no",
            "--compress-strings=yes", binary, *command[1:]]


def _totals(directory):
    """Instructions of the dump that was asked for: of all threads together."""
    total = 0
    for path in directory.glob("callgrind.out.*"):
        for line in path.read_text(errors="replace").splitlines():
            match = re.match(r"(?:totals|summary): (\d+)", line)
            if match:
                total = max(total, int(match.group(1)))
    return total


def count(kind, work, seconds, say):
    """Instructions a request, or None with the reason said. `kind` is "banyan" or "epoll"."""
    directory = pathlib.Path(work) / f"callgrind-{kind}"
    directory.mkdir()
    server = {"banyan": banyan.Banyan, "epoll": Epoll, "nginx": Nginx}[kind](directory)
    try:
        server.prepare()
        plain = Server.run
        server.run = lambda command, cpus, **options: plain(
            server, _under_callgrind(server, command, directory), cpus, **options)
        server.start(None, 1)
        pid = server.programs[0].pid

        def ask(seconds):
            return load.run(server, "cached_read.lua", seconds, 64, 1, None, "cg", directory,
                            {"BENCH_HOT_ROWS": str(HOT_ROWS)})

        for _ in range(10):  # Fills the cache and the pools; each run begins the circle anew.
            if ask(2)["requests"] > HOT_ROWS * 1.2:
                break
        subprocess.run(["callgrind_control", "--zero", str(pid)], check=True, capture_output=True)
        figures = ask(seconds)
        subprocess.run(["callgrind_control", "--dump", str(pid)], check=True, capture_output=True)
        time.sleep(0.2)
        total = _totals(directory)
        return total / figures["requests"] if total else None
    except (DidNotStart, load.FailedRun, subprocess.CalledProcessError, OSError) as problem:
        say(f"  callgrind on {kind}: {problem}")
        return None
    finally:
        server.stop()
