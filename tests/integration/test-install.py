#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs into a folder of its own, and sees that what is there works: the program, its plugins, the SDK."""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

PLUGIN_SYMBOLS = ["nb_plugin_abi", "nb_plugin_type"]
PAGE = sys.argv[4]


class Installed:
    """A tree installed below a temporary folder."""

    def __init__(self, meson, build, prefix):
        self.folder = tempfile.mkdtemp(prefix="nb-install-")
        self.prefix = self.folder + prefix
        self.environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
        self.environment["DESTDIR"] = self.folder
        subprocess.run([*meson, "install", "-C", build, "--no-rebuild", "--quiet"], check=True, env=self.environment,
                       stdout=subprocess.DEVNULL)
        del self.environment["DESTDIR"]
        self.program = self.prefix + "/bin/neighborbid"

    def run(self, *words):
        return subprocess.run(words, check=True, env=self.environment, stdout=subprocess.PIPE, text=True).stdout

    def library_dir(self):
        return os.path.dirname(glob.glob(self.prefix + "/lib*/**/libneighborbid-1.so", recursive=True)[0])

    def settings(self):
        return ["--set", f"server.data-dir={self.folder}/site", "--set", "server.listen=127.0.0.1:0",
                "--set", "server.internal-listen=127.0.0.1:0"]


def check_plugins(tree):
    listing = tree.run(tree.program, "plugin", "list")
    assert "wallet" in listing and "failed" not in listing, listing


def check_symbols(tree):
    modules = glob.glob(tree.prefix + "/lib*/**/plugins/*/*.so", recursive=True)
    assert len(modules) >= 2, modules
    for module in modules:
        symbols = [line.split()[-1] for line in tree.run("nm", "-D", "--defined-only", module).splitlines()]
        # The address sanitizer adds a mark for each variable.
        symbols = [symbol for symbol in symbols if not symbol.startswith("__odr_asan")]
        assert sorted(symbols) == PLUGIN_SYMBOLS, f"{module} exports {symbols}"


def check_serving(tree):
    server = subprocess.Popen([tree.program, "serve", "--dev", *tree.settings()], env=tree.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        addresses = re.findall(r"http://[0-9.:]+", server.stdout.readline())
        page = urllib.request.urlopen(addresses[0] + "/").read().decode()
        assert "<html" in page, page[:200]
        request = urllib.request.Request(addresses[0] + "/", headers={"Accept-Language": "en"})
        assert urllib.request.urlopen(request).read().decode() != page, "the translations are not found"
    finally:
        server.send_signal(signal.SIGTERM)
    assert server.wait(120) == 0
    assert "fine" in tree.run(tree.program, "doctor", *tree.settings())


def sdk_flags(tree):
    """What pkg-config answers, with our own files where they are; GLib's are where they always are."""
    environment = {**tree.environment, "PKG_CONFIG_PATH": tree.library_dir() + "/pkgconfig",
                   "PKG_CONFIG_SYSROOT_DIR": tree.folder}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "neighborbid-1"], check=True, env=environment,
                           stdout=subprocess.PIPE, text=True).stdout
    return [word.replace(tree.folder, "", 1) if not os.path.exists(word[2:]) else word for word in flags.split()]


def check_sdk(tree):
    """The plugin of the authors' page, built as the page says."""
    with open(PAGE, encoding="utf-8") as page:
        text = page.read()
    folder = tree.folder + "/acme"
    os.mkdir(folder)
    for name, language in [("acme-round.plugin", "ini"), ("acme-round.c", "c")]:
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(re.search(f"```{language}\n(.*?)```", text, re.S).group(1))
    subprocess.run([shutil.which("gcc") or "cc", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden",
                    f"{folder}/acme-round.c", "-o", f"{folder}/acme-round.so", *sdk_flags(tree)],
                   check=True, env=tree.environment)
    more = ["--set", f"plugins.path={folder}", "--set", "plugins.acme-round=required"]
    settings = [*tree.settings(), *more, "--set", f"server.data-dir={tree.folder}/acme-site"]
    tree.run(tree.program, "demo", "seed", "--type", "round", "--auctions", "5", *settings)
    assert "FAULT" not in tree.run(tree.program, "doctor", *settings)


CHECKS = [("the installed program finds its plugins", check_plugins),
          ("each plugin exports two symbols and no more", check_symbols),
          ("the installed program serves pages in two languages", check_serving),
          ("the plugin of the authors' page builds and runs", check_sdk)]


def main():
    tree = Installed(sys.argv[1].split(" "), sys.argv[2], sys.argv[3])
    failures = 0
    print(f"1..{len(CHECKS)}")
    for number, (title, check) in enumerate(CHECKS, 1):
        try:
            check(tree)
            print(f"ok {number} - {title}")
        except Exception as fault:
            failures += 1
            print(f"not ok {number} - {title}")
            print("# " + repr(fault).replace("\n", "\n# "))
    shutil.rmtree(tree.folder)
    return 1 if failures else 0


sys.exit(main())
