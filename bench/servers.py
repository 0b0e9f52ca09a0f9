# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts and stops what the benchmarks need: a private PostgreSQL with fsync on, free ports; and asks databases."""
import contextlib
import glob
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time


def on_core(core):
    """Returns: what to put before a command so that it, and all that it starts, keeps to one core; None: to none."""
    return [] if core is None else ["taskset", "-c", str(core)]


def wait_for_line(process, word):
    """Reads the process's output up to the line that says it is ready."""
    for line in process.stdout:
        if word in line:
            return line
    raise SystemExit(f"bench: {process.args[0]} ended before it was ready, with {process.wait()}")


def postgresql_bin():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        raise SystemExit("bench: PostgreSQL is not installed (package postgresql)")
    return found[-1]


def as_postgres():
    """PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []


@contextlib.contextmanager
def postgresql(core=None):
    """Yields the address of an empty database on a Unix socket, durable as when installed."""
    folder = tempfile.mkdtemp(prefix="nb-bench-pg-")
    if os.getuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    programs = postgresql_bin()
    subprocess.run([*as_postgres(), f"{programs}/initdb", "-D", f"{folder}/data", "-U", "bench", "-A", "trust",
                    "-E", "UTF8", "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    server = subprocess.Popen([*on_core(core), *as_postgres(), f"{programs}/postgres", "-D", f"{folder}/data", "-k", folder,
                               "-c", "listen_addresses=", "-c", "fsync=on", "-c", "synchronous_commit=on"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        wait_until_ready(programs, folder)
        subprocess.run([f"{programs}/createdb", "-h", folder, "-U", "bench", "bench"], check=True)
        yield f"postgresql:///bench?host={folder}&user=bench"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def ask(url, sql):
    """Returns: what the statement answers in a database of a benchmark, one column, a line for each row."""
    if url.startswith("postgresql:"):
        return subprocess.run([f"{postgresql_bin()}/psql", "-XAtq", "-c", sql, url], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip()
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:"), timeout=30)) as database, database:
        return "\n".join(str(row[0]) for row in database.execute(sql))


@contextlib.contextmanager
def redis(core=None):
    """Yields the path of the Unix socket of an empty Redis that stores nothing."""
    with tempfile.TemporaryDirectory(prefix="nb-bench-redis-") as folder:
        path = f"{folder}/redis.sock"
        server = subprocess.Popen([*on_core(core), "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
                                   "--appendonly", "no", "--dir", folder], stdout=subprocess.PIPE, text=True)
        try:
            wait_for_line(server, "eady to accept connections")
            yield path
        finally:
            server.terminate()
            server.communicate(timeout=30)


def wait_until_ready(programs, folder):
    for _ in range(300):
        if subprocess.run([f"{programs}/pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("bench: PostgreSQL did not start")
