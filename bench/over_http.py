# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bids over HTTP: a real server process, demo people, the load of http-load, and doctor's word on the money afterwards."""
import contextlib
import datetime
import json
import pathlib
import re
import signal
import statistics
import subprocess
import urllib.request

from servers import on_core, wait_for_line


class Site:
    """A server on its own data folder and ports, with demo people but no auctions."""

    def __init__(self, build, folder, database_url, people):
        self.program = str(build / "core" / "neighborbid")
        self.tokens = folder / "tokens"
        self.processes = []
        self.ports = []
        self.settings = []
        self.errors = subprocess.DEVNULL
        for setting in [
            f"server.data-dir={folder}",
            f"database.url={database_url}",
            "limits.writes-per-second=0",
            "limits.connections-per-address=0",
            "plugin auction-local.eligibility=anyone",
        ]:
            self.settings += ["--set", setting]
        self.command("db", "migrate")
        self.command("demo", "seed", "--people", str(people), "--auctions", "0", "--balance", "1000000000",
                     "--tokens", str(self.tokens))

    def start(self, *settings, core=None):
        """Starts one more process, on ports of its own: its public one, and the one that only this machine uses."""
        words = [word for setting in ["server.listen=127.0.0.1:0", "server.internal-listen=127.0.0.1:0",
                                      "server.base-url=http://127.0.0.1:0", *settings] for word in ("--set", setting)]
        self.processes.append(subprocess.Popen([*on_core(core), self.program, "serve", *self.settings, *words],
                                               stdout=subprocess.PIPE, stderr=self.errors, text=True))
        line = wait_for_line(self.processes[-1], "http://")
        self.ports.append(tuple(int(port) for port in re.findall(r"http://127\.0\.0\.1:([0-9]+)", line)[:2]))

    @property
    def port(self):
        return self.ports[0][0]

    def command(self, *words):
        return subprocess.run([self.program, *words, *self.settings], check=True, stdout=subprocess.PIPE, text=True).stdout

    def list_auctions(self, count, auction_type="local"):
        """Each with a step of one won, so that every amount above the last is a bid."""
        token = self.tokens.read_text(encoding="utf-8").split("\n")[0].split()[2]
        ends_at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
        ids = []
        for number in range(count):
            body = {"type": auction_type, "title": f"bench {number}", "description": "-",
                    "ends_at": ends_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "terms": {"start_price": 1000, "step": 1}}
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/api/v1/auctions", data=json.dumps(body).encode(),
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                ids.append(json.load(answer)["id"])
        return ids

    def bidders_file(self):
        """Everyone but the seller, who is the first."""
        path = self.tokens.with_name("bidders")
        path.write_text("\n".join(self.tokens.read_text(encoding="utf-8").split("\n")[1:]), encoding="utf-8")
        return path

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(30)
            process.stdout.close()
        self.processes.clear()
        self.ports.clear()


def load(build, port, connections, seconds, *words):
    """Returns: the figures of http-load as a dictionary."""
    out = subprocess.run([str(build / "bench" / "http-load"), "--port", str(port), "--connections", str(connections),
                          "--seconds", str(seconds), *words], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return dict(zip(out[::2], map(float, out[1::2])))


def median(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


@contextlib.contextmanager
def hello(build):
    process = subprocess.Popen([str(build / "bench" / "hello-server")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)


def measure(build, folder, name, url, seconds, rounds):
    """Returns: rows of (work, figures)."""
    site = Site(build, pathlib.Path(folder), url, people=201)
    site.start()
    bidders = str(site.bidders_file())
    rows = []
    for work, auctions, connections in [("one hot auction, 32 clients", 1, 32), ("one hot auction, 200 clients", 1, 200),
                                        ("100 auctions, 100 clients", 100, 100), ("one bidder alone", 1, 1)]:
        runs = []
        for _ in range(rounds):
            ids = ",".join(site.list_auctions(auctions))
            runs.append(load(build, site.port, connections, seconds, "--tokens", bidders, "--auctions", ids))
        rows.append((f"HTTP, {name}, {work}", median(runs)))
    site.stop()
    site.command("doctor")
    return rows
