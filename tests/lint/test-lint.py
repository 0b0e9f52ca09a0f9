#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plants one fault for each rule of the lint in a small tree of its own, and sees that the rule finds it, and it alone."""
import io
import os
import sys
import tempfile
from contextlib import redirect_stdout

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # noqa: E402

HEAD = "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n/* One sentence. */\n"
CLEAN = {
    "core/store/nb-a.c": HEAD + '#include "core/domain/nb-b.h"\n\n#include <glib.h>\n',
    "core/domain/nb-b.h": HEAD,
    "core/include/neighborbid/nb-c.h": HEAD + "/** nb_c_go: goes */\nNB_PUBLIC void nb_c_go (void);\n",
    "plugins/acme-one/acme.c": HEAD + '#include "acme.h"\n#include <neighborbid/neighborbid.h>\n',
    "plugins/acme-one/acme.h": HEAD,
    "plugins/acme-one/acme-one.plugin": "[Plugin]\nId=acme-one\n",
    "plugins/till/till.plugin.in": "[Plugin]\nId=till\n",
    "scripts/run": "#!/bin/sh\n# SPDX-License-Identifier: LGPL-2.1-or-later\n",
}
LONG_FUNCTION = "void\nlong_one (void)\n{\n" + "  step ();\n" * 61 + "}\n"
FAULTS = [
    ("check_layers", "core/store/nb-a.c", HEAD + '#include "core/engine/nb-x.h"\n'),
    ("check_layers", "core/domain/nb-b.h", HEAD + "#include <core/store/nb-x.h>\n"),
    ("check_layers", "core/engine/nb-e.c", HEAD + '#include "core/account/nb-x.h"\n'),
    ("check_layers", "core/plugin/nb-p.c", HEAD + '#include "core/account/nb-x.h"\n'),
    ("check_layers", "core/web/nb-w.c", HEAD + '#include "core/app/nb-x.h"\n'),
    ("check_layers", "core/store/nb-a.c", HEAD + '#include "../engine/nb-x.h"\n'),
    ("check_layers", "core/include/neighborbid/nb-c.h", HEAD + '#include "core/store/nb-x.h"\n'),
    ("check_core_names_no_plugin", "core/store/nb-a.c", HEAD + '#define WHERE "plugins/some"\n'),
    ("check_core_names_no_plugin", "core/store/nb-a.c", HEAD + "/* As acme-one does. */\n"),
    ("check_core_names_no_plugin", "core/store/nb-a.c", HEAD + 'const char *id = "till";\n'),
    ("check_plugins_use_public_headers", "plugins/acme-one/acme.c", HEAD + '#include "core/store/nb-a.h"\n'),
    ("check_plugins_use_public_headers", "plugins/acme-one/acme.c", HEAD + "#include <neighborbid/nb-c.h>\n"),
    ("check_plugins_use_public_headers", "plugins/till/till.c", HEAD + '#include "../acme-one/acme.h"\n'),
    ("check_file_sizes", "core/store/nb-a.c", HEAD + "int a;\n" * 600),
    ("check_function_sizes", "core/store/nb-a.c", HEAD + LONG_FUNCTION),
    ("check_names", "core/store/nb-utils.c", HEAD),
    ("check_names", "tests/unit/helpers.c", HEAD),
    ("check_licences", "core/store/nb-x.py", '"""No licence."""\n'),
    ("check_licences", "scripts/run", "#!/bin/sh\n"),
    ("check_sentences", "core/store/nb-a.c", "/* SPDX-License-Identifier: LGPL-2.1-or-later */\n#include <glib.h>\n"),
    ("check_public_docs", "core/include/neighborbid/nb-c.h", HEAD + "\nNB_PUBLIC void nb_c_go (void);\n"),
    ("check_messages_are_marked", "core/store/nb-a.c",
     HEAD + 'void\nf (GError **error)\n{\n  nb_set_error (error, NB_ERROR_BUSY, "busy", NULL);\n}\n'),
    ("check_hosts", "docs/x.md", "see registry." + "npmjs.org\n"),
    ("check_hosts", "tests/browser/package-lock.json", '{"resolved": "elsewhere"}\n'),
]


def faults_of(files):
    """Returns the rules that found something in a tree of @files, with what they found."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        tree = lint.Tree(root)
        found = {check.__name__: list(check(tree)) for check in lint.CHECKS}
        with redirect_stdout(io.StringIO()):
            code = lint.run(root)
    found = {name: faults for name, faults in found.items() if faults}
    assert code == (1 if found else 0), "the exit code does not follow the faults"
    return found


def main():
    is_good = True
    cases = [(None, None, None)] + FAULTS
    print(f"1..{len(cases)}")
    for number, (rule, path, text) in enumerate(cases, 1):
        found = faults_of(CLEAN if rule is None else {**CLEAN, path: text})
        is_right = not found if rule is None else list(found) == [rule] and all(path in f for f in found[rule])
        title = "a clean tree passes" if rule is None else f"{rule} finds a fault in {path}"
        print(f"{'ok' if is_right else 'not ok'} {number} - {title}")
        if not is_right:
            print(f"# found: {found}")
        is_good = is_good and is_right
    covered = {rule for rule, _, _ in FAULTS} | {"check_layout"}
    missed = {check.__name__ for check in lint.CHECKS} - covered
    assert not missed, f"no planted fault for {missed}"
    return 0 if is_good else 1


sys.exit(main())
