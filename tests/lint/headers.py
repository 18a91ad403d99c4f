#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# headers.py - every file says what it is for, every struct and every function
# of a header has its kernel-doc
#
# This reads C by its layout (clang-format holds that), not by its grammar: a
# declaration starts in the first column. Limits: enums and macros are left to
# the reader, and so are structs inside structs.
import pathlib
import re
import sys

ROOMS = ["core", "backends", "switch", "vmm", "cli"]
SPDX = "SPDX-License-Identifier: GPL-2.0-or-later"
STRUCT = re.compile(r"^(?:static )?(?:const )?struct (\w+) \{\n(.*?)^\}", re.M | re.S)
FUNCTION = re.compile(
    r"^(?!static |typedef |struct \w+ \{|enum |union |#|extern \"C\"| |\t|/|\}|\*)"
    r"[a-z][\w \t*()]*?[ *](\w+)\([^;{]*?\)[^;{]*;",
    re.M,
)


def comment_before(text, start):
    """The kernel-doc that ends right above @start, or an empty string."""
    head = text[:start].rstrip()
    if not head.endswith("*/"):
        return ""
    begin = head.rfind("/*")
    doc = head[begin:]
    return doc if doc.startswith("/**") else ""


def strip_comments(body):
    return re.sub(r"/\*.*?\*/", "", body, flags=re.S)


def members(body):
    """Names of the members of a struct's body; nested braces are skipped."""
    body = strip_comments(body)
    while re.search(r"\{[^{}]*\}", body):
        body = re.sub(r"\{[^{}]*\}", "", body)
    for declaration in body.split(";"):
        declaration = re.sub(r"__attribute__\(\(.*\)\)", "", declaration)
        pointer = re.search(r"\(\*(\w+)(?:\[\w*\])?\)\s*\(", declaration)
        if pointer:
            yield pointer.group(1)
            continue
        for part in declaration.split(","):
            name = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?::\s*\w+\s*)?$", part)
            if name and declaration.strip() not in ("struct", "union", ""):
                yield name.group(1)


def check_structs(path, text, complain):
    for match in STRUCT.finditer(text):
        name, body = match.groups()
        doc = comment_before(text, match.start())
        if not re.search(rf"struct {name}\b.* - ", doc):
            complain(path, text, match, f"struct {name} has no kernel-doc")
            continue
        for member in members(body):
            if not re.search(rf"@{member}\b", doc):
                complain(path, text, match, f"struct {name}: no @{member}:")


def check_functions(path, text, complain):
    for match in FUNCTION.finditer(text):
        name = match.group(1)
        if not re.search(rf"\b{name}\(\)", comment_before(text, match.start())):
            complain(path, text, match, f"{name}() has no kernel-doc")


def check_top(path, text, complain):
    lines = text.split("\n")[:5]
    if not any(SPDX in line for line in lines[:2]):
        complain(path, text, None, "no SPDX line at the top")
    if not any(re.search(rf"{re.escape(path.name)} - \w", line) for line in lines):
        complain(path, text, None, f"no line `{path.name} - duty`")


def files(root, folders, suffixes):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(root)


def main():
    root = pathlib.Path(sys.argv[1])
    found = []

    def complain(path, text, match, words):
        line = text.count("\n", 0, match.start()) + 1 if match else 1
        found.append(f"{path}:{line}: {words}")

    scripts = [pathlib.Path("setup.sh"), pathlib.Path(".ci/run")]
    for path in scripts + list(files(root, ROOMS + ["tests"], {".c", ".h", ".sh", ".py"})):
        text = (root / path).read_text()
        check_top(path, text, complain)
        if path.parts[0] == "tests" or path.suffix not in (".c", ".h"):
            continue
        check_structs(path, text, complain)
        if path.suffix == ".h":
            check_functions(path, text, complain)
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
