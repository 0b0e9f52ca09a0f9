#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gathers the messages of core and of each plugin from C (xgettext) and from templates, for `update.py` and the test."""
import os
import re
import subprocess
import tempfile

KEYWORDS = ["N_", "NP_:1,2", "nb_request_gettext:2"]
SIGIL = re.compile(r"\{\{\s*_(n?)\s")


class Component:
    """Core or one plugin: where its sources, templates and translations are."""

    def __init__(self, domain, po_dir, source_dirs, template_dirs):
        self.domain = domain
        self.po_dir = po_dir
        self.source_dirs = source_dirs
        self.template_dirs = template_dirs


def components(root):
    found = [Component("neighborbid", os.path.join(root, "po"), [os.path.join(root, "core")],
                       [os.path.join(root, "data", "web", "templates")])]
    plugins = os.path.join(root, "plugins")
    for name in sorted(os.listdir(plugins)):
        folder = os.path.join(plugins, name)
        if os.path.isdir(os.path.join(folder, "po")):
            found.append(Component(name, os.path.join(folder, "po"), [folder], [os.path.join(folder, "templates")]))
    return found


def files(folders, suffix):
    for folder in folders:
        for at, _, names in sorted(os.walk(folder)):
            if os.sep + "tests" in at:
                continue
            yield from (os.path.join(at, name) for name in sorted(names) if name.endswith(suffix))


def closing(text, start):
    """Where the message that begins at @start ends: the braces of its placeholders are its own."""
    depth = 0
    for i in range(start, len(text)):
        if depth == 0 and text.startswith("}}", i):
            return i
        depth += (text[i] == "{") - (text[i] == "}" and depth > 0)
    raise ValueError("a message is never closed")


def template_messages(path):
    """Yields (line, msgid, plural or None) of one template."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for match in SIGIL.finditer(text):
        content = " ".join(text[match.end():closing(text, match.end())].split())
        line = text.count("\n", 0, match.start()) + 1
        if match.group(1):
            one, several = content.split(": ", 1)[1].split(" | ")
            yield line, one, several
        else:
            yield line, content, None


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def template_pot(root, paths):
    places = {}
    for path in paths:
        for line, msgid, plural in template_messages(path):
            places.setdefault((msgid, plural), []).append(f"{os.path.relpath(path, root)}:{line}")
    out = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
    for (msgid, plural), at in places.items():
        forms = f'msgid_plural {quote(plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n' if plural else 'msgstr ""\n'
        out.append(f"#: {' '.join(at)}\nmsgid {quote(msgid)}\n{forms}")
    return "\n".join(out)


def write_pot(root, component, target):
    """Writes all messages of @component to @target."""
    with tempfile.TemporaryDirectory() as temp:
        from_c = os.path.join(temp, "c.pot")
        from_templates = os.path.join(temp, "templates.pot")
        sources = [os.path.relpath(path, root) for path in files(component.source_dirs, ".c")]
        subprocess.run(["xgettext", "--from-code=UTF-8", "--force-po", "--language=C", "--no-wrap", "-k",
                        *(f"--keyword={k}" for k in KEYWORDS), "-o", from_c, *sources], cwd=root, check=True)
        with open(from_templates, "w", encoding="utf-8") as file:
            file.write(template_pot(root, files(component.template_dirs, ".mustache")))
        subprocess.run(["msgcat", "--use-first", "--no-wrap", "--force-po", "-o", target, from_c, from_templates],
                       check=True)


def read_po(path):
    """Yields (msgid, plural or None, [translations], flags) of a catalogue that is written without wrapping."""
    entry = {}
    flags = set()
    key = None
    for line in open(path, encoding="utf-8").read().split("\n") + [""]:
        match = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")$', line)
        if match:
            key = match.group(1)
            entry[key] = unquote(match.group(2))
        elif line.startswith('"') and key:
            entry[key] += unquote(line)
        elif line.startswith("#,"):
            flags |= {flag.strip() for flag in line[2:].split(",")}
        elif not line and entry:
            texts = [text for name, text in sorted(entry.items()) if name.startswith("msgstr")]
            yield entry["msgid"], entry.get("msgid_plural"), texts, flags
            entry, flags, key = {}, set(), None


def unquote(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), text[1:-1])
