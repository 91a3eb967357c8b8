"""Asks the built server what its own description says it can be asked, and more (./test calls this).

    run.py SCHEMATHESIS BINARY

Starts BINARY over an empty folder, records a little, and runs SCHEMATHESIS with the configuration beside this file.
QUORATE_SOAK asks for many more requests. Only the standard library is used.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
STOP_SECONDS = 20

# What the examples of the description name, so that reads find something.
WRITES = [
    ("PUT", "/v1/accounts/acme", {"name": "Acme", "domains": ["acme.com"], "attributes": {"employees": 420}}),
    ("PUT", "/v1/accounts/acme/contacts/ann", {"name": "Ann", "title": "CFO", "email": "ann@acme.com"}),
    ("POST", "/v1/accounts/acme/relations", {"from": "ann", "to": "ben", "kind": "works_with"}),
    ("POST", "/v1/signals", [{"id": "s-1", "account": "acme", "contact": "ann", "kind": "page.pricing"}]),
    ("PUT", "/v1/accounts/acme/contacts/c-7", {"name": "Cy"}),
    # One that is taken back, and one that is denied.
    ("POST", "/v1/accounts/acme/evidence", {"element": "identified_pain", "level": "stated", "said_by": "ann"}),
    ("POST", "/v1/accounts/acme/evidence", {"element": "metrics", "level": "stated", "said_by": "ann"}),
    ("PUT", "/v1/accounts/acme/opportunities/o-1", {"name": "Rollout", "amount": 48000, "currency": "EUR"}),
    ("PUT", "/v1/lists/q3-targets", {"name": "Q3 target accounts"}),
    ("POST", "/v1/lists/q3-targets/members", {"add": ["acme"]}),
]

# A row that is certain, one that fails, one that asks.
TARGETS = "Account Name,Website,Employees\nHooli,hooli.com,5000\nAcme,acme.com,many\nAcme Labs,acme.com,12\n"


def started(binary, folder):
    """Starts a server and returns it with its address and its first key."""
    log = open(Path(folder) / "log", "w+", encoding="utf-8")
    arguments = [binary, "serve", "--listen", "127.0.0.1:0", "--data", str(Path(folder) / "data")]
    server = subprocess.Popen(
        arguments, cwd=folder, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True
    )
    said = ""
    for line in server.stdout:
        said += line
        url = re.search(r"API +(http://\S+)/v1", said)
        key = re.search(r"KEY=(qk_\w+)", said)
        if url and key:
            return server, url.group(1), key.group(1)
    log.seek(0)
    raise SystemExit(f"the server did not start:\n{said}{log.read()}")


def write(url, key, method, path, body):
    """Sends a text as a CSV file and all else as JSON; returns the answer."""
    is_file = isinstance(body, str)
    request = urllib.request.Request(
        url + path,
        data=(body if is_file else json.dumps(body)).encode(),
        method=method,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "text/csv" if is_file else "application/json"},
    )
    with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
        return json.load(answer)


def main():
    schemathesis, binary = sys.argv[1:]
    soak = bool(os.environ.get("QUORATE_SOAK"))
    with tempfile.TemporaryDirectory() as folder:
        server, url, key = started(binary, folder)
        try:
            for method, path, body in WRITES:
                write(url, key, method, path, body)
            # An import's id is drawn: the configuration reads it from the environment.
            imported = write(url, key, "POST", "/v1/imports?list=q3-targets", TARGETS)["id"]
            arguments = [
                *(schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/openapi.json"),
                *("--header", f"Authorization: Bearer {key}"),
                *("--max-examples", "2000" if soak else "40"),
                *("--max-time", "7200" if soak else "150"),
            ]
            # The same requests each time; a soak draws new ones, and says its seed.
            if not soak:
                arguments += ["--seed", "1"]
            environment = {**os.environ, "QUORATE_IMPORT": imported}
            verdict = subprocess.run(arguments, cwd=folder, env=environment, check=False).returncode
            alive = server.poll() is None
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)
    if not alive:
        print("the server ended under the requests", file=sys.stderr)
    return verdict or int(not alive)


if __name__ == "__main__":
    raise SystemExit(main())
