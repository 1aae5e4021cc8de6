"""Refuses what was left behind: marks of unfinished work, calls that have a better one, headers nobody includes,
documents and pictures nobody links to."""

import re

import tree

MARKS = re.compile(r"\b(FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

# A call that is not used here, and what is used instead.
BANNED = [
    (r"\bstd::regex\b", "RE2, which is linear in time"),
    (r"\b(strcpy|strcat|sprintf|gets)\s*\(", "std::string"),
    (r"\b(atoi|atol|atof)\s*\(", "std::from_chars"),
    (r"\brand\s*\(\s*\)", "banyan::Random"),
    (r"\bstd::random_device\b", "banyan::SystemRandom"),
    (r"\busing namespace std;", "names in full"),
    (r"\bany_io_executor\b", "a concrete executor"),
]


def unused(root, paths, text_of):
    """The paths whose name no other file mentions."""
    return [path for path in paths if not any(path.name in text for other, text in text_of.items() if other != path)]


def check(root):
    problems = []
    sources = tree.files(root, ".cpp", ".hpp", under=("src", "apps", "tests", "bench", "examples"))
    for path in sources:
        source = tree.read(root / path)
        code = tree.without_texts(source)
        for number, line in enumerate(source.split("\n"), 1):
            if MARKS.search(line):
                problems.append(f"{path}:{number}: left behind: {line.strip()}")
        for pattern, instead in BANNED:
            for match in re.finditer(pattern, code):
                number = code.count("\n", 0, match.start()) + 1
                problems.append(f"{path}:{number}: {match.group().strip()}: use {instead}")

    text_of = {path: tree.read(root / path) for path in sources}
    headers = [path for path in sources if path.suffix == ".hpp"]
    problems += [f"{path}: no file includes it" for path in unused(root, headers, text_of)]

    for path in tree.files(root, ".md", ".cpp", ".hpp", ".py", ".txt", ".cmake", ".toml", ".bash"):
        if re.search(r"^(<{7} |>{7} )", tree.read(root / path), re.M):
            problems.append(f"{path}: a conflict that nobody resolved")

    problems += [f"{path}: what a merge or a patch left" for path in tree.files(root, ".orig", ".rej")]

    documents = tree.files(root, ".md")
    text_of = {path: tree.read(root / path) for path in documents}
    linked = [path for path in tree.files(root, ".md", ".svg", ".png", under=("docs",)) if path.name != "README.md"]
    problems += [f"{path}: no document links to it" for path in unused(root, linked, text_of)]
    return problems, len(sources)


if __name__ == "__main__":
    tree.finish("leftovers", *check(tree.REPOSITORY))
