//! The machine's clock jumps: time goes on as it did until somebody confirms it.

use quorate_testkit::{DAY_MS, FakeClock, Launch, rfc3339};
use serde_json::{Value, json};

use crate::crash::now_ms;

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

#[test]
fn nothing_leaves_mqa_by_a_clock_that_jumped_until_it_is_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let clock = FakeClock::new(folder.path());
    let server = clock
        .launch(Launch::serve(BINARY, folder.path().join("data")))
        .start();
    let client = server.client();
    let signal = |id: &str, at: Option<i64>| {
        let mut signal = json!({"id": id, "account": "acme", "contact": "ann", "kind": "demo.requested"});
        if let Some(at) = at {
            signal["occurred_at"] = json!(rfc3339(at));
        }
        client.post("/v1/signals", &signal).json()
    };
    let read = |path: &str| -> Value { client.get(path).expect_status(200).json() };
    assert_eq!(signal("demo", None)["accepted"], 1);
    assert_eq!(read("/v1/accounts/acme")["mqa"]["qualified"], true);
    assert_eq!(read("/readyz")["clock_off_ms"], Value::Null);

    clock.set_days(400);
    for (path, field) in [("/readyz", "clock_off_ms"), ("/v1/clock", "off_ms")] {
        let off = read(path)[field].as_i64().unwrap();
        assert!((off - 400 * DAY_MS).abs() < 60_000, "{path}: {off}");
    }
    assert_eq!(read("/v1/accounts/acme")["mqa"]["qualified"], true);
    // What comes in counts at the old time; what says that it happened at the new one is to be sent again.
    assert_eq!(signal("undated", None)["accepted"], 1);
    let dated = signal("dated", Some(now_ms() + 400 * DAY_MS));
    assert_eq!(dated["items"][0]["outcome"], "unavailable", "{dated}");
    assert_eq!(read("/v1/accounts/acme")["mqa"]["qualified"], true);

    client.post("/v1/clock/confirm", &json!(null)).expect_status(200);
    assert_eq!(read("/readyz")["clock_off_ms"], Value::Null);
    assert_eq!(read("/v1/accounts/acme")["mqa"]["qualified"], false);
    assert_eq!(signal("dated", Some(now_ms() + 400 * DAY_MS))["accepted"], 1);

    // Back again: now does not follow, and goes on at the pace of time.
    clock.set_days(0);
    let then = read("/v1/clock");
    assert!(then["off_ms"].as_i64().unwrap() < -399 * DAY_MS, "{then}");
    assert_eq!(signal("after", None)["accepted"], 1);
}
