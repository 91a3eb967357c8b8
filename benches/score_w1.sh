#!/usr/bin/env bash
# `quorate score` beside DuckDB on the reference workload: the same answers, then time and memory in turn.
#
#   benches/score_w1.sh FOLDER [SIGNALS=1000000] [RUNS=5]
#
# FOLDER keeps the generated workload (1.4 GB at 10,000,000 signals) and the results. The generator and DuckDB's
# query are the peers beside the repository (QUORATE_SHARED, else ../shared). Needs cargo, python3 with duckdb, and
# /usr/bin/time. The runs alternate, so that a machine that is busy for a while slows both; compare the ratios.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
signals=${2:-1000000}
runs=${3:-5}
peers=${QUORATE_SHARED:-$here/../../shared}/peers
[ -d "$peers" ] || { echo "no peers at $peers: set QUORATE_SHARED" >&2; exit 1; }
peers=$(cd "$peers" && pwd)

data=$folder/signals-$signals.ndjson
if [ ! -s "$data" ]; then
  # The generator alone: the other peers need databases.
  mkdir -p "$folder/generator/src/bin"
  cp "$peers/rust/src/lib.rs" "$folder/generator/src/"
  cp "$peers/rust/src/bin/gen.rs" "$folder/generator/src/bin/"
  cat >"$folder/generator/Cargo.toml" <<'TOML'
[package]
name = "peers"
version = "0.0.0"
edition = "2024"
[dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
[workspace]
TOML
  (cd "$folder/generator" && CARGO_TARGET_DIR=$folder/generator/target cargo build --release --quiet)
  "$folder/generator/target/release/gen" "$signals" "$folder" 42 10000 "$peers/model.json"
fi

quorate=${QUORATE:-}
if [ -z "$quorate" ]; then
  (cd "$here/.." && cargo build --release --quiet)
  quorate=${CARGO_TARGET_DIR:-$here/../target}/release/quorate
fi

ours() {
  "$quorate" score --model "$here/score_w1.model.toml" --contacts "$folder/contacts.csv" --signals "$data" \
    --at 2026-09-01T00:00:00Z --out "$folder/quorate.csv" 2>/dev/null
}
theirs() {
  (cd "$folder" && python3 "$peers/duckdb_w1.py" "$data" contacts.csv "$peers/model.json" duckdb.csv 2)
}

echo "the answers, one run of each (which also warms the page cache)"
ours
theirs
python3 - "$folder/duckdb.csv" "$folder/quorate.csv" <<'PYTHON'
import csv, sys
theirs, ours = (list(csv.DictReader(open(path))) for path in sys.argv[1:])
assert len(theirs) == len(ours), (len(theirs), len(ours))
most = max(abs(float(a["heat"]) - float(b["intent_points"])) for a, b in zip(theirs, ours))
other = [a["account"] for a, b in zip(theirs, ours)
         if any(a[name] != b[name] for name in ("account", "engaged_contacts", "mqa"))]
print(f"{len(ours)} accounts, {sum(row['mqa'] == 'true' for row in ours)} MQA; intent points differ by at most {most:.1e}; "
      f"other cells differ at {len(other)} accounts")
sys.exit(most > 1e-6 or bool(other))
PYTHON

times=$folder/times.txt
: >"$times"
export quorate here folder data peers
export -f ours theirs
for _ in $(seq "$runs"); do
  for who in ours theirs; do
    /usr/bin/time -a -o "$times" -f "$who %e %U %S %M" bash -c "$who"
  done
done
python3 - "$times" "$signals" <<'PYTHON'
import statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
signals = int(sys.argv[2])
def runs(who):
    return [[float(cell) for cell in row[1:]] for row in rows if row[0] == who]
for who, name in (("ours", "quorate"), ("theirs", "duckdb")):
    wall, cpu, peak = ([f(run) for run in runs(who)] for f in
                       (lambda r: r[0], lambda r: r[1] + r[2], lambda r: r[3] / 1024))
    print(f"{name:8} wall {statistics.median(wall):.2f} s ({min(wall):.2f}-{max(wall):.2f}), "
          f"cpu {statistics.median(cpu):.2f} s, peak {statistics.median(peak):.0f} MiB, "
          f"{signals / statistics.median(wall) / 1e6:.2f} M signals/s")
pairs = list(zip(runs("ours"), runs("theirs")))
for name, f in (("speed", lambda a, b: b[0] / a[0]), ("cpu", lambda a, b: (b[1] + b[2]) / (a[1] + a[2])),
                ("memory", lambda a, b: b[3] / a[3])):
    print(f"{name:8} {statistics.median(f(a, b) for a, b in pairs):.2f} times as good as duckdb, pair by pair")
PYTHON
