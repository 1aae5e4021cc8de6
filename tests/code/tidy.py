"""clang-tidy over the sources, each one again only when it, a header it uses, its flags or the list of checks changed.

    tidy.py BUILD_FOLDER [--all]

Looks for the mistakes that nothing else finds (EVERYDAY) in what is served (src, apps), as far as the last COMMITS commits
or the working tree touched it; --all runs the whole list of .clang-tidy on everything, on the tests too. What passed is
remembered in BUILD_FOLDER/tidy.

It compiles without precompiled headers, so it also finds a file that does not include what it uses.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

import tree


# Of the list in .clang-tidy, what is cheap enough for every run.
EVERYDAY = ",".join(
    [
        "-*",
        "bugprone-dangling-handle",
        "bugprone-unused-raii",
        "bugprone-unused-return-value",
        "bugprone-use-after-move",
        "cppcoreguidelines-avoid-capturing-lambda-coroutines",
        "cppcoreguidelines-no-suspend-with-lock",
        "cppcoreguidelines-slicing",
        "google-explicit-constructor",
        "misc-coroutine-hostile-raii",
        "readability-identifier-naming",
    ]
)


# All of it takes minutes on every fresh clone, most of them for files that nobody has touched.
COMMITS = 20


def touched_lately():
    """Sources that were changed lately, or whose own header was, without their ending; None where that is not known."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=tree.REPOSITORY, capture_output=True, text=True)
    history = git("log", f"-{COMMITS}", "--no-merges", "--name-only", "--format=")
    count = git("rev-list", "--count", "--no-merges", f"--max-count={COMMITS}", "HEAD")
    working = git("status", "--porcelain", "--no-renames")
    if history.returncode != 0 or count.stdout.strip() != str(COMMITS):
        return None
    names = history.stdout.split() + [line[3:] for line in working.stdout.splitlines()]
    return {pathlib.Path(tree.REPOSITORY, name).with_suffix("") for name in names}


def dependencies(build):
    """Object file to the files it was made of, as the build knows them."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found, current = {}, None
    for line in listing.splitlines():
        if line and not line.startswith(" "):
            current = found.setdefault(line.split(":")[0], [])
        elif line.strip() and current is not None:
            current.append(line.strip())
    return found


def fingerprint(entry, used, ground):
    digest = hashlib.sha256(ground)
    digest.update(entry["command"].encode())
    for name in sorted({entry["file"], *used}):
        path = pathlib.Path(entry["directory"], name).resolve()
        digest.update(str(path).encode())
        # A system header changes with its package, which its size and time tell well enough.
        if path.is_relative_to(tree.REPOSITORY):
            digest.update(path.read_bytes() if path.exists() else b"")
        elif path.exists():
            status = path.stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


def tidy(commands, entry, everything):
    checks = [] if everything else [f"--checks={EVERYDAY}"]
    command = ["clang-tidy-19", "--quiet", *checks, f"-p={commands}", entry["file"]]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tree.REPOSITORY)
    return None if ended.returncode == 0 else ended.stdout or ended.stderr


def main(build, everything):
    remembered = build / "tidy"
    remembered.mkdir(exist_ok=True)
    version = subprocess.run(["clang-tidy-19", "--version"], capture_output=True, check=True).stdout
    ground = version + EVERYDAY.encode() + (tree.REPOSITORY / ".clang-tidy").read_bytes()
    made_of = dependencies(build)
    lately = None if everything else touched_lately()
    todo, looked_at = [], 0
    entries = json.loads((build / "compile_commands.json").read_text())
    for entry in entries:
        entry["command"] = shlex.join(tree.without_precompiled(shlex.split(entry["command"])))
    (remembered / "compile_commands.json").write_text(json.dumps(entries))
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if not path.is_relative_to(tree.REPOSITORY) or path.is_relative_to(build):
            continue
        is_test = path.stem.endswith(("_test", "_fuzz")) or path.is_relative_to(tree.REPOSITORY / "tests")
        if is_test and not everything:
            continue
        if lately is not None and path.with_suffix("") not in lately:
            continue
        looked_at += 1
        key = fingerprint(entry, made_of.get(entry.get("output", ""), []), ground)
        # Whoever passed the whole list passes a part of it.
        marks = [remembered / f"{key}-whole"] + ([] if everything else [remembered / key])
        if not any(mark.exists() for mark in marks):
            todo.append((marks[-1], entry))

    # The largest first, so that the last to end is a small one.
    todo.sort(key=lambda item: -os.path.getsize(item[1]["file"]))
    problems = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (mark, _), problem in zip(todo, pool.map(lambda item: tidy(remembered, item[1], everything), todo)):
            if problem:
                problems.append(problem)
            else:
                mark.touch()
    print(f"tidy: {looked_at - len(todo)} are as they were when they passed")
    tree.finish("tidy", problems, looked_at)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), "--all" in sys.argv[2:])
