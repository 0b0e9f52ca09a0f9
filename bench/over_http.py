# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bids over HTTP: a real server process, demo people, the load of http-load, and doctor's word on the money afterwards."""
import contextlib
import datetime
import json
import pathlib
import signal
import statistics
import subprocess
import urllib.request

from servers import free_port, wait_for_line


class Site:
    """A server on its own data folder and ports, with demo people but no auctions."""

    def __init__(self, build, folder, database_url, people):
        self.program = str(build / "core" / "neighborbid")
        self.tokens = folder / "tokens"
        self.port = free_port()
        self.settings = []
        for setting in [
            f"server.data-dir={folder}",
            f"server.listen=127.0.0.1:{self.port}",
            f"server.internal-listen=127.0.0.1:{free_port()}",
            f"server.base-url=http://127.0.0.1:{self.port}",
            f"database.url={database_url}",
            "limits.writes-per-second=0",
            "limits.connections-per-address=0",
            "plugin auction-local.eligibility=anyone",
        ]:
            self.settings += ["--set", setting]
        self.command("db", "migrate")
        self.command("demo", "seed", "--people", str(people), "--auctions", "0", "--balance", "1000000000",
                     "--tokens", str(self.tokens))
        self.process = subprocess.Popen([self.program, "serve", *self.settings], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        wait_for_line(self.process, "http://")

    def command(self, *words):
        return subprocess.run([self.program, *words, *self.settings], check=True, stdout=subprocess.PIPE, text=True).stdout

    def list_auctions(self, count):
        """Each with a step of one won, so that every amount above the last is a bid."""
        token = self.tokens.read_text(encoding="utf-8").split("\n")[0].split()[2]
        ends_at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
        ids = []
        for number in range(count):
            body = {"type": "local", "title": f"bench {number}", "description": "-",
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
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


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
