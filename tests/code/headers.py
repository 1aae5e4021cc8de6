"""Every header can be included on its own.

A header that its own source includes before all others is proved by tidy.py already, which compiles what is served
without precompiled headers; only what remains is compiled alone, with the flags of a neighbour, and again only when
something in it changed.

    headers.py BUILD_FOLDER
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import tree

FIRST_INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)


def proved_by_tidy(path, commands):
    """Whether a file that tidy.py compiles includes this header first."""
    source = path.with_suffix(".cpp")
    if source not in commands or path.is_relative_to("tests"):
        return False
    first = FIRST_INCLUDE.search(tree.read(tree.REPOSITORY / source))
    return bool(first) and str(path).endswith("/" + first.group(1))


def flags_for(path, commands):
    """The flags of a file of the same folder, else of any file: include paths and definitions are what matters."""
    nearest = max(commands, key=lambda source: len(os.path.commonpath([source, path])))
    words = tree.without_precompiled(shlex.split(commands[nearest]))
    flags = [word for word in words if word.startswith(("-I", "-D", "-std="))]
    systems = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "-isystem"]
    # Tests include each other from the root of the tree.
    return flags + [f"-I{tree.REPOSITORY}"] + [f"-isystem{system}" for system in systems]


def compile_alone(path, commands):
    command = ["clang++-19", *flags_for(path, commands), "-fsyntax-only", "-x", "c++", "-Wno-pragma-once-outside-header"]
    ended = subprocess.run([*command, str(tree.REPOSITORY / path)], capture_output=True, text=True)
    return None if ended.returncode == 0 else f"{path}: cannot be included on its own\n{ended.stderr[:2000]}"


def reachable(path, found=None):
    """The header and all of this tree's that it includes, directly or not."""
    found = {} if found is None else found
    if path in found:
        return found
    source = found[path] = tree.read(tree.REPOSITORY / path)
    for name in re.findall(r'^[ \t]*#\s*include\s*"([^"]+)"', source, re.M):
        for candidate in (path.parent / name, pathlib.Path("src", name), pathlib.Path("tests", name)):
            if (tree.REPOSITORY / candidate).is_file():
                reachable(candidate, found)
                break
    return found


def fingerprint(path, commands):
    texts = reachable(path)
    ground = [*flags_for(path, commands), *(f"{name}\0{texts[name]}" for name in sorted(texts))]
    return hashlib.sha256("\0".join(ground).encode()).hexdigest()


def check(build):
    entries = json.loads((build / "compile_commands.json").read_text())
    commands = {}
    for entry in entries:
        source = pathlib.Path(entry["directory"], entry["file"])
        if source.is_relative_to(tree.REPOSITORY) and not source.is_relative_to(build):
            commands[source.relative_to(tree.REPOSITORY)] = entry["command"]
    headers = tree.files(tree.REPOSITORY, ".hpp", under=("src", "apps", "tests"))
    alone = [path for path in headers if not proved_by_tidy(path, commands)]
    remembered = build / "headers"
    remembered.mkdir(exist_ok=True)
    todo = [(path, remembered / fingerprint(path, commands)) for path in alone]
    todo = [(path, mark) for path, mark in todo if not mark.exists()]
    print(f"headers: {len(headers) - len(alone)} are proved by tidy, compiling {len(todo)} of the others alone")
    problems = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (_, mark), problem in zip(todo, pool.map(lambda item: compile_alone(item[0], commands), todo)):
            if problem:
                problems.append(problem)
            else:
                mark.touch()
    return problems, len(headers)


if __name__ == "__main__":
    tree.finish("headers", *check(pathlib.Path(sys.argv[1]).resolve()))
