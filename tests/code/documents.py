"""Documents stay true: links and anchors lead somewhere, and what is shown is run.

    documents.py                     links and anchors of every Markdown file, and the tests that it names
    documents.py --run BANYAN        the blocks of code that documents say can be run, against that program

A ```toml block after `<!-- complete -->` is a whole config, and `banyan check` must accept it. A ```sh block after
`<!-- run -->` is run against a served copy of examples/users, which listens where the document says localhost:8080.
In such a block a line that begins with `$ ` is a command, and the lines up to the next one are what it prints; `…`
stands for anything. Commands without a line after them only have to succeed. Blocks of one document share a server.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import tree

LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HTML_LINK = re.compile(r'(?:href|src|srcset)="([^"]+)"')
FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n.*?^\1\s*$", re.M | re.S)
BLOCK = re.compile(r"<!--\s*(complete|run)\s*-->\s*\n```(\w+)\n(.*?)^```", re.M | re.S)
NAMED_TEST = re.compile(r"`([A-Z]\w*)\.([a-z0-9]+(?:_[a-z0-9]+){2,})`")
DECLARED_TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
WAIT_SECONDS_MAX = 10


def anchors(source):
    """The anchors that a forge makes of a document's headings."""
    seen, found = {}, set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*\s*$", FENCE.sub("", source), re.M):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.add(slug if count == 0 else f"{slug}-{count}")
    return found | set(re.findall(r'(?:id|name)="([^"]+)"', source))


def check_links(root):
    problems = []
    documents = tree.files(root, ".md")
    for path in documents:
        source = tree.read(root / path)
        prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", source))
        for target in LINK.findall(prose) + HTML_LINK.findall(prose):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            destination = (root / path).parent / name if name else root / path
            if not destination.exists():
                problems.append(f"{path}: links to {target}, which is not there")
            elif anchor and destination.suffix == ".md" and anchor not in anchors(tree.read(destination)):
                problems.append(f"{path}: links to {target}, which has no such heading")
    return problems, len(documents)


def check_tests(root):
    """Tests that documents name are there: `Suite.what_it_promises` in backticks."""
    declared = set()
    for path in tree.files(root, ".cpp", ".hpp", under=("src", "apps", "tests")):
        declared.update(DECLARED_TEST.findall(tree.read(root / path)))
    problems = []
    for path in tree.files(root, ".md"):
        for suite, name in NAMED_TEST.findall(FENCE.sub("", tree.read(root / path))):
            if (suite, name) not in declared:
                problems.append(f"{path}: names the test {suite}.{name}, which is not there")
    return problems


def blocks(root):
    for path in tree.files(root, ".md"):
        source = tree.read(root / path)
        for match in BLOCK.finditer(source):
            yield path, source.count("\n", 0, match.start()) + 1, match.group(1), match.group(2), match.group(3)


def check_config(banyan, where, text):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "banyan.toml").write_text(text)
        ended = subprocess.run(
            [banyan, "check"], cwd=folder, env=dict(os.environ, BANYAN_SERVICE_KEY=Example.KEY), capture_output=True,
            text=True, timeout=WAIT_SECONDS_MAX,
        )
    return [] if ended.returncode == 0 else [f"{where}: banyan check refuses it\n{ended.stdout}{ended.stderr}"]


class Example:
    """A private copy of examples/users, served on a free port with Alice in it."""

    KEY = "documents-service-key-0123456789abcdef"

    def __init__(self, banyan):
        self.folder = tempfile.mkdtemp(prefix="banyan-documents-")
        self.users = pathlib.Path(self.folder) / "examples/users"
        shutil.copytree(tree.REPOSITORY / "examples/users", self.users, ignore=shutil.ignore_patterns("data"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = dict(
            os.environ,
            PORT=str(self.port),
            BANYAN_SERVICE_KEY=self.KEY,
            PATH=f"{pathlib.Path(banyan).parent}:{os.environ['PATH']}",
        )
        self.server = subprocess.Popen(
            [banyan, "serve", str(self.users / "banyan.toml")],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait_ready()
        body = b'{"name":"Alice","email":"alice@example.com"}'
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/users", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX).read()

    def wait_ready(self):
        end = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1).read()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("the example has not become ready")

    def run(self, command):
        command = command.replace("localhost:8080", f"127.0.0.1:{self.port}")
        ended = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=WAIT_SECONDS_MAX,
        )
        shown = (ended.stdout + ended.stderr).replace(f"127.0.0.1:{self.port}", "localhost:8080")
        return ended.returncode, shown.replace("\r", "")

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        try:
            self.server.wait(WAIT_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def steps(text):
    """(command, shown output or None) of a block."""
    if "$ " not in text:
        yield text, None
        return
    command, shown = None, []
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            if command:
                yield command, "\n".join(shown) if shown else None
            command, shown = line[2:], []
        elif command and command.endswith("\\"):
            command += "\n" + line
        else:
            shown.append(line)
    if command:
        yield command, "\n".join(shown) if shown else None


def same(shown, printed):
    pattern = ".*".join(re.escape(part) for part in shown.rstrip().split("…"))
    return re.fullmatch(pattern, printed.rstrip(), re.S) is not None


def check_commands(example, where, text):
    for command, shown in steps(text):
        status, printed = example.run(command)
        if status != 0:
            return [f"{where}: `{command}` ends with {status}\n{printed}"]
        if shown is not None and not same(shown, printed):
            return [f"{where}: `{command}` shows\n{shown}\nand prints\n{printed}"]
    return []


def check_blocks(root, banyan):
    problems, count, served, example = [], 0, None, None
    try:
        for path, line, kind, language, text in blocks(root):
            where = f"{path}:{line}"
            count += 1
            if kind == "complete":
                problems += check_config(banyan, where, text)
                continue
            if served != path:
                if example:
                    example.close()
                served, example = path, None
                example = Example(banyan)
            problems += check_commands(example, where, text)
    finally:
        if example:
            example.close()
    return problems, count


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        tree.finish("documents --run", *check_blocks(tree.REPOSITORY, str(pathlib.Path(sys.argv[2]).resolve())))
    else:
        problems, count = check_links(tree.REPOSITORY)
        tree.finish("documents", problems + check_tests(tree.REPOSITORY), count)
