"""Reads every #include under src/ and apps/ and refuses those that run against the arrows of ARCHITECTURE.md.

Targets do not guard the layers inside one library, and a header needs no target at all; this does.
"""

import pathlib
import re

import tree

# Each folder, and the folders that it may include. Every folder under src/banyan stands here.
ARROWS = {
    "base": [],
    "core": ["base"],
    "services": ["base", "core"],
    "http": ["base"],
    "api": ["base", "core", "services", "http"],
    "sql": ["base", "core"],
    "wire": ["base"],
    "adapters": ["base", "core", "sql", "wire"],
    "observe": ["base"],
    "config": ["base", "core"],
    "fleet": ["base", "core", "config"],
    "measure": ["base", "core", "config"],
}
APPS = ["base", "core", "services", "http", "api", "sql", "wire", "adapters", "observe", "config", "fleet", "measure"]

# Headers that only some folders may see: a library stays behind the wall that was built around it.
OWNED = [
    (r"sqlite3\.h", ["adapters/sqlite"]),
    (r"llhttp\.h", ["http"]),
    (r"toml\+\+/.*", ["config"]),
    (r"spdlog/.*", ["observe"]),
    (r"prometheus/.*", ["observe"]),
    (r"CLI/.*", ["apps"]),
    (r"libpq-fe\.h", ["adapters/postgres"]),
    (r"hiredis/.*", ["wire"]),
    (r"boost/asio.*", ["http", "wire", "apps", "adapters/postgres", "adapters/redis"]),
    (r"curl/.*", ["wire"]),
    (r"netinet/.*|sys/epoll\.h", ["http", "wire", "fleet", "apps"]),
    (r"sys/socket\.h|poll\.h", ["http", "wire", "observe", "fleet", "apps", "adapters/postgres"]),
]
# Input, output and threads have no place in these.
PURE = ["core"]
IMPURE = r"fstream|iostream|filesystem|thread|mutex|shared_mutex|condition_variable|future|unistd\.h|fcntl\.h|cstdio"

INCLUDE = re.compile(r'^[ \t]*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)


def room_of(path):
    """("adapters", "adapters/sqlite") for a file of an adapter, ("core", "core") for one of core."""
    parts = path.parts
    if parts[0] == "apps":
        return "apps", "apps"
    room = parts[2]
    return (room, f"{room}/{parts[3]}") if room == "adapters" and len(parts) > 4 else (room, room)


def included_room(name):
    parts = pathlib.PurePosixPath(name).parts
    if parts[:1] != ("banyan",) or len(parts) < 3:
        return None
    return parts[1], f"{parts[1]}/{parts[2]}" if parts[1] == "adapters" and len(parts) > 3 else parts[1]


def refusal(path, name):
    """Why the file may not include that header; None when it may."""
    room, place = room_of(path)
    is_test = path.stem.endswith(("_test", "_fuzz", "_fixture"))
    target = included_room(name)
    if target:
        other, other_place = target
        if other_place == place:
            return None
        if is_test and other_place == "adapters/memory":
            return None  # the memory adapters are the model that tests compare with
        if room == "apps":
            return None if other in APPS else f"there is no folder '{other}'"
        if other not in ARROWS:
            return f"there is no folder '{other}'"
        if other == room == "adapters":
            return "adapters never include each other"
        return None if other in ARROWS[room] else f"{room} may include {', '.join(ARROWS[room]) or 'nothing'}"
    if is_test:
        return None
    for pattern, owners in OWNED:
        if re.fullmatch(pattern, name) and place not in owners and room not in owners:
            return f"only {', '.join(owners)} may"
    if room in PURE and re.fullmatch(IMPURE, name):
        return f"{room} has no I/O and no threads"
    return None


def check(root):
    problems = []
    sources = tree.files(root, ".cpp", ".hpp", under=("src/banyan", "apps"))
    for path in sources:
        if path.parts[0] == "src" and (len(path.parts) < 4 or path.parts[2] not in ARROWS):
            problems.append(f"{path}: its folder is not in the list of tests/code/layers.py")
            continue
        source = tree.read(root / path)
        for match in INCLUDE.finditer(source):
            name = match.group(1) or match.group(2)
            why = refusal(path, name)
            if why:
                line = source.count("\n", 0, match.start()) + 1
                problems.append(f"{path}:{line}: may not include {name}: {why}")
    for folder in sorted((root / "src/banyan").iterdir()):
        if folder.is_dir() and folder.name not in ARROWS:
            problems.append(f"src/banyan/{folder.name}: not in the list of tests/code/layers.py")
    return problems, len(sources)


if __name__ == "__main__":
    tree.finish("layers", *check(tree.REPOSITORY))
