#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every message in C and in templates has a Korean translation with the same placeholders. Speaks TAP."""
import os
import re
import sys
import tempfile

import messages

PLACEHOLDER = re.compile(r"\{[^}]*\}|%[a-zA-Z0-9]+")


def faults(root, component):
    po = os.path.join(component.po_dir, "ko.po")
    known = {(one, several): (texts, flags) for one, several, texts, flags in messages.read_po(po)}
    with tempfile.TemporaryDirectory() as temp:
        pot = os.path.join(temp, "all.pot")
        messages.write_pot(root, component, pot)
        wanted = [(one, several) for one, several, _, _ in messages.read_po(pot) if one]
    if not wanted:
        yield "no message was found"
    for one, several in wanted:
        texts, flags = known.get((one, several), ([], set()))
        if not texts or not all(texts):
            yield f"not translated: {one}"
        elif "fuzzy" in flags:
            yield f"unsure: {one}"
        else:
            wanted_names = set(PLACEHOLDER.findall(several or one))
            for text in texts:
                if set(PLACEHOLDER.findall(text)) != wanted_names:
                    yield f"other placeholders than “{one}”: {text}"


def main():
    root = sys.argv[1]
    failed = False
    found = messages.components(root)
    print(f"1..{len(found)}")
    for number, component in enumerate(found, 1):
        all_faults = list(faults(root, component))
        failed |= bool(all_faults)
        print(f"{'not ok' if all_faults else 'ok'} {number} - {component.domain}")
        for fault in all_faults:
            print(f"# {fault}")
    return 1 if failed else 0


sys.exit(main())
