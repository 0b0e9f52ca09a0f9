# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the library's export list: what the public headers mark with NB_PUBLIC, and the libpq calls that core guards."""
import re
import sys

GUARDED = ["PQconnectdb", "PQexec", "PQexecPrepared", "PQprepare", "PQresultErrorField"]

names = set(GUARDED)
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    for kind, name in re.findall(r"NB_PUBLIC\s+(G_DECLARE_\w+)\s*\(\s*\w+\s*,\s*(\w+)", text):
        names.add(name + "_get_type")
    for name in re.findall(r"NB_PUBLIC\s+(?!G_DECLARE_)[^;()]*?\b(nb_\w+)\s*\(", text):
        names.add(name)
names.add("nb_main")
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write("{\n  global:\n" + "".join(f"    {n};\n" for n in sorted(names)) + "  local: *;\n};\n")
