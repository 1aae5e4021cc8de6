"""Refuses files and functions that outgrew reading in one sitting. Lengths of functions are found by their braces."""

import re

import tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 80

# What stands before the brace of a function's body: a parameter list (or a member's initializer) and what may follow.
_HEAD = re.compile(r"\)\s*(const|noexcept(\([^()]*\))?|override|final|mutable|try|&&?|->[^;{}]*|requires[^;{}]*|\s)*$")
_INITIALIZER = re.compile(r"[\w>]\s*$")
_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_CONTROL = re.compile(r"(^|[;{}\s])(if|for|while|switch|catch|else|do)\b[^;{}]*$")


_TABLE = re.compile(r"([=,({]|\b(?!else\b|do\b|try\b|const\b|mutable\b|noexcept\b)\w+)\s*$")


def table_lines(body):
    """Lines of a function's text that lie inside initialisers: a table is read as a table, not as a function."""
    lines, depth, began, start = 0, 0, 0, 0
    kinds = []
    for match in re.finditer(r"[{};]", body):
        at, sign = match.start(), match.group()
        if sign == "{":
            is_table = depth > 0 or bool(kinds and _TABLE.search(body[start:at]))
            kinds.append(is_table)
            if is_table:
                depth += 1
                if depth == 1:
                    began = at
        elif sign == "}" and kinds and kinds.pop():
            depth -= 1
            if depth == 0:
                lines += body.count("\n", began, at)
        start = at + 1
    return lines


def functions(source):
    """(first line, lines without those of tables, head) of each outermost function body."""
    text = tree.without_texts(source)
    found = []
    stack = []  # for each open brace: (what it opens, where its head began)
    start = 0  # where the current declaration began

    def line_of(offset):
        return text.count("\n", 0, offset) + 1

    for match in re.finditer(r"[{};]", text):
        at, sign = match.start(), match.group()
        if sign == "{":
            head = re.sub(r"\{[^{}]*\}", "()", text[start:at])
            inside = any(kind == "function" for kind, _ in stack)
            if not inside and _HEAD.search(head) and not _CONTROL.search(head):
                kind = "function"
            elif not inside and _INITIALIZER.search(head) and not _SCOPE.search(head):
                kind = "initializer"
            else:
                kind = "other"
            stack.append((kind, at - len(text[start:at].lstrip())))
            if kind == "initializer":
                continue
        elif sign == "}" and stack:
            kind, began = stack.pop()
            if kind == "function":
                first = line_of(began)
                lines = line_of(at) - first + 1 - table_lines(text[began : at + 1])
                found.append((first, lines, " ".join(text[began : began + 80].split())))
            if kind == "initializer":
                continue
        start = at + 1
    return found


def check(root):
    problems = []
    sources = tree.files(root, ".cpp", ".hpp", under=("src", "apps", "tests", "bench", "examples"))
    for path in sources:
        source = tree.read(root / path)
        lines = source.count("\n")
        if lines > FILE_LINES_MAX:
            problems.append(f"{path}: {lines} lines, at most {FILE_LINES_MAX}: the design is asking for another file")
        for first, length, head in functions(source):
            if length > FUNCTION_LINES_MAX:
                problems.append(f"{path}:{first}: a function of {length} lines, at most {FUNCTION_LINES_MAX}: {head}")
    return problems, len(sources)


if __name__ == "__main__":
    tree.finish("sizes", *check(tree.REPOSITORY))
