#!/usr/bin/env python3
"""How fast signals come in over Redis, beside what Redis itself takes, on this machine.

    benches/redis_ingest.py [--seconds 5] [--binary target/release/quorate] [--homes embedded,0,1,2] [--markdown]

For the embedded home, then for a Redis alone, with one replica and with two, each of them new and safe (appendonly yes,
appendfsync always, noeviction, on loopback), it measures

- Quorate (`serve --store redis://..`) over HTTP with wrk and http_ingest.lua: batches of 100 signals and single ones,
  32 connections, 10,000 accounts, every id new; what an answer's `durability` says stands beside it;
- the first read of accounts that are not in memory, and batches of 100 signals to 100 such accounts, after a restart;
- `XADD` of an entry of our size by redis-benchmark, 1 and 32 commands a round trip, 32 connections. Redis answers it
  when its own disk has it; with replicas the same from here, each round trip ended by `WAIT` for all of them;
- a Lua function that drops known ids and keeps sums in Redis, and nothing else (`peers/rust`, redisstream): without it
  nobody knows an account's heat. It lies in QUORATE_SHARED, else in ../shared beside the repository; where it is
  missing the script says so. It is built into a folder of the temporary files, once.

Standard library only. It needs wrk and redis-server (Debian: apt-get install wrk redis-server) and builds no Quorate: make
the binary with `cargo build --release`. On a machine that others use: --run "chrt -r 1" puts all of it into the real-time class.
"""

import argparse
import contextlib
import csv
import http.client
import io
import json
import os
import random
import re
import selectors
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("QUORATE_SHARED", HERE.parent.parent / "shared"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
SAFE = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", ""]
CONNECTIONS = 32
BATCH = 100
# How many cold accounts are read, and how many batches go to cold accounts: each account serves once.
COLD_READS = 200
COLD_BATCHES = 10
# What the peer is given; it reads them all before it starts its clock.
PEER_SIGNALS = {1: 30_000, 100: 200_000}
TICKS = os.sysconf("SC_CLK_TCK")


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.contextmanager
def process(args, **more):
    """A process that ends with the block."""
    child = subprocess.Popen(args, **more)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Redis:
    """One connection to a Redis server, and what the script asks of it."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def ask(self, *args):
        self.socket.sendall(command(*args))
        return self.answer()

    def answer(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise SystemExit(f"Redis says: {rest.decode()}")
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest

    def info(self, section):
        lines = self.ask("INFO", section).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def journal_entry_bytes(self):
        """The mean size of the journal's entries: Quorate's keys are named `..:journal:ACCOUNT`."""
        sizes, cursor = [], b"0"
        while len(sizes) < 500:
            cursor, keys = self.ask("SCAN", cursor, "MATCH", "*:journal:*", "COUNT", "1000")
            for key in keys:
                sizes += [len(fields[1]) for _, fields in self.ask("XREVRANGE", key, "+", "-", "COUNT", "1")]
            if cursor == b"0":
                break
        return round(statistics.mean(sizes))


def command(*args):
    """A command as it is sent."""
    parts = [arg if isinstance(arg, bytes) else str(arg).encode() for arg in args]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


@contextlib.contextmanager
def redis(replicas, run):
    """A new Redis with so many replicas that have caught up; its port and all processes."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="quorate-redis-bench."))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        master, processes = free_port(), []
        for number in range(replicas + 1):
            port = free_port() if number else master
            own = folder / str(number)
            own.mkdir()
            args = ["redis-server", *SAFE, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(own)]
            if number:
                args += ["--replicaof", "127.0.0.1", str(master), "--repl-diskless-sync-delay", "0"]
            with (own / "log").open("w") as log:
                processes.append(stack.enter_context(process([*run, *args], stdout=log, stderr=log)))
            waited("a Redis server", lambda port=port: Redis(port).ask("PING"))
        link = Redis(master)
        waited(
            "the replicas",
            lambda: sum("state=online" in follower for follower in link.info("replication").values()) == replicas,
        )
        yield master, processes


def waited(what, look, seconds=60):
    """Waits until `look` finds something; returns it."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if found := look():
                return found
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not come in {seconds} s")
        time.sleep(0.02)


class Quorate:
    """A running server."""

    def __init__(self, port, key, child):
        self.port, self.key, self.child = port, key, child
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method, path, body=None):
        """Returns the status, the answer, and how long it took in ms."""
        head = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/x-ndjson"}
        began = time.perf_counter()
        self.link.request(method, path, body, head)
        answer = self.link.getresponse()
        text = answer.read()
        return answer.status, text, (time.perf_counter() - began) * 1e3


@contextlib.contextmanager
def quorate(options, store, data, replicas, key=None):
    """A Quorate over a store, ready; with a key of its own when it is new."""
    env = {**os.environ, "QUORATE_REDIS__REPLICAS_MIN": "1" if replicas else "0"}
    args = [*options.run, str(options.binary), "serve", "--listen", "127.0.0.1:0", "--data", str(data), *store]
    began = time.monotonic()
    with (Path(data) / "log").open("w") as log:
        child = subprocess.Popen(args, stdout=log, stderr=log, env=env)
    try:
        def said():
            if child.poll() is not None:
                raise SystemExit((Path(data) / "log").read_text())
            text = (Path(data) / "log").read_text()
            port = re.search(r"http://127\.0\.0\.1:(\d+)", text)
            own = key or ((found := re.search(r"qk_[A-Za-z0-9_-]*", text)) and found[0])
            return port and own and Quorate(int(port[1]), own, child)

        server = waited("Quorate", said)
        waited("/readyz", lambda: server.ask("GET", "/readyz")[0] == 200)
        server.start_seconds = time.monotonic() - began
        yield server
    finally:
        child.terminate()
        child.wait()


def wrk(options, server, name, size, seconds):
    """Posts signals over all connections; returns signals/s, p50 and p99 in ms."""
    args = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "30s"]
    args += ["-s", str(HERE / "http_ingest.lua"), f"http://127.0.0.1:{server.port}/v1/signals"]
    args += ["--", str(size), name, server.key]
    env = {**os.environ, "BATCH": str(size)}
    said = subprocess.run([*options.run, *args], stdout=subprocess.PIPE, text=True, env=env, check=True).stdout
    found = re.search(r"([\d.]+) signals/s .*p50 ([\d.]+) ms  p99 ([\d.]+) ms.*wrong answers: (\d+)", said)
    if not found or found[4] != "0":
        raise SystemExit(f"not every answer was 200 with all accepted:\n{said}")
    return tuple(float(number) for number in found.groups()[:3])


def ingest(options, server, redises, name, size):
    """One row of Quorate over HTTP, with the processor time that a signal costs in each server."""
    seen = lambda: (processor_seconds(server.child.pid), sum(processor_seconds(one.pid) for one in redises))
    before = seen()
    rate, p50, p99 = wrk(options, server, name, size, options.seconds)
    own, theirs = (after - first for after, first in zip(seen(), before))
    count = rate * options.seconds
    notes = f"{own / count * 1e6:.0f} us of processor time a signal in Quorate"
    if redises:
        notes += f", {theirs / count * 1e6:.0f} in Redis"
    return rate, p50, p99, notes


def cold(options, store, data, replicas, key, tell):
    """What accounts cost that are not in memory: each is asked for once after a restart."""
    with quorate(options, store, data, replicas, key) as server:
        status, page, _ = server.ask("GET", "/v1/accounts?sort=name&limit=1000")
        assert status == 200, page
        # The lists of the index wake nobody.
        known = [item["id"] for item in json.loads(page)["items"]]
        while len(known) < COLD_READS + COLD_BATCHES * BATCH:
            cursor = json.loads(page)["next_cursor"]
            _, page, _ = server.ask("GET", f"/v1/accounts?sort=name&limit=1000&cursor={cursor}")
            known += [item["id"] for item in json.loads(page)["items"]]
        random.Random(7).shuffle(known)
        reads, again = [], []
        for account in known[:COLD_READS]:
            status, text, took = server.ask("GET", f"/v1/accounts/{account}")
            assert status == 200, text
            reads.append(took)
        for account in known[:COLD_READS]:
            again.append(server.ask("GET", f"/v1/accounts/{account}")[2])
        batches, warm = [], []
        for turn, times in (("cold", batches), ("warm", warm)):
            for batch in range(COLD_BATCHES):
                first = COLD_READS + batch * BATCH
                lines = [
                    json.dumps({"id": f"{turn}-{batch}-{no}", "account": account, "kind": "page.view"})
                    for no, account in enumerate(known[first : first + BATCH])
                ]
                status, text, took = server.ask("POST", "/v1/signals", "\n".join(lines))
                assert status == 200 and json.loads(text)["accepted"] == BATCH, text
                times.append(took)
        recorded = [json.loads(server.ask("GET", f"/v1/accounts/{one}")[1])["signals"]["recorded"] for one in known[:50]]
        for times in (reads, again, batches, warm):
            times.sort()
        size = f"{statistics.median(recorded):.0f} signals each at the median"
        middle = lambda times: percentile(times, 0.5)
        tell(f"an account read, cold ({size})", None, middle(reads), percentile(reads, 0.99), f"warm {middle(again):.2f} ms")
        tell("100 signals to 100 cold accounts", None, middle(batches), batches[-1], f"warm {middle(warm):.1f} ms")
        tell("start until /readyz", None, server.start_seconds * 1e3, None, "accounts in the store listed")


def raw(options, port, pipeline, entry):
    """`XADD` by redis-benchmark; returns commands/s, p50 and p99 in ms."""
    args = ["redis-benchmark", "-p", str(port), "-c", str(CONNECTIONS), "-P", str(pipeline), "--csv", "-r", "10000"]
    once = [*options.run, *args, "-n", str(400 * pipeline), "XADD", "raw:__rand_int__", "*", "r", "x" * entry]
    rate = raw_row(once)[0]
    count = max(int(rate * options.seconds) // pipeline * pipeline, pipeline)
    return raw_row([*options.run, *args, "-n", str(count), "XADD", "raw:__rand_int__", "*", "r", "x" * entry])


def raw_row(args):
    said = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    table = [row for row in csv.DictReader(io.StringIO(said[said.index('"test"') :]))]
    row = table[-1]
    return float(row["rps"]), float(row["p50_latency_ms"]), float(row["p99_latency_ms"])


def raw_waited(port, pipeline, entry, replicas, seconds):
    """`XADD` as often as `pipeline` says, then `WAIT` for all replicas; returns commands/s, p50 and p99 in ms."""
    adds = [command("XADD", f"raw:{number}", "*", "r", "x" * entry) for number in range(10_000)]
    wait = command("WAIT", replicas, 10_000)
    draw = random.Random(7)
    look = selectors.DefaultSelector()
    began, answered, times = {}, {}, []

    def send(link):
        began[link], answered[link] = time.perf_counter(), b""
        link.sendall(b"".join(draw.choices(adds, k=pipeline)) + wait)

    for _ in range(CONNECTIONS):
        link = socket.create_connection(("127.0.0.1", port))
        look.register(link, selectors.EVENT_READ)
        send(link)
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        for ready, _ in look.select(1):
            link = ready.fileobj
            # Only the answer to WAIT is a number.
            answered[link] += link.recv(1 << 16)
            if done := re.search(rb":(\d+)\r\n$", answered[link]):
                assert int(done[1]) >= replicas, "a replica is missing"
                times.append((time.perf_counter() - began[link]) * 1e3)
                send(link)
    took = time.perf_counter() - start
    if not times:
        raise SystemExit(f"no group of {pipeline} reached {replicas} replicas in {seconds} s")
    for ready in list(look.get_map().values()):
        ready.fileobj.close()
    times.sort()
    return len(times) * pipeline / took, percentile(times, 0.5), percentile(times, 0.99)


def peer_built():
    """Returns the folder of the peer's programs; `None`: it is not there, which is said."""
    source = SHARED / "peers" / "rust"
    if not source.is_dir():
        print(f"the Lua peer is left out: no {source}", file=sys.stderr)
        return None
    folder = Path(tempfile.gettempdir()) / f"quorate-peers-{os.getuid()}"
    (folder / "src" / "bin").mkdir(parents=True, exist_ok=True)
    texts = ""
    for part in ("src/lib.rs", "src/bin/gen.rs", "src/bin/redisstream.rs"):
        text = (source / part).read_text()
        (folder / part).write_text(text)
        texts += text
    # The other peers' dependencies take minutes to build: only those that these three files name.
    lines, section = [], ""
    for line in (source / "Cargo.toml").read_text().splitlines():
        section = line if line.startswith("[") else section
        named = re.match(r"([\w-]+)\s*=", line)
        name = named and named[1].replace("-", "_")
        if section != "[dependencies]" or not name or re.search(rf"\b{name}\b", texts):
            lines.append(line)
    (folder / "Cargo.toml").write_text("\n".join(lines) + "\n")
    target = folder / "target"
    env = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    built = subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, env=env, check=False)
    if built.returncode != 0:
        print("the Lua peer is left out: it does not build", file=sys.stderr)
        return None
    count, model = max(PEER_SIGNALS.values()), SHARED / "peers" / "model.json"
    if not (folder / f"signals-{count}.ndjson").is_file():
        args = [target / "release" / "gen", count, folder, 42, 10_000, model]
        subprocess.run([str(arg) for arg in args], stdout=subprocess.DEVNULL, check=True)
    return folder


def peer(options, folder, port, pipeline):
    """The Lua peer over all connections; returns signals/s."""
    count = PEER_SIGNALS[pipeline]
    signals = folder / f"signals-{max(PEER_SIGNALS.values())}.ndjson"
    args = [folder / "target" / "release" / "redisstream", port, pipeline, CONNECTIONS, count, signals]
    args += [SHARED / "peers" / "model.json"]
    said = subprocess.run([*options.run, *map(str, args)], stdout=subprocess.PIPE, text=True, check=True).stdout
    return float(re.search(r"= (\d+)/s", said)[1])


class Table:
    def __init__(self, markdown):
        self.markdown = markdown
        self.row(("home", "what", "a second", "p50 ms", "p99 ms", ""))
        if markdown:
            print("|---|---|---|---|---|---|", flush=True)

    def row(self, cells):
        if self.markdown:
            print("| " + " | ".join(cells) + " |", flush=True)
        else:
            home, what, rate, p50, p99, notes = cells
            print(f"{home:<18} {what:<58} {rate:>9} {p50:>8} {p99:>8}  {notes}".rstrip(), flush=True)

    def tell(self, home):
        number = lambda value, form: "" if value is None else format(value, form)
        return lambda what, rate, p50, p99, notes="": self.row(
            (home, what, number(rate, ",.0f"), number(p50, ".2f"), number(p99, ".2f"), notes)
        )


def measure_quorate(options, home, tell, store, redises):
    replicas = len(redises) - 1 if redises else 0
    data = tempfile.mkdtemp(prefix="quorate-bench.")
    try:
        with quorate(options, store, data, replicas) as server:
            key = server.key
            wrk(options, server, "warm", BATCH, 2)
            _, text, _ = server.ask("POST", "/v1/signals", '{"id":"level","account":"acct-00001","kind":"page.view"}')
            level = json.loads(text)["durability"]
            for what, name, size in (("batches of 100", "batch", BATCH), ("single signals", "single", 1)):
                rate, p50, p99, notes = ingest(options, server, redises, name, size)
                tell(f"Quorate, {what}, {level}", rate, p50, p99, notes)
        cold(options, store, data, replicas, key, tell)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def measure_redis(options, replicas, tell, programs):
    home = f"Redis, {replicas} replicas"
    with redis(replicas, options.run) as (port, processes):
        measure_quorate(options, home, tell, ["--store", f"redis://127.0.0.1:{port}"], processes)
        entry = Redis(port).journal_entry_bytes()
    with redis(replicas, options.run) as (port, _):
        for pipeline in (1, 32):
            rate, p50, p99 = raw(options, port, pipeline, entry)
            tell(f"XADD of {entry} bytes, {pipeline} a round trip", rate, p50, p99)
    if replicas:
        # New ones: those that were not waited for may be far behind.
        with redis(replicas, options.run) as (port, _):
            for pipeline in (1, 32):
                rate, p50, p99 = raw_waited(port, pipeline, entry, replicas, options.seconds)
                tell(f"the same, then WAIT {replicas}, {pipeline} a round trip", rate, p50, p99)
    if programs:
        with redis(replicas, options.run) as (port, _):
            for pipeline in PEER_SIGNALS:
                rate = peer(options, programs, port, pipeline)
                tell(f"Lua peer, {pipeline} a round trip", rate, None, None, "waits for no replica")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=TARGET / "release" / "quorate")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--homes", default="embedded,0,1,2", help="embedded, or how many replicas a Redis has")
    parser.add_argument("--run", type=shlex.split, default=[], help='put before every program: "chrt -r 1"')
    parser.add_argument("--markdown", action="store_true", help="print the table for a page of the docs")
    options = parser.parse_args()
    for program in ("wrk", "redis-server", "redis-benchmark"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is missing; see the head of {__file__}")
    if not options.binary.is_file():
        raise SystemExit(f"no binary at {options.binary}: cargo build --release, or say --binary")
    homes = options.homes.split(",")
    programs = peer_built() if set(homes) != {"embedded"} else None
    version = subprocess.run([options.binary, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    redis_version = subprocess.run(["redis-server", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    load = os.getloadavg()[0]
    print(f"{version}; {redis_version.split(' sha')[0]}; {os.cpu_count()} processors, load average {load:.1f} before")
    table = Table(options.markdown)
    for home in homes:
        if home == "embedded":
            measure_quorate(options, home, table.tell(home), [], [])
        else:
            measure_redis(options, int(home), table.tell(f"Redis, {home} replicas"), programs)


main()
