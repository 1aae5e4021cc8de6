"""The files of the repository, as the checks beside this file see them."""

import os
import pathlib
import re
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {".git", "build", "node_modules", "data", ".cache", "raw", "__pycache__"}


def files(root, *suffixes, under=("",)):
    """Paths relative to `root` of its files that end in one of `suffixes` (all files without one), sorted."""
    found = []
    for folder in under:
        for place, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name not in SKIPPED]
            for name in names:
                path = (pathlib.Path(place) / name).relative_to(root)
                if not suffixes or path.suffix in suffixes:
                    found.append(path)
    return sorted(set(found))


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


_TOKENS = re.compile(
    r'(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<text>"(?:\\.|[^"\\\n])*")'
    r"|(?P<char>(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+')"
    r"|(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)",
    re.S,
)


def without_texts(source, keep_comments=False):
    """C++ with the insides of literals, and the comments, blanked; lines keep their numbers."""

    def blank(match):
        if keep_comments and (match.group("line") or match.group("block")):
            return match.group(0)
        newlines = "\n" * match.group(0).count("\n")
        return '""' + newlines if match.group("raw") or match.group("text") else " " + newlines

    return _TOKENS.sub(blank, source)


def without_precompiled(words):
    """A compiler's command without its launcher and without the precompiled headers, which include things for a file."""
    words = words[next(i for i, word in enumerate(words) if "clang" in os.path.basename(word)) :]
    kept, position = [], 0
    while position < len(words):
        if words[position] == "-Xclang" and words[position + 1] in ("-include-pch", "-include"):
            position += 4
        else:
            kept.append(words[position])
            position += 1
    return [word for word in kept if word not in ("-Winvalid-pch", "-fpch-instantiate-templates")]


def finish(name, problems, looked_at):
    """Prints what was found and ends the program; looking at nothing is a failure too."""
    for problem in problems:
        print(problem)
    if not looked_at:
        print(f"{name}: there was nothing to look at")
    else:
        print(f"{name}: {looked_at} looked at, {len(problems)} wrong")
    sys.exit(1 if problems or not looked_at else 0)
