# SPDX-License-Identifier: LGPL-2.1-or-later
"""Live rooms: real server processes on one core, the load of ws-load on the other, and what the money says afterwards."""
import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.request

from ceilings import broadcast
from over_http import Site, load as http_load, median
from servers import on_core

HAS_TWO = len(os.sched_getaffinity(0)) > 1
SERVER_CORE, LOAD_CORE = sorted(os.sched_getaffinity(0))[:2] if HAS_TWO else (None, None)
PEOPLE = 201
IDLE_SOCKETS = 15000


def run_load(build, tokens, *words):
    """Returns: the figures of ws-load; what it takes for a fault ends the run."""
    done = subprocess.run([*on_core(LOAD_CORE), str(build / "bench" / "ws-load"), "--json", "--tokens", str(tokens),
                           *map(str, words)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: ws-load {' '.join(map(str, words))}\n{done.stdout}")
    return json.loads(done.stdout)


def read_memory(process):
    """Returns: KiB that are in memory for this process."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("bench: a server has no memory")


def settled_memory(process):
    """Returns: KiB, once they are the same for two seconds (or after half a minute)."""
    seen = []
    for _ in range(60):
        seen.append(read_memory(process))
        if len(seen) > 4 and len(set(seen[-5:])) == 1:
            break
        time.sleep(0.5)
    return seen[-1]


class Live:
    """What the rows are measured on: a database with people, and servers that are started for each group of rows."""

    def __init__(self, build, folder, database_url, seconds, rounds):
        self.build, self.seconds, self.rounds = build, seconds, rounds
        self.site = Site(build, pathlib.Path(folder), database_url, PEOPLE)
        self.bidders = self.site.bidders_file()
        self.state_bytes = 450

    @contextlib.contextmanager
    def servers(self, *settings, count=1):
        for _ in range(count):
            self.site.start(*settings, core=SERVER_CORE)
        try:
            yield self.site
        finally:
            self.site.stop()

    def check(self, auction, figures):
        """The auction's own count of bids is what bidders were told, its state what all were shown, and the money right."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.site.port}/api/v1/auctions/{auction}") as answer:
            truth = json.load(answer)
        for name, told in (("bid_count", "accepted"), ("seq", "last_seq"), ("price", "last_price")):
            if truth[name] != figures[told]:
                raise SystemExit(f"bench: auction {auction}: {name} is {truth[name]}, but {told} {figures[told]:.0f}")
        self.site.command("doctor")

    def once(self, *words, seconds=None):
        auction = self.site.list_auctions(1, "national")[0]
        at = ",".join(f"127.0.0.1:{port}" for port, _ in self.site.ports)
        figures = run_load(self.build, self.bidders, "--at", at, "--auctions", auction, "--seconds", seconds or self.seconds,
                           *words)
        self.check(auction, figures)
        return figures

    def measure(self, *words, seconds=None):
        runs = [self.once(*words, seconds=seconds) for _ in range(self.rounds)]
        return median([{key: value for key, value in run.items() if isinstance(value, (int, float))} for run in runs])

    def ceiling(self, *words):
        """The same load on the bare broadcast, where a token is a person's id."""
        tokens = self.bidders.with_name("ceiling-bidders")
        tokens.write_text("".join(f"{person} name{person} {person}\n" for person in range(1, PEOPLE)), encoding="utf-8")
        runs = []
        for _ in range(self.rounds):
            with broadcast(self.build, self.state_bytes, SERVER_CORE) as port:
                runs.append(run_load(self.build, tokens, "--at", f"127.0.0.1:{port}", "--auctions", "1", "--seconds",
                                     self.seconds, *words))
        return median([{key: value for key, value in run.items() if isinstance(value, (int, float))} for run in runs])


def tell_bids(figures):
    return (f"{figures['answered/s']:8.0f} answered/s {figures['accepted/s']:8.0f} accepted/s  "
            f"p50 {figures['answer_p50_ms']:7.2f} ms  p99 {figures['answer_p99_ms']:7.2f} ms  "
            f"left out {figures['answer_left_out']:.0f}")


def tell_fan_out(figures, name="fan_out"):
    return (f"{figures['deliveries/s']:8.0f} deliveries/s  p50 {figures[name + '_p50_ms']:7.2f} ms  "
            f"p99 {figures[name + '_p99_ms']:7.2f} ms  max {figures[name + '_max_ms']:7.2f} ms  "
            f"left out {figures[name + '_left_out']:.0f} of {figures[name + '_left_out'] + figures[name + '_samples']:.0f}  "
            f"the load's core {figures['load_cpu_share']:.0%} busy")


def bidding_rows(live):
    with live.servers():
        yield "one hot auction, 200 bidders, each above what it saw", tell_bids(live.measure("--bidders", 200))
        figures = live.measure("--bidders", 200, "--rising")
        live.state_bytes = figures["state_bytes"]
        yield "one hot auction, 200 bidders, each above all sent", tell_bids(figures)
        rate = figures["answered/s"] / 2
        yield f"the same at half of that, {rate:.0f} a second", tell_bids(
            live.measure("--bidders", 200, "--rising", "--rate", rate))


SATURATED = ("--watchers", 998, "--bidders", 2, "--depth", 4, "--rising")


def watching_rows(live):
    with live.servers("plugin auction-national.room-interval=0ms"):
        yield "1,000 watchers, as many states as it can", tell_fan_out(live.measure(*SATURATED))
    yield "ceiling: the same from bare sockets", tell_fan_out(live.ceiling(*SATURATED))
    for watchers in (1000, 5000):
        words = ("--watchers", watchers - 2, "--states", 10)
        with live.servers():
            yield f"{watchers:,} watchers, 10 states a second", tell_fan_out(live.measure(*words))
        yield "ceiling: the same from bare sockets", tell_fan_out(live.ceiling(*words))


def show_livez(figures):
    return f"/livez p50 {figures['p50_ms']:.2f} ms  p99 {figures['p99_ms']:.2f} ms"


def ask_livez(live):
    return median([http_load(live.build, live.site.ports[0][1], 1, 1, "--get", "/livez") for _ in range(live.rounds)])


def idle_rows(live):
    with live.servers() as site:
        auction = site.list_auctions(1, "national")[0]
        at = ["--at", f"127.0.0.1:{site.port}", "--auctions", auction]
        run_load(live.build, live.bidders, *at, "--idle", 100, "--seconds", 0.5)
        before, livez = settled_memory(site.processes[0]), ask_livez(live)
        load = subprocess.Popen([*on_core(LOAD_CORE), str(live.build / "bench" / "ws-load"), "--json", *at, "--idle",
                                 str(IDLE_SOCKETS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        figures = json.loads(load.stdout.readline())
        if figures["sockets"] != IDLE_SOCKETS:
            raise SystemExit(f"bench: {figures['sockets']} of {IDLE_SOCKETS} sockets were opened: {figures}")
        after, livez_then = settled_memory(site.processes[0]), ask_livez(live)
        load.stdin.close()
        if load.wait(60) != 0:
            raise SystemExit("bench: idle sockets were closed")
        load.stdout.close()
        site.command("doctor")
        yield (f"{IDLE_SOCKETS:,} idle sockets", f"{(after - before) / IDLE_SOCKETS:8.2f} KiB each "
               f"({before} KiB before, {after} KiB with them)  {figures['connects/s']:.0f} connects/s")
        yield "  without them", show_livez(livez)
        yield "  with them", show_livez(livez_then)


READERS = ("--watchers", 498, "--states", 40)


def deaf_rows(live):
    """Long enough for the buffers of those who never read to fill, and for the server's patience to end."""
    with live.servers("plugin auction-national.slow-timeout=2s") as site:
        process = site.processes[0]
        yield "500 who read, 40 states a second", tell_fan_out(live.measure(*READERS))
        before = read_memory(process)
        figures = live.measure(*READERS, "--never-read", 50, seconds=max(live.seconds, 20))
        yield "the same beside 50 who never read", tell_fan_out(figures)
        yield "  of those 50", (f"{figures['deaf_closed']:.0f} were cut; the server's memory: {before} KiB before, "
                                f"{read_memory(process)} KiB after")


def two_rows(live):
    with live.servers(count=2):
        figures = live.measure("--watchers", 998, "--states", 10)
        yield "two processes, 1,000 watchers, all deliveries", tell_fan_out(figures)
        yield "  those in the other process than the bidder", tell_fan_out(figures, "across")
        figures = live.measure("--bidders", 200, "--rising")
        yield "two processes, one hot auction, 200 bidders", tell_bids(figures)


def rows(live, has_processes):
    yield from bidding_rows(live)
    yield from watching_rows(live)
    yield from idle_rows(live)
    yield from deaf_rows(live)
    if has_processes:
        yield from two_rows(live)
