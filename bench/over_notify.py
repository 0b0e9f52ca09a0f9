# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notifications: bids a second without them and while a backlog of events goes out by four channels, side by side, and
whether every message came."""
import asyncio
import collections
import json
import pathlib
import statistics
import time
import urllib.request

import over_ws
from servers import ask
from sinks import Sink

DEPOSITORS = 40  # connections
WON = 1_000_000  # below the amounts that people began with
PATIENCE = 300


async def deposit_all(port, tokens, count):
    """That many deposits, evenly by everyone, none waiting for another's."""
    numbers = iter(range(count))

    async def work():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            body = json.dumps({"amount": WON + number}).encode()
            writer.write((f"POST /api/v1/wallet/deposits HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                          f"Authorization: Bearer {tokens[number % len(tokens)]}\r\nContent-Type: application/json\r\n"
                          f"Idempotency-Key: backlog-{number}-{time.monotonic_ns()}\r\nContent-Length: {len(body)}\r\n\r\n"
                          ).encode() + body)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 201 " not in head.split(b"\r\n")[0]:
                raise SystemExit(f"bench: a deposit was answered with {head!r}")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()

    await asyncio.gather(*(work() for _ in range(DEPOSITORS)))


class Notified(over_ws.Live):
    """People who can be reached by every channel, and the sinks that these go to."""

    def __init__(self, build, folder, database_url, seconds, rounds, events, gate=None):
        super().__init__(build, folder, database_url, seconds, rounds)
        self.url, self.events, self.log = database_url, events, pathlib.Path(folder) / "log"
        self.site.errors = self.log.open("ab")
        people = [line.split() for line in self.bidders.read_text(encoding="utf-8").splitlines()]
        self.tokens = [token for _, _, token in people]
        ask(database_url, "UPDATE people SET email = username || '@example.test'")
        self.sinks = {"mail": Sink("mail", pathlib.Path(folder) / "mail-ids", over_ws.LOAD_CORE),
                      "webhook": Sink("webhook", pathlib.Path(folder) / "webhook-ids", over_ws.LOAD_CORE, gate)}
        self.channels = (f"plugin notify.mail-url=smtp://127.0.0.1:{self.sinks['mail'].port}", "plugin notify.mail-tls=off",
                         "plugin notify.mail-from=NeighborBid <no-reply@example.test>",
                         "plugin notify.webhook-allow=127.0.0.0/8", "plugin notify.log=on", "plugin notify.mail-hourly-max=0")
        self.last_message = 0

    def close(self):
        for sink in self.sinks.values():
            sink.stop()
        self.site.errors.close()

    def call(self, token, method, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.site.port}{path}", data=json.dumps(body).encode(),
                                         method=method, headers={"Authorization": f"Bearer {token}",
                                                                 "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def add_webhooks(self):
        """For everyone, once nothing is left to tell of how people came by their money."""
        with self.servers(*self.channels):
            self.wait_until_drained()
            for token in self.tokens:
                self.call(token, "POST", "/api/v1/webhooks", {"url": f"http://127.0.0.1:{self.sinks['webhook'].port}/"})
        self.begin_count()

    def count(self, sql):
        return int(ask(self.url, f"SELECT count(*) FROM {sql}"))

    def begin_count(self):
        self.last_message = int(ask(self.url, "SELECT coalesce(max(id), 0) FROM notify_messages"))

    def add_backlog(self):
        """Committed events that nobody has taken out of the outbox yet: nobody here does that job."""
        self.begin_count()
        with self.servers(*self.channels, "server.roles=web,live"):
            asyncio.run(deposit_all(self.site.port, self.tokens, self.events))
        if (waiting := self.count("outbox WHERE kind = 'wallet-moved'")) < self.events:
            raise SystemExit(f"bench: {waiting} of {self.events} events wait")

    def wait_until_drained(self):
        began = time.monotonic()
        while self.count("outbox") + self.count("notify_fanouts") + self.count("notify_deliveries WHERE is_dead = 0") > 0:
            if time.monotonic() - began > PATIENCE:
                raise SystemExit(f"bench: not drained after {PATIENCE} s")
            time.sleep(0.1)

    def read_log(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return [line.split('"message_id":"')[1].split('"')[0] for line in lines if '"message_id":"' in line]

    def settle(self):
        """Everything that was written since the backlog began, compared with what came where. Returns: messages, doubled"""
        self.wait_until_drained()
        messages = set(ask(self.url, f"SELECT id FROM notify_messages WHERE id > {self.last_message}").split())
        deposits = self.count(f"notify_messages WHERE kind = 'deposit' AND is_shown = 1 AND id > {self.last_message}")
        if deposits != self.events:
            raise SystemExit(f"bench: {deposits} deposits are in inboxes, not {self.events}")
        if dead := self.count("notify_deliveries WHERE is_dead = 1"):
            raise SystemExit(f"bench: {dead} deliveries were given up")
        doubled = 0
        for name, came in [("log", self.read_log())] + [(kind, sink.read()) for kind, sink in self.sinks.items()]:
            counts = collections.Counter(came)
            if lost := messages - set(counts):
                raise SystemExit(f"bench: {len(lost)} of {len(messages)} messages never came by {name}")
            doubled += sum(counts[message] - 1 for message in messages)
        return len(messages), doubled


def bid(notified, *settings):
    """Returns: the figures of saturated bidding on servers with these settings."""
    with notified.servers(*settings):
        return notified.once("--bidders", 200, "--rising")


def bid_and_drain(notified):
    """Returns: the same while a backlog goes out, with what came of that."""
    notified.add_backlog()
    with notified.servers(*notified.channels):
        began = time.monotonic()
        figures = notified.once("--bidders", 200, "--rising")
        figures["left"] = notified.count("notify_deliveries") + 4 * notified.count("outbox WHERE kind = 'wallet-moved'")
        figures["messages"], figures["doubled"] = notified.settle()
        figures["drained_s"] = time.monotonic() - began
    return figures


def bid_and_wait_for_mail(notified):
    """The same while there is no mail server; it is back after that."""
    notified.add_backlog()
    notified.sinks["mail"].stop()
    with notified.servers(*notified.channels):
        figures = notified.once("--bidders", 200, "--rising")
        notified.sinks["mail"].start()
        figures["messages"], figures["doubled"] = notified.settle()
    return figures


WITHOUT = "notifications disabled"
WAYS = {
    WITHOUT: lambda notified: bid(notified, "plugins.notify=disabled"),
    "a backlog goes out by four channels": bid_and_drain,
    "the same without a mail server": bid_and_wait_for_mail,
}


def tell(figures):
    text = (f"{figures['answered/s']:8.0f} answered/s  p50 {figures['answer_p50_ms']:7.2f} ms  "
            f"p99 {figures['answer_p99_ms']:7.2f} ms  {figures['share']:6.1%} of those without")
    if "messages" in figures:
        text += f"  {figures['messages']:.0f} messages, 0 lost, {figures['doubled']:.0f} doubled"
    if "drained_s" in figures:
        text += f"  drained {figures['drained_s']:.1f} s after the start, {figures['left']:.0f} deliveries after the bids"
    return text


def rows(notified):
    """Every way in every round, in an order that turns around from round to round; shares are of the same round."""
    runs = {name: [] for name in WAYS}
    notified.add_webhooks()
    for number in range(notified.rounds):
        for name in list(WAYS)[:: -1 if number % 2 else 1]:
            runs[name].append(WAYS[name](notified))
        without = runs[WITHOUT][-1]["answered/s"]
        for of_one in runs.values():
            of_one[-1]["share"] = of_one[-1]["answered/s"] / without
    for name, of_one in runs.items():
        yield name, tell({key: statistics.median(run[key] for run in of_one) for key, value in of_one[0].items()
                          if isinstance(value, (int, float))})
