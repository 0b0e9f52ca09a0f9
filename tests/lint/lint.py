#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What review forgets: layers, names, sizes, licences, comments. Speaks TAP; one test point a rule."""
import os
import re
import shutil
import subprocess
import sys

MAY_USE = {
    "domain": {"domain"},
    "store": {"store", "domain"},
    "plugin": {"plugin", "store", "domain"},
    "account": {"account", "store", "domain"},
    "engine": {"engine", "plugin", "store", "domain"},
    "web": {"web", "engine", "account", "plugin", "store", "domain"},
    "app": {"app", "web", "engine", "account", "plugin", "store", "domain"},
}
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
LICENSED = (".c", ".h", ".py", ".js", ".mjs", ".css", "meson.build")
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__"}
# Written apart, so that this file does not find itself.
HOSTS = ["registry." + "npmjs", "npmjs" + ".com", "pypi" + ".org", "files." + "pythonhosted", "deb." + "debian.org",
         "crates" + ".io", "proxy." + "golang.org"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Tree:
    """The files under a root, read once."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS
                                and not (folder == root and f.startswith("build")))
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), root)
                try:
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        self.files[path] = file.read().split("\n")
                except (UnicodeDecodeError, OSError):
                    continue

    def select(self, prefix, *suffixes):
        return [(path, lines) for path, lines in sorted(self.files.items())
                if path.startswith(prefix) and path.endswith(suffixes or ("",))]

    def plugin_ids(self):
        ids = set()
        for path, lines in self.files.items():
            if path.startswith("plugins/") and ".plugin" in os.path.basename(path):
                ids.update(line.split("=", 1)[1].strip() for line in lines if line.startswith("Id="))
        return ids


def includes(lines):
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def check_layers(tree):
    """a lower folder never includes an upper one"""
    for path, lines in tree.select("core/", ".c", ".h"):
        layer = path.split("/")[1]
        for number, is_quoted, target in includes(lines):
            if layer == "include":
                if is_quoted or target.startswith("core/"):
                    yield f"{path}:{number}: a public header includes {target}"
            elif target.startswith("core/"):
                used = target.split("/")[1]
                if layer in MAY_USE and used not in MAY_USE[layer]:
                    yield f"{path}:{number}: {layer} includes {target}"
            elif is_quoted:
                yield f"{path}:{number}: {target}: name it from the root, as core/…"


def check_core_names_no_plugin(tree):
    """nothing in core names a plugin"""
    ids = tree.plugin_ids()
    for path, lines in tree.select("core/", ".c", ".h", "meson.build"):
        for number, line in enumerate(lines, 1):
            if "plugins/" in line:
                yield f"{path}:{number}: names plugins/"
            for name in ids:
                # A plain word is also a word of the field; as a text of its own it is the plugin.
                if ("-" in name and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line)) or f'"{name}"' in line:
                    yield f"{path}:{number}: names the plugin {name}"


def check_plugins_use_public_headers(tree):
    """a plugin includes no private header"""
    for path, lines in tree.select("plugins/", ".c", ".h"):
        folder = os.path.dirname(path)
        for number, is_quoted, target in includes(lines):
            if is_quoted and os.path.normpath(os.path.join(folder, target)) not in tree.files:
                yield f"{path}:{number}: {target} is not a header of this plugin"
            elif ".." in target.split("/") or target.startswith("core/"):
                yield f"{path}:{number}: {target} is outside this plugin"
            elif target.startswith("neighborbid/") and target != "neighborbid/neighborbid.h":
                yield f"{path}:{number}: include <neighborbid/neighborbid.h> alone"


def c_files(tree):
    for prefix in ("core/", "plugins/", "tests/", "bench/", "examples/"):
        yield from tree.select(prefix, ".c", ".h")


def check_file_sizes(tree):
    """a file has one subject"""
    for path, lines in c_files(tree):
        if len(lines) - 1 > MAX_FILE_LINES:
            yield f"{path}: {len(lines) - 1} lines, more than {MAX_FILE_LINES}"


def check_function_sizes(tree):
    """a function fits on a screen"""
    for path, lines in c_files(tree):
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line.startswith("}"):
                if start and line == "}" and number - start - 1 > MAX_FUNCTION_LINES:
                    yield f"{path}:{start}: a function of {number - start - 1} lines, more than {MAX_FUNCTION_LINES}"
                start = None


def check_names(tree):
    """a file is named for its subject"""
    for path, _ in c_files(tree):
        stem = os.path.splitext(os.path.basename(path))[0]
        if stem in VAGUE_NAMES or (stem.startswith("nb-") and stem[3:] in VAGUE_NAMES):
            yield f"{path}: says nothing about its subject"


def check_licences(tree):
    """every source says its licence first"""
    for path, lines in tree.select("", *LICENSED):
        if path.startswith(("scripts/", ".ci/")) or LICENCE in "\n".join(lines[:2]):
            continue
        yield f"{path}: no '{LICENCE}' in the first two lines"
    for path, lines in tree.select("scripts/") + tree.select(".ci/"):
        if LICENCE not in "\n".join(lines[:2]):
            yield f"{path}: no '{LICENCE}' in the first two lines"


def check_sentences(tree):
    """every C file says what it is for"""
    for path, lines in c_files(tree):
        if len(lines) < 2 or not re.match(r"/\*+ \S", lines[1]):
            yield f"{path}:2: no sentence about the file below its licence"


def check_public_docs(tree):
    """every public function is documented"""
    plain = re.compile(r"_(get_type|quark|ref|unref|free|finish|get_n|is_null)$")
    for path, lines in tree.select("core/include/", ".h"):
        text = "\n".join(lines)
        documented = set(re.findall(r"/\*\*\s*(?:\*\s*)?(nb_\w+):", text))
        for match in re.finditer(r"NB_PUBLIC\s+(?!G_DECLARE)[^;()]*?\b(nb_\w+)\s*\(", text):
            name = match.group(1)
            before = text[:match.start()]
            if name not in documented and not plain.search(name) and not is_in_documented_group(before):
                number = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{number}: {name} has no comment"


def is_in_documented_group(before):
    """Declarations without a blank line between them share the comment above the first."""
    paragraph = before.rsplit("\n\n", 1)[-1]
    return "*/" in paragraph


def check_messages_are_marked(tree):
    """messages for people are marked for translation"""
    call = re.compile(r"\bnb_(?:set_error|error_new)\s*\((?:[^;\"]*?)NB_ERROR_(?!INTERNAL)[A-Z_]+,\s*\"")
    for path, lines in tree.select("core/", ".c") + tree.select("plugins/", ".c"):
        text = "\n".join(lines)
        for match in call.finditer(text):
            number = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{number}: a message without N_()"


def check_hosts(tree):
    """no file names a package registry"""
    for path, lines in sorted(tree.files.items()):
        for number, line in enumerate(lines, 1):
            for host in HOSTS:
                if host in line:
                    yield f"{path}:{number}: names {host}"
        if os.path.basename(path) == "package-lock.json" and any('"resolved"' in line for line in lines):
            yield f"{path}: holds addresses of packages"


def check_layout(tree):
    """clang-format has nothing to change"""
    paths = [os.path.join(tree.root, path) for path, _ in c_files(tree) if path.endswith(".c")]
    if not paths or ".clang-format" not in tree.files:
        return
    result = subprocess.run(["clang-format", "--dry-run", "--ferror-limit=1", *paths], capture_output=True, text=True,
                            check=False)
    for line in result.stderr.split("\n"):
        if "-Wclang-format-violations" in line:
            yield os.path.relpath(line.split(": ")[0], tree.root) if ": " in line else line


CHECKS = [check_layers, check_core_names_no_plugin, check_plugins_use_public_headers, check_file_sizes,
          check_function_sizes, check_names, check_licences, check_sentences, check_public_docs,
          check_messages_are_marked, check_hosts, check_layout]


def run(root):
    tree = Tree(root)
    is_clean = True
    print(f"1..{len(CHECKS)}")
    for number, check in enumerate(CHECKS, 1):
        if check is check_layout and not shutil.which("clang-format"):
            print(f"ok {number} - {check.__doc__} # SKIP clang-format is not installed")
            continue
        faults = list(check(tree))
        print(f"{'not ok' if faults else 'ok'} {number} - {check.__doc__}")
        for fault in faults:
            print(f"# {fault}")
        is_clean = is_clean and not faults
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
