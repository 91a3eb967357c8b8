//! Signals in, state out.

use quorate_testkit::{DAY_MS, Deadline, rfc3339};
use serde_json::{Value, json};

use super::{outcomes, pricing, server};
use crate::crash::now_ms;

#[test]
fn signals_as_one_as_an_array_and_as_lines_move_the_account() {
    let (_folder, server) = server("");
    let client = server.client();
    let one = client
        .post("/v1/signals", &pricing("s-1"))
        .expect_status(200)
        .json();
    assert_eq!(
        one,
        json!({
            "accepted": 1, "duplicate": 0, "rejected": 0, "unavailable": 0, "durability": "fsync",
            "items": [{"index": 0, "id": "s-1", "outcome": "accepted"}],
        })
    );
    let full = json!({
        "id": "s-2", "kind": "email.click", "account": "acme", "contact": "bob", "occurred_at": rfc3339(now_ms() - DAY_MS),
        "strength": 4, "source": "third_party", "object": "newsletter 7", "properties": {"link": "/prices"},
    });
    let array = client
        .post("/v1/signals", &json!([pricing("s-1"), full]))
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&array), ["duplicate", "accepted"]);
    let described =
        json!({"id": "s-3", "kind": "page.docs", "account": {"id": "acme"}, "contact": {"id": "ann"}});
    let lines = client
        .post_ndjson("/v1/signals", &[full.clone(), described])
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&lines), ["duplicate", "accepted"]);

    let account = client.get("/v1/accounts/acme").expect_status(200).json();
    assert_eq!(
        account["signals"],
        json!({"recorded": 3, "counted": 3, "unknown_kind": 0, "expired": 0})
    );
    assert_eq!(account["engaged_contacts"], 2, "{account:#}");
    let points = account["intent_points"].as_f64().unwrap();
    // Nobody has a role yet, so both weigh 0.5.
    // ann: 20 + 3 since the start of the day (pages count once a day), half-life 14 days; bob: 4 * 3 a day ago, 30 days.
    let of_day = f64::from(i32::try_from(now_ms() % DAY_MS).unwrap()) / 86_400_000.0;
    let engagement = (20.0 + 3.0) * (-of_day / 14.0).exp2() + 12.0 * (-1.0_f64 / 30.0).exp2();
    let weight = points / engagement;
    assert!((weight - 0.5).abs() < 1e-4, "intent points {points}: {account:#}");
    let heat = 100.0 * (1.0 - (-points / 50.0).exp2());
    assert!(
        (account["heat"].as_f64().unwrap() - heat).abs() < 1e-9,
        "{account:#}"
    );

    let timeline = client.get("/v1/accounts/acme/timeline").expect_status(200).json();
    let records = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["record"]);
    let second = records.clone().find(|record| record["id"] == "s-2").unwrap();
    assert_eq!(
        (
            &second["source"],
            &second["object"],
            &second["properties"],
            &second["strength"]
        ),
        (
            &json!("third_party"),
            &json!("newsletter 7"),
            &json!({"link": "/prices"}),
            &json!(4.0)
        )
    );
}

#[test]
fn a_bad_item_costs_only_itself() {
    let (_folder, server) = server("");
    let client = server.client();
    let with = |id: &str, field: &str, value: Value| {
        let mut signal = pricing(id);
        signal[field] = value;
        signal.to_string()
    };
    let nested = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    let deep = format!(r#"{{"id":"deep","account":"acme","kind":"page.view","properties":{nested}}}"#);
    let deepest = format!(
        r#"{{"id":"deepest","account":"acme","kind":"page.view","properties":{}"#,
        "[".repeat(200_000)
    );
    let cases = [
        (pricing("good-1").to_string(), "accepted"),
        (
            with("kind", "kind", json!("never.heard_of")),
            "accepted/unknown_kind",
        ),
        (
            with("future", "occurred_at", json!(rfc3339(now_ms() + DAY_MS))),
            "rejected/future",
        ),
        (
            with("soon", "occurred_at", json!(rfc3339(now_ms() + 120_000))),
            "accepted/waiting",
        ),
        (
            with("old", "occurred_at", json!(rfc3339(now_ms() - 500 * DAY_MS))),
            "accepted/expired",
        ),
        (
            with("when", "occurred_at", json!("yesterday")),
            "rejected/invalid_occurred_at",
        ),
        (with("", "kind", json!("page.view")), "rejected/invalid_id"),
        (
            r#"{"account":"acme","kind":"page.view"}"#.to_owned(),
            "rejected/missing_id",
        ),
        (with("negative", "strength", json!(-1)), "rejected/strength"),
        (
            r#"{"id":"nan","account":"acme","kind":"page.view","strength":NaN}"#.to_owned(),
            "rejected/invalid_json",
        ),
        (
            with("text", "strength", json!("NaN")),
            "rejected/invalid_strength",
        ),
        (with("account", "account", json!("")), "rejected/invalid_account"),
        (
            with("source", "source", json!("firstparty")),
            "rejected/invalid_source",
        ),
        (deep, "rejected/invalid_properties"),
        (deepest, "rejected/invalid_json"),
        (pricing("good-1").to_string(), "duplicate"),
        (pricing("good-2").to_string(), "accepted"),
        (
            r#"{"id":"cut","account":"acme","ki"#.to_owned(),
            "rejected/invalid_json",
        ),
    ];
    let lines: Vec<&str> = cases.iter().map(|(line, _)| line.as_str()).collect();
    let expected: Vec<&str> = cases.iter().map(|(_, outcome)| *outcome).collect();
    let answer = client
        .post_raw("/v1/signals", "application/x-ndjson", lines.join("\n").as_bytes())
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&answer), expected, "{answer:#}");
    for item in answer["items"].as_array().unwrap() {
        let told =
            item["outcome"] != "rejected" || item["detail"].as_str().is_some_and(|detail| detail.len() > 10);
        assert!(told, "a refusal says why: {item}");
    }
    let account = client.get("/v1/accounts/acme").expect_status(200).json();
    assert_eq!(account["signals"]["recorded"], 5, "{account:#}");
    assert_eq!(
        (
            &account["signals"]["unknown_kind"],
            &account["signals"]["expired"]
        ),
        (&json!(1), &json!(1))
    );
}

#[test]
fn an_event_is_told_within_a_second_of_the_post() {
    let (_folder, server) = server("");
    let client = server.client();
    let mut lines = client.stream("/v1/events?types=account.changed").unwrap();
    client.post("/v1/signals", &pricing("s-1")).expect_status(200);
    let posted = Deadline::seconds(1);
    let data = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| line.strip_prefix("data: ").map(str::to_owned))
        .unwrap();
    assert!(!posted.is_over(), "told after {:?}", posted.elapsed());
    let changed: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (&changed["account"], &changed["row"]["id"]),
        (&json!("acme"), &json!("acme"))
    );
    let account = client.get("/v1/accounts/acme").expect_status(200).json();
    assert_eq!(changed["row"]["engaged_contacts"], account["engaged_contacts"]);
}

#[test]
fn a_list_is_read_to_its_end_by_cursor_hottest_first() {
    let (_folder, server) = server("");
    let client = server.client();
    let signals: Vec<Value> = (0..25_u32)
        .map(|no| {
            json!({
                "id": "s", "account": format!("account-{no:02}"), "contact": "c", "kind": "page.pricing",
                "strength": f64::from(no) / 25.0,
            })
        })
        .collect();
    let answer = client
        .post("/v1/signals", &json!(signals))
        .expect_status(200)
        .json();
    assert_eq!(
        answer["accepted"], 25,
        "an id is another at another account: {answer}"
    );
    let mut seen = Vec::new();
    let mut path = "/v1/accounts?sort=-heat&limit=10".to_owned();
    let instant = loop {
        let page = client.get(&path).expect_status(200).json();
        assert_eq!(page["total"], 25);
        for row in page["items"].as_array().unwrap() {
            seen.push((
                row["heat"].as_f64().unwrap(),
                row["id"].as_str().unwrap().to_owned(),
            ));
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/accounts?sort=-heat&limit=10&cursor={cursor}"),
            None => break page["as_of"].clone(),
        }
    };
    assert!(instant.is_string());
    let expected: Vec<String> = (0..25).rev().map(|no| format!("account-{no:02}")).collect();
    assert_eq!(
        seen.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(),
        expected
    );
    assert!(seen.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{seen:?}");
}
