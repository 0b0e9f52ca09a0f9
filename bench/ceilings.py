# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ceilings of live rooms: the same bytes broadcast by bare sockets, and Redis with nothing but itself."""
import contextlib
import hashlib
import pathlib
import re
import subprocess

from servers import on_core, redis

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "plugins" / "auction-national" / "nb-redis-script.c"


@contextlib.contextmanager
def broadcast(build, state_bytes, core):
    """Yields the port of a room that decides nothing and keeps nothing, with states of that size."""
    process = subprocess.Popen([*on_core(core), str(build / "bench" / "ws-ceiling"), str(round(state_bytes))],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def read_script():
    """Returns: the Lua text as the plugin's source holds it."""
    found = re.search(r'static const char script\[\] =((?:\s*"(?:[^"\\]|\\.)*")+);', SCRIPT.read_text(encoding="utf-8"))
    if not found:
        raise SystemExit(f"bench: no script in {SCRIPT}")
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', found.group(1))
    return "".join(pieces).encode().decode("unicode_escape")


def ask(path, core, requests, pipeline, *command):
    """Returns: commands a second, from one client that has so many under way."""
    out = subprocess.run([*on_core(core), "redis-benchmark", "-s", path, "-c", "1", "-P", str(pipeline), "-n", str(requests),
                          "--csv", *command], check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(out.strip().split("\n")[-1].rsplit('"', 2)[0].split('","')[1])


def redis_rows(state_bytes, server_core, load_core):
    """Returns: rows of (work, commands a second). A seq that is no number is above every other, and every other above
    it, so each state is kept and told as a new one is."""
    text = "x" * round(state_bytes)
    rows = []
    with redis(server_core) as path:
        script = read_script()
        subprocess.run(["redis-cli", "-s", path, "-x", "script", "load"], input=script, check=True,
                       stdout=subprocess.DEVNULL, text=True)
        digest = hashlib.sha1(script.encode()).hexdigest()
        arguments = ["evalsha", digest, "1", "nb:{1}:state", "nb:{1}", text, "86400", "nan", "1000", "7", "1", "0", "open"]
        accepted = subprocess.run(["redis-cli", "-s", path, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
        if accepted.strip() != "1":
            raise SystemExit(f"bench: Redis didn't take the state but said {accepted.strip()}")
        for pipeline, requests in ((1, 20000), (16, 100000)):
            under_way = f"{pipeline} under way"
            rows.append((f"PUBLISH, {under_way}", ask(path, load_core, requests, pipeline, "publish", "nb:{1}", text)))
            rows.append((f"the script, {under_way}", ask(path, load_core, requests, pipeline, *arguments)))
    return rows
