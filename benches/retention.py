"""What signals take in Redis before and after they are older than the retention.

    benches/retention.py [BINARY] [SIGNALS=100000]

Starts redis-server and BINARY (target/release/quorate) on loopback, with a clock 500 days behind (libfaketime, package
faketime), sends signals of 200 accounts with a uuid, an object and two properties each, then starts BINARY again with the
machine's clock and waits until all of them are condensed. Prints what Redis' data take, heads, snapshots and notices
included.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

BINARY = sys.argv[1] if len(sys.argv) > 1 else "target/release/quorate"
SIGNALS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
ACCOUNTS, BATCH, AGO = 200, 500, 500 * 86_400
LIBRARY = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
KINDS = ["page.view", "page.pricing", "email.click", "content.case_study"]


class Server:
    def __init__(self, store, folder, behind):
        env = {**os.environ, "QUORATE_RETENTION__EVERY_SECONDS": "2", "QUORATE_REDIS__REPLICAS_MIN": "0"}
        if behind:
            env |= {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"-{AGO}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--listen", "127.0.0.1:0", *store], env=env, stdout=self.log, stderr=self.log
        )
        while not (found := re.search(r"API +http://127.0.0.1:(\d+)", pathlib.Path(self.log.name).read_text())):
            assert self.process.poll() is None, pathlib.Path(self.log.name).read_text()
            time.sleep(0.1)
        self.port = found[1]
        self.key = re.search(r"KEY=(\S+)", pathlib.Path(self.log.name).read_text())

    def ask(self, path, key="", body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body)
        request.add_header("Authorization", f"Bearer {key}")
        request.add_header("Content-Type", "application/x-ndjson")
        return urllib.request.urlopen(request).read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def fill(server, key):
    begin = time.time() - AGO - 86_400
    for start in range(0, SIGNALS, BATCH):
        lines = [
            {
                "id": str(uuid.uuid4()), "account": f"acct-{no % ACCOUNTS}", "contact": f"c{no % 7}",
                "kind": KINDS[no % 4], "object": f"/page/{no % 50}", "properties": {"referrer": "search", "seconds": no},
                "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + no * 86_000 / SIGNALS)),
            }
            for no in range(start, min(start + BATCH, SIGNALS))
        ]
        server.ask("/v1/signals", key, "\n".join(map(json.dumps, lines)).encode())


def condensed(server):
    found = re.search(r"^quorate_condensed_signals_total (\d+)", server.ask("/metrics"), re.M)
    return int(found[1]) if found else 0


def measure(name, store, folder, size):
    empty = size()
    server = Server(store, folder, behind=True)
    key = server.key[1]
    fill(server, key)
    server.stop()
    before = size() - empty
    server = Server(store, folder, behind=False)
    began = time.monotonic()
    while condensed(server) < SIGNALS:
        assert time.monotonic() - began < 600, condensed(server)
        time.sleep(1)
    took = time.monotonic() - began
    server.stop()
    after = size() - empty
    print(
        f"{name}: {SIGNALS} signals, {before / SIGNALS:.0f} bytes each before, {after / SIGNALS:.0f} after "
        f"({before / 1e6:.1f} MB, {after / 1e6:.1f} MB), {took:.0f} s",
        flush=True,
    )


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    port = 20_000 + os.getpid() % 20_000
    redis = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", scratch, "--appendonly", "yes",
         "--appendfsync", "always", "--save", "", "--logfile", scratch / "redis.log"]
    )
    try:
        time.sleep(1)

        def used():
            told = subprocess.run(
                ["redis-cli", "-p", str(port), "info", "memory"], capture_output=True, text=True, check=True
            ).stdout
            return int(re.search(r"used_memory_dataset:(\d+)", told)[1])

        measure("redis", ["--store", f"redis://127.0.0.1:{port}"], scratch, used)
    finally:
        redis.terminate()
        redis.wait()
