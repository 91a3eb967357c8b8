#!/usr/bin/env bash
# Durable ingest over HTTP: batches of 100 signals, single signals, and the hottest 100 accounts, on this machine.
#
#   QUORATE=target/release/quorate benches/http_ingest.sh [SECONDS=5]
#
# It builds nothing: make the binary with `cargo build --release`. It needs wrk (Debian, Ubuntu: apt-get install wrk;
# macOS: brew install wrk; else https://github.com/wg/wrk), curl, and python3 for the list. The load generator runs on
# the same processors and its share is in the figures. Every signal is new and on disk before its answer; a run with
# any other answer than 200 with all accepted fails. CONNECTIONS (32) and WRK_THREADS (1) may be set.
#
# On a machine that others use, put server and load generator into the real-time class: RUN="chrt -r 1".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
quorate=${QUORATE:-${CARGO_TARGET_DIR:-$here/../target}/release/quorate}
seconds=${1:-5}
connections=${CONNECTIONS:-32}
threads=${WRK_THREADS:-1}
read -ra run <<<"${RUN:-}"
command -v wrk >/dev/null || { echo "wrk is missing; see the head of $0" >&2; exit 1; }
[ -x "$quorate" ] || { echo "no binary at $quorate: cargo build --release, or set QUORATE" >&2; exit 1; }

folder=$(mktemp -d "${FOLDER:-${TMPDIR:-/tmp}}/quorate-bench.XXXXXX")
server=
end() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap end EXIT

"${run[@]}" "$quorate" serve --listen 127.0.0.1:0 --data "$folder/data" >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  url=$(grep -o -m 1 'http://127.0.0.1:[0-9]*' "$folder/log" || true)
  key=$(grep -o -m 1 'qk_[A-Za-z0-9_-]*' "$folder/log" || true)
  [ -n "$url" ] && [ -n "$key" ] && curl -sf -o /dev/null "$url/readyz" && break
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done

failed=no
# post WHAT SIGNALS_A_REQUEST
post() {
  echo "$1, $connections connections, $seconds s"
  local said
  said=$(BATCH=$2 "${run[@]}" wrk -t "$threads" -c "$connections" -d "${seconds}s" --timeout 10s \
    -s "$here/http_ingest.lua" "$url/v1/signals" -- "$2" "$1" "$key")
  grep "wrong answers\|not as it should be" <<<"$said" || true
  grep -q 'wrong answers: 0$' <<<"$said" || { echo "$said" >&2; failed=yes; }
}
cpu() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

echo "$("$quorate" --version), $(nproc) processors"
before=$(cpu)
post batches 100
echo "  server: $((($(cpu) - before) * 1000 / $(getconf CLK_TCK))) ms of processor time"
post single 1
echo "the hottest 100 accounts, 200 requests over one connection"
python3 - "$url" "$key" <<'PYTHON'
import http.client, sys, time, urllib.parse
url, key = sys.argv[1:]
server = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc)
times = []
for _ in range(200):
    start = time.perf_counter()
    server.request("GET", "/v1/accounts?sort=-heat&limit=100", headers={"Authorization": "Bearer " + key})
    answer = server.getresponse()
    body = answer.read()
    times.append((time.perf_counter() - start) * 1e3)
    assert answer.status == 200 and b'"next_cursor"' in body, (answer.status, body[:200])
times.sort()
print(f"  p50 {times[100]:.2f} ms  p99 {times[197]:.2f} ms  {len(body) // 1024} KiB")
PYTHON
echo "resident: $(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$server/status") MiB"
[ "$failed" = no ] || { echo "FAILED: not every answer was 200 with all accepted" >&2; exit 1; }
