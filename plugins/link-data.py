# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links a plugin's manifest and data folders beside its module in the build folder, so that it runs uninstalled."""
import os
import sys

source, build = sys.argv[1:]
os.makedirs(build, exist_ok=True)
for name in [os.path.basename(source) + ".plugin", "openapi.json", "templates", "migrations", "static"]:
    link = os.path.join(build, name)
    if os.path.islink(link):
        os.unlink(link)
    if os.path.exists(os.path.join(source, name)):
        os.symlink(os.path.join(source, name), link)
# What gettext compiles in `po` is what the host reads in `locale`.
link = os.path.join(build, "locale")
if os.path.islink(link):
    os.unlink(link)
if os.path.exists(os.path.join(source, "po")):
    os.symlink("po", link)
