#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Brings every po/ko.po up to date with the messages in the sources; translate what is empty afterwards."""
import os
import subprocess
import tempfile

import messages

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
for component in messages.components(root):
    po = os.path.join(component.po_dir, "ko.po")
    with tempfile.TemporaryDirectory() as temp:
        pot = os.path.join(temp, "all.pot")
        messages.write_pot(root, component, pot)
        subprocess.run(["msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", "--no-location", "--update",
                        "--backup=none", po, pot], check=True)
        subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", "--no-location", "-o", po, po], check=True)
    with open(po, encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith(('"POT-Creation-Date', '"Report-Msgid-Bugs-To'))]
    with open(po, "w", encoding="utf-8") as file:
        file.writelines(lines)
