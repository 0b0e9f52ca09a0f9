#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What notifications go to: a real SMTP server and a receiver of webhooks, each a process that writes down, one a line, the
ids of the messages that it took."""
import argparse
import asyncio
import os
import re
import signal
import subprocess

from servers import on_core

MESSAGE_ID = re.compile(rb"^message-id:\s*<[^0-9>]*([0-9]+)", re.IGNORECASE | re.MULTILINE)
WEBHOOK_ID = re.compile(rb"^webhook-id:[^0-9\r\n]*([0-9]+)", re.IGNORECASE | re.MULTILINE)
PYTHON = "/usr/bin/python3"  # Debian's own, which its packages are for
CONTENT_LENGTH = re.compile(rb"^content-length:\s*([0-9]+)", re.IGNORECASE | re.MULTILINE)


class Notebook:
    """Whole lines at once, so that whoever reads along sees no half of one."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, found):
        os.write(self.file, (found.group(1) if found else b"none") + b"\n")


class Gate:
    """Open from the start, or once a file is there."""

    def __init__(self, path):
        self.opened = asyncio.Event()
        self.watch = asyncio.ensure_future(self.open(path))

    async def open(self, path):
        while path and not os.path.exists(path):
            await asyncio.sleep(0.02)
        self.opened.set()


class Receiver(asyncio.Protocol):
    """Takes one request after another on a connection that stays; answers when the gate is open."""

    def __init__(self, notebook, gate):
        self.notebook, self.gate, self.unread, self.transport = notebook, gate, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n") + 4) >= 4:
            head = self.unread[:end]
            length = CONTENT_LENGTH.search(head)
            end += int(length.group(1)) if length else 0
            if len(self.unread) < end:
                return
            self.unread = self.unread[end:]
            self.notebook.add(WEBHOOK_ID.search(head))
            if self.gate.opened.is_set():
                self.answer()
            else:
                asyncio.ensure_future(self.answer_late())

    def answer(self):
        self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def answer_late(self):
        await self.gate.opened.wait()
        self.answer()


class Postbox:
    """aiosmtpd's handler: what it is given is taken."""

    def __init__(self, notebook):
        self.notebook = notebook

    async def handle_DATA(self, _server, _session, envelope):  # pylint: disable=invalid-name
        self.notebook.add(MESSAGE_ID.search(envelope.content))
        return "250 taken"


def factory(kind, notebook, gate):
    if kind == "webhook":
        return lambda: Receiver(notebook, gate)
    from aiosmtpd.smtp import SMTP  # the receiver does without it
    return lambda: SMTP(Postbox(notebook), hostname="sink", ident="sink", enable_SMTPUTF8=True)


async def serve(options):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, over.cancel)
    server = await loop.create_server(factory(options.kind, Notebook(options.path), Gate(options.gate)), "127.0.0.1",
                                      options.port)
    print(server.sockets[0].getsockname()[1], flush=True)
    try:
        await over
    except asyncio.CancelledError:
        server.close()


class Sink:
    """Such a process. It may end and begin again, on the same port and with the same file."""

    def __init__(self, kind, path, core=None, gate=None):
        self.words = [*on_core(core), PYTHON, __file__, kind, str(path), *(["--gate", str(gate)] if gate else [])]
        self.path, self.port, self.process = path, 0, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([*self.words, "--port", str(self.port)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.communicate(timeout=30)
        self.process = None

    def read(self):
        """Returns: what it took so far, in order."""
        return self.path.read_text(encoding="utf-8").split() if self.path.exists() else []


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["mail", "webhook"])
    parser.add_argument("path", help="the file for the ids")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--gate", help="a receiver answers nothing until this file is there")
    options = parser.parse_args()
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
