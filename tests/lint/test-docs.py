#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The operators' page names every command, setting and metric that there is, and none else. --write renews the settings."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

BEGIN = "<!-- settings: tests/lint/test-docs.py compares the tables with the program -->\n"
GAUGES = ("auctions_open", "outbox_pending", "outbox_dead", "outbox_oldest_age_seconds", "ledger_imbalance", "wallet_locked")
END = "<!-- end of settings -->\n"
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}


def run(program, *words):
    return subprocess.run([program, *words], check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout


def make_tables(program):
    """The settings as `config defaults` prints them, a table for each section."""
    out = []
    comment = ""
    for line in run(program, "config", "defaults").splitlines():
        if line.startswith("["):
            out.append(f"\n### `{line}`\n| key | default | |\n| --- | --- | --- |\n")
        elif line.startswith("#"):
            comment = line[2:].replace("|", "\\|")
        elif line:
            key, value = line.split("=", 1)
            default = f"`{value}`" if value else ""
            out.append(f"| `{key}` | {default} | {comment} |\n")
    return "".join(out).lstrip("\n")


def check_settings(program, text):
    found = text.split(BEGIN, 1)[1].split(END, 1)[0]
    expected = make_tables(program)
    for line in expected.splitlines():
        assert line in found, f"the page lacks: {line}"
    assert found == expected, "the page has settings that are not there"


def check_commands(program, text):
    there = set(re.findall(r"^  (?!neighborbid)([a-z]+(?: [a-z]+)?)(?= +[A-Z]| [A-Z]+ )", run(program, "--help"), re.M))
    told = set(re.findall(r"^\| `neighborbid ([a-z]+(?: [a-z]+)?)", text, re.M))
    assert there == told, f"only in the program: {there - told}; only on the page: {told - there}"


# What counts events that are rare shows up with the first one, and what is told by channel with the first message.
LATE = {"store_retries_total", "deliveries_total", "delivery_duration_seconds", "deliveries_pending", "deliveries_dead"}


def check_metrics(program, text):
    part = text.split("<!-- metrics", 1)[1].split("<!-- end of metrics", 1)[0]
    told = {name for line in part.splitlines() if line.startswith("| `") for name in
            re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    there = set(re.findall(r"^# TYPE neighborbid_([a-z_]+) ", read_metrics(program), re.M))
    assert there <= told, f"not on the page: {there - told}"
    assert told - there <= LATE, f"not in the program: {told - there}"


def read_metrics(program):
    with tempfile.TemporaryDirectory() as folder:
        words = ["--set", f"server.data-dir={folder}", "--set", "server.listen=127.0.0.1:0",
                 "--set", "server.internal-listen=127.0.0.1:0"]
        server = subprocess.Popen([program, "serve", "--dev", *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
        try:
            site, internal = re.findall(r"http://[0-9.:]+", server.stdout.readline())
            urllib.request.urlopen(site + "/api/v1/auctions").read()
            return read_gauges_too(internal)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(120)


def read_gauges_too(internal):
    """What is read from the database now and then comes a moment after the start."""
    for _ in range(1800):
        text = urllib.request.urlopen(internal + "/metrics").read().decode()
        if all(f"# TYPE neighborbid_{name} " in text for name in GAUGES):
            break
        time.sleep(0.05)
    return text


CHECKS = [("every setting is on the page", check_settings), ("every command is on the page", check_commands),
          ("every metric is on the page", check_metrics)]


def main():
    program, page = sys.argv[1:3]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    if "--write" in sys.argv:
        head, rest = text.split(BEGIN, 1)
        with open(page, "w", encoding="utf-8") as file:
            file.write(head + BEGIN + make_tables(program) + END + rest.split(END, 1)[1])
        return 0
    failures = 0
    print(f"1..{len(CHECKS)}")
    for number, (title, check) in enumerate(CHECKS, 1):
        try:
            check(program, text)
            print(f"ok {number} - {title}")
        except AssertionError as fault:
            failures += 1
            print(f"not ok {number} - {title}\n# {fault}")
    return 1 if failures else 0


sys.exit(main())
