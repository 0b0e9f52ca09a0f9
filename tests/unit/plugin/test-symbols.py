# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each plugin module that ships exports its two symbols and no more. Speaks TAP."""
import os
import subprocess
import sys

EXPECTED = ["nb_plugin_abi", "nb_plugin_type"]
modules = sys.argv[1:]
if not modules:
    sys.exit("no module to look at")
failed = False
print(f"1..{len(modules)}")
for number, path in enumerate(modules, 1):
    listed = subprocess.run(["nm", "-D", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    names = sorted(line.split()[-1] for line in listed.splitlines())
    # The address sanitizer adds a mark for each variable.
    names = [name for name in names if not name.startswith("__odr_asan")]
    fits = names == EXPECTED
    failed = failed or not fits
    print(f"{'ok' if fits else 'not ok'} {number} {os.path.basename(path)}: {', '.join(names)}")
sys.exit(failed)
