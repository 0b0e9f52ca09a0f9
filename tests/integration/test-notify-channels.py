#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A backlog of events goes out by all four channels, by one process or by several of which one is killed: nothing is lost,
nothing stands in an inbox twice. The bench does the same with more events, and measures what bids feel of it."""
import asyncio
import contextlib
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

SOURCE, BUILD = map(pathlib.Path, sys.argv[1:3])
sys.path.insert(0, str(SOURCE / "bench"))
import over_ws  # noqa: E402
from over_notify import Notified, deposit_all  # noqa: E402
from servers import ask, postgresql  # noqa: E402

over_ws.SERVER_CORE = over_ws.LOAD_CORE = None  # other tests run beside this one
PATIENCE = 120
ROOM = 32  # deliveries that one process has under way by one channel
HALF_A_LEASE = 30_000_000  # or less, in microseconds


def wait_for(what, condition):
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.05)
    return found


def drain(folder, url):
    with contextlib.closing(Notified(BUILD, folder, url, 0, 1, 1000)) as notified:
        notified.add_webhooks()
        notified.add_backlog()
        with notified.servers(*notified.channels):
            messages, doubled = notified.settle()
        assert messages == 1000, messages
        notified.site.command("doctor")
        print(f"# {messages} messages by four channels, {doubled} doubled")


def test_drained_on_sqlite():
    with tempfile.TemporaryDirectory(prefix="nb-notify-") as folder:
        drain(folder, f"sqlite:{folder}/site.db")


def test_drained_on_postgresql():
    with tempfile.TemporaryDirectory(prefix="nb-notify-") as folder, postgresql() as url:
        drain(folder, url)


def find_worker(notified, number, after=0):
    """Returns: the process that became worker @number, and where the log tells of it."""
    found = list(re.finditer(rf"worker {number} is ready \(process ([0-9]+)\)", notified.log.read_text(encoding="utf-8")))
    found = [match for match in found if match.start() >= after]
    return found and (int(found[-1].group(1)), found[-1].end())


def share_and_kill(notified, gate):
    """Both have their hands full and get no answer; one is killed; then there are answers."""
    asyncio.run(deposit_all(notified.site.port, notified.tokens, notified.events))
    wait_for("two processes with all that one takes", lambda: notified.count(
        "notify_lines WHERE channel = 'webhook' AND is_taken = 1") == 2 * ROOM)
    pid, told_at = wait_for("worker 1", lambda: find_worker(notified, 1))
    os.kill(pid, signal.SIGKILL)
    wait_for("another worker in its place", lambda: find_worker(notified, 1, told_at))
    gate.touch()
    wait_for("the end of all but what the dead one had taken", lambda: notified.count("outbox") == 0 and notified.count(
        f"notify_lines WHERE next_at < {time.time_ns() // 1000 + HALF_A_LEASE}") == 0)
    # Time passes: the dead one's are given up.
    for table in ("notify_deliveries", "notify_lines"):
        ask(notified.url, f"UPDATE {table} SET next_at = {time.time_ns() // 1000}")
    messages, doubled = notified.settle()
    assert messages == notified.events, messages
    print(f"# {messages} messages by two processes of which one was killed, {doubled} doubled")


def test_one_of_two_is_killed():
    with tempfile.TemporaryDirectory(prefix="nb-notify-") as folder, postgresql() as url:
        gate = pathlib.Path(folder) / "gate"
        with contextlib.closing(Notified(BUILD, folder, url, 0, 1, 400, gate)) as notified:
            notified.add_webhooks()
            with notified.servers(*notified.channels, "server.workers=2"):
                share_and_kill(notified, gate)
            notified.site.command("doctor")


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {test.__name__}", flush=True)
        except (Exception, SystemExit) as error:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} {test.__name__} # {type(error).__name__} {error}", flush=True)
    sys.exit(failed > 0)


main()
