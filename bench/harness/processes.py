"""Starting and stopping programs so that none outlives the benchmark, however it ends."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class DidNotStart(Exception):
    """A server could not be brought up here; the reason is for the report."""


def die_with_parent():
    """For a child to run before its program: the kernel kills it when the benchmark dies, even of kill -9."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def working_folder(parent):
    """A folder that is removed at the end. Those of runs that were killed are removed first."""
    for folder in pathlib.Path(parent).glob("banyan-bench-*"):
        owner = folder.name.split("-")[2]
        if owner.isdigit() and not pathlib.Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"banyan-bench-{os.getpid()}-", dir=parent)
    os.chmod(folder, 0o755)  # PostgreSQL's own user has to pass.
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Program:
    """One child process, pinned to `cpus` ("0", "0,1") when given, its output in a file."""

    def __init__(self, command, log, cpus=None, environment=None, directory=None):
        self.command = (["taskset", "-c", cpus] if cpus else []) + [str(part) for part in command]
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as output:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=directory,
                env=dict(os.environ, **(environment or {})), preexec_fn=die_with_parent)
        self.pid = self._process.pid

    def alive(self):
        return self._process.poll() is None

    def wait(self):
        return self._process.wait()

    def last_words(self):
        return self.log.read_text(errors="replace")[-600:].strip()

    def stop(self, stop_signal=signal.SIGTERM, patience=10):
        if self.alive():
            self._process.send_signal(stop_signal)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def wait_for(condition, program, what, seconds=30):
    """Asks until `condition()` is true; says what the program wrote when it ends or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not program.alive():
            raise DidNotStart(f"{what} ended at once: {program.last_words()}")
        if condition():
            return
        time.sleep(0.02)
    raise DidNotStart(f"{what} was not ready in {seconds} s: {program.last_words()}")


def answers(port, target="/health", well=False):
    """True once something speaks HTTP there, whatever it says; or only once it says that all is `well`."""
    def ask():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{target}", timeout=2).close()
            return True
        except urllib.error.HTTPError:
            return not well
        except OSError:
            return False
    return ask
