#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the WebSocket load: that it and its ceiling agree on every count, and that it finds out a server that lies."""
import base64
import hashlib
import json
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

LOAD, CEILING = sys.argv[1:3]


class Ceiling:
    def __enter__(self):
        self.process = subprocess.Popen([CEILING, "400"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def frame(message):
    payload = json.dumps(message).encode()
    return b"\x81" + (bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2, "big")) + payload


def read_exactly(connection, n):
    data = b""
    while len(data) < n:
        more = connection.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_bid(connection):
    """Returns: the next bid; clients' frames are short, and masked."""
    head = read_exactly(connection, 2)
    length = head[1] & 0x7F
    mask = read_exactly(connection, 4)
    data = read_exactly(connection, length)
    return json.loads(bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))


class Liar:
    """A server for one socket: its `script` turns the number of a bid and the bid into messages."""

    def __init__(self, script):
        self.script = script
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        self.listener.settimeout(60)
        connection, _ = self.listener.accept()
        connection.settimeout(60)
        with self.listener, connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            connection.sendall(frame({"type": "hello", "seq": 1, "you": {"id": "7"},
                                      "auction": {"price": None, "min_next": 1000, "step": 10}}))
            number = 0
            try:
                while True:
                    number += 1
                    bid = read_bid(connection)
                    connection.sendall(b"".join(frame(message) for message in self.script(number, bid)))
            except (EOFError, ConnectionError):
                pass


def state(seq, price):
    return {"type": "state", "seq": seq, "price": price, "min_next": price + 10,
            "last_bid": {"seq": seq, "bidder": {"id": "7", "nickname": "\"}\\"}, "amount": price, "at": "-"}}


def result(bid, seq):
    return {"type": "bid_result", "id": bid["id"], "ok": True, "result": {"seq": seq, "min_next": bid["amount"] + 10}}


def truth(number, bid):
    return [state(number + 1, bid["amount"]), result(bid, number + 1)]


class WsLoad(unittest.TestCase):
    def load(self, port, *words):
        """Returns: the exit code, the figures and what was said of faults."""
        with tempfile.NamedTemporaryFile("w", suffix=".tokens") as tokens:
            tokens.write("".join(f"{person} name{person} {person}\n" for person in range(7, 40)))
            tokens.flush()
            done = subprocess.run([LOAD, "--at", f"127.0.0.1:{port}", "--auctions", "1", "--tokens", tokens.name, "--json",
                                   *words], capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, json.loads(done.stdout), done.stderr

    def lie(self, script, *words):
        liar = Liar(script)
        code, figures, said = self.load(liar.port, "--bidders", "1", "--seconds", "0.3", *words)
        liar.thread.join(60)
        return code, figures, said

    def assert_fault(self, script, sentence):
        code, figures, said = self.lie(script, "--patience", "1")
        self.assertIn(sentence, said)
        self.assertGreater(figures["faults"], 0)
        self.assertEqual(code, 1)

    def test_counts_agree_with_the_ceiling(self):
        with Ceiling() as ceiling:
            code, figures, said = self.load(ceiling.port, "--watchers", "20", "--bidders", "5", "--seconds", "0.5")
            self.assertEqual((code, said), (0, ""))
            self.assertEqual(figures["sockets"], 25)
            self.assertEqual(figures["sent"], figures["accepted"] + figures["refused"])
            self.assertEqual(figures["refusals"].get("bid_too_low", 0), figures["refused"])
            self.assertEqual(figures["state_bytes"], 400)
            self.assertGreater(figures["accepted"], 0)
            self.assertEqual(figures["unmatched_states"], 0)
            self.assertEqual(figures["deliveries"] % 25, 0)

    def test_open_loop_sends_at_its_rate_and_each_state_reaches_each_socket(self):
        with Ceiling() as ceiling:
            code, figures, said = self.load(ceiling.port, "--watchers", "10", "--states", "50", "--seconds", "0.5")
            self.assertEqual((code, said), (0, ""))
            self.assertLessEqual(figures["sent"] + figures["overruns"], 26)
            # Two bids that were due while the machine stood still come at once, and may be read in either order.
            self.assertEqual(figures["sent"], figures["accepted"] + figures["refusals"].get("bid_too_low", 0))
            self.assertGreater(figures["accepted"], 0)
            self.assertLessEqual(figures["deliveries"], 12 * figures["accepted"])
            self.assertEqual(figures["fan_out_samples"] + figures["fan_out_left_out"], figures["deliveries"])

    def test_peers_that_never_read_don_t_hold_up_the_others(self):
        with Ceiling() as ceiling:
            code, figures, said = self.load(ceiling.port, "--watchers", "5", "--never-read", "3", "--states", "100",
                                            "--seconds", "0.5")
            self.assertEqual((code, said), (0, ""))
            self.assertEqual(figures["deaf"], 3)

    def test_idle_sockets_are_counted(self):
        with Ceiling() as ceiling:
            code, figures, said = self.load(ceiling.port, "--idle", "50", "--seconds", "0.1")
            self.assertEqual((code, said, figures["sockets"]), (0, "", 50))

    def test_what_is_true_is_no_fault(self):
        code, figures, said = self.lie(truth)
        self.assertEqual((code, said, figures["faults"]), (0, "", 0))
        self.assertEqual(figures["accepted"], figures["sent"])
        self.assertEqual(figures["last_seq"], figures["sent"] + 1)
        self.assertEqual(figures["last_price"], 1000 + 10 * (figures["sent"] - 1))

    def test_a_price_that_falls_is_found(self):
        self.assert_fault(lambda number, bid: [state(2 * number, bid["amount"]), state(2 * number + 1, 900),
                                               result(bid, 2 * number + 1)], "the price fell")

    def test_a_state_shown_again_is_found(self):
        self.assert_fault(lambda number, bid: truth(number, bid) + [state(number + 1, bid["amount"])], "a socket was shown seq")

    def test_two_prices_of_one_change_are_found(self):
        self.assert_fault(lambda number, bid: truth(number, bid) + [state(number + 1, bid["amount"] + 5)], "two prices of seq")

    def test_a_second_answer_is_found(self):
        self.assert_fault(lambda number, bid: truth(number, bid) + [result(bid, number + 1)], "an answer to no bid that waits")

    def test_a_bid_without_an_answer_is_found(self):
        self.assert_fault(lambda number, bid: truth(number, bid)[:1], "have no answer")

    def test_a_room_without_the_newest_state_is_found(self):
        self.assert_fault(lambda number, bid: truth(number, bid)[1:], "not shown the newest state")


unittest.main(argv=sys.argv[:1])
