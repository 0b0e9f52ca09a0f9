#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mail server for tests: keeps each mail in a folder, and answers as files there say.

Says `port N` on a line once it listens, and ends with its standard input. A mail becomes N.eml and, decoded, N.json.
`answer-MAIL`, `answer-RCPT` and `answer-DATA` in the folder hold the answer that is given instead.
"""
import argparse
import email
import email.policy
import json
import logging
import os
import socket
import ssl
import sys
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Keeper:
    def __init__(self, folder):
        self.folder = folder
        # Goes on where a server before it ended.
        self.n_mails = sum(name.endswith(".json") for name in os.listdir(folder))

    def answer(self, step):
        try:
            with open(os.path.join(self.folder, "answer-" + step), encoding="ascii") as file:
                return file.read().strip()
        except FileNotFoundError:
            return None

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.rename(path + ".part", path)

    async def handle_MAIL(self, server, session, envelope, address, options):
        refusal = self.answer("MAIL")
        if refusal:
            return refusal
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.answer("RCPT")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        refusal = self.answer("DATA")
        if refusal:
            return refusal
        content = envelope.original_content
        mail = email.message_from_bytes(content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_payload(decode=True).decode("utf-8", "replace")
                  for part in mail.walk() if not part.is_multipart()}
        known = {
            "sender": envelope.mail_from, "recipients": ",".join(envelope.rcpt_tos), "hello": session.host_name,
            "is_tls": session.ssl is not None, "user": session.auth_data.decode() if session.auth_data else "",
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "n_headers": len(mail.items()), "parts": ",".join(bodies),
            "text": bodies.get("text/plain", ""), "html": bodies.get("text/html", ""),
            "longest_line": max(len(line) for line in content.split(b"\r\n")),
            "has_bare_end": b"\n" in content.replace(b"\r\n", b"") or b"\r" in content.replace(b"\r\n", b""),
        }
        self.n_mails += 1
        self.write(f"{self.n_mails}.eml", content)
        self.write(f"{self.n_mails}.json", json.dumps(known).encode())
        return "250 kept"


def make_authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        is_right = data.login == user.encode() and data.password == password.encode()
        return AuthResult(success=is_right, handled=is_right, auth_data=data.login if is_right else None)
    return check


class Server(Controller):
    """Starts with a connection to itself, which must go where the system chose."""

    def get_port(self):
        return self.server.sockets[0].getsockname()[1]

    def _trigger_server(self):
        with socket.create_connection(("127.0.0.1", self.get_port()), 60) as connection:
            connection.recv(1024)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate", help="with its key in the same file; offers STARTTLS")
    parser.add_argument("--user", help="USER:PASSWORD, without which nothing is taken")
    arguments = parser.parse_args()
    # Clients that trust nobody are what some tests want.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    options = {}
    if arguments.certificate:
        options["tls_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options["tls_context"].load_cert_chain(arguments.certificate)
    if arguments.user:
        user, _, password = arguments.user.partition(":")
        options.update(authenticator=make_authenticator(user, password), auth_required=True,
                       auth_require_tls=bool(arguments.certificate))
    server = Server(Keeper(arguments.folder), hostname="127.0.0.1", port=arguments.port, ready_timeout=60,
                    **options)
    server.start()
    print("port", server.get_port(), flush=True)
    sys.stdin.read()
    server.stop()


main()
