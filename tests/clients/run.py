"""Runs the suite of a foreign client against a server of its own: run.py SUITE STAGE WITH_SERVER WORK

What the suite depends on is installed into WORK once for each state of its package-lock.json, a Node new enough among it;
its files are copied beside, for that is where they find it.
"""

import fcntl
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent


def install(suite, folder):
    """Installs with npm unless that has been done; one at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [suite / "package.json", suite / "package-lock.json"]
    state = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    mark = folder / "installed"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == state:
            return
        mark.unlink(missing_ok=True)
        for file in files:
            shutil.copy(file, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True)
        mark.write_text(state)


def node_of(folder):
    """The Node that was installed; the machine's own may be too old."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return folder / "node_modules" / f"node-linux-{machine}" / "bin" / "node"


def main(name, stage, with_server, work):
    suite = HERE / name
    folder = pathlib.Path(work) / name
    install(suite, folder)
    copy = folder / stage
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(suite, copy, ignore=shutil.ignore_patterns("node_modules", "package*.json"))
    environment = {**os.environ, "BANYAN_REPOSITORY": str(REPOSITORY), "NO_COLOR": "1"}
    command = [with_server, suite / "banyan.toml", node_of(folder), "--test", "--test-reporter=spec", copy / "suite.mjs"]
    ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(ended.stdout)
    passed = re.search(r"pass (\d+)", ended.stdout)
    print(f"{name} on {stage}: {passed.group(1) if passed else 0} cases passed")
    # A run without cases is a failure.
    return ended.returncode if passed and int(passed.group(1)) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
