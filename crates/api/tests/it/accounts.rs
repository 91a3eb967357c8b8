//! Accounts and contacts over HTTP: said, read, listed, explained, foretold.

use quorate_testkit::{Body, Deadline};
use serde_json::{Value, json};

use crate::house::{House, NOW, house, shown};

fn qualified() -> House {
    let house = house();
    let account =
        json!({"name": "Acme", "domains": ["acme.com"], "tier": "1", "attributes": {"industry": "software"}});
    house.put("/v1/accounts/acme", &account, 201);
    let jane =
        json!({"name": "Jane", "title": "VP Engineering", "email": "jane@acme.com", "roles": ["champion"]});
    house.put("/v1/accounts/acme/contacts/c-1", &jane, 201);
    let boss = json!({"name": "Bo", "seniority": "c_level", "roles": [{"role": "economic_buyer"}]});
    house.put("/v1/accounts/acme/contacts/c-2", &boss, 201);
    let relation = json!({"from": "c-1", "to": "c-2", "kind": "reports_to"});
    house.post("/v1/accounts/acme/relations", &relation);
    let signal = json!({"id": "s-1", "kind": "demo.requested", "account": "acme", "contact": "c-1", "occurred_at": NOW});
    house.post("/v1/signals", &signal);
    house
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!(
        (value - expected).abs() < 1e-9,
        "got {value}, expected {expected}"
    );
}

#[test]
fn an_account_reads_back_under_its_wire_names() {
    let house = qualified();
    let account = house.client.get("/v1/accounts/acme").expect_status(200);
    insta::assert_snapshot!("account", shown(&account));
    let committee = house.client.get("/v1/accounts/acme/committee").expect_status(200);
    insta::assert_snapshot!("committee", shown(&committee));
    let explanation = house
        .client
        .get("/v1/accounts/acme/explanation")
        .expect_status(200)
        .json();
    insta::assert_snapshot!("explanation_groups", format!("{:#}", explanation["groups"]));
    let forecast = house
        .client
        .get("/v1/accounts/acme/forecast")
        .expect_status(200)
        .json();
    insta::assert_snapshot!("forecast", format!("{forecast:#}"));
    let timeline = house
        .client
        .get("/v1/accounts/acme/timeline")
        .expect_status(200)
        .json();
    insta::assert_snapshot!("timeline", format!("{timeline:#}"));
}

#[test]
fn named_fields_merge_and_null_clears() {
    let house = house();
    let first = json!({"name": "Acme", "owner": "ann", "attributes": {"employees": 5, "cloud": ["aws"]}});
    let made = house.client.put("/v1/accounts/acme", &first).expect_status(201);
    assert_eq!(
        made.header("etag"),
        Some(format!("\"{}\"", made.json()["version"]).as_str())
    );
    assert_eq!(made.json()["durability"], "fsync");
    let second = json!({"owner": null, "attributes": {"employees": 6}});
    let changed = house
        .client
        .put("/v1/accounts/acme", &second)
        .expect_status(200)
        .json();
    assert_eq!(
        (&changed["created"], &changed["changed"]),
        (&json!(false), &json!(true))
    );
    let again = house
        .client
        .put("/v1/accounts/acme", &second)
        .expect_status(200)
        .json();
    assert_eq!(again["changed"], json!(false));
    let account = house.client.get("/v1/accounts/acme").json();
    assert_eq!(account["owner"], Value::Null);
    assert_eq!(account["name"], "Acme");
    assert_eq!(account["attributes"], json!({"employees": 6.0, "cloud": ["aws"]}));
}

#[test]
fn a_weaker_source_is_told_whom_it_did_not_overwrite() {
    let house = house();
    house.put(
        "/v1/accounts/acme",
        &json!({"name": "Acme", "source": "person"}),
        201,
    );
    let answer = house.client.put(
        "/v1/accounts/acme",
        &json!({"name": "ACME Inc", "source": "vendor"}),
    );
    assert_eq!(
        answer.json()["ignored"],
        json!([{"field": "name", "stated_by": "person"}])
    );
}

#[test]
fn a_disqualified_account_leaves_at_once_and_may_come_back() {
    let house = qualified();
    assert_eq!(
        house.client.get("/v1/accounts/acme").json()["mqa"]["qualified"],
        true
    );
    house.put("/v1/accounts/acme", &json!({"disqualified": "competitor"}), 200);
    let account = house.client.get("/v1/accounts/acme").json();
    assert_eq!(
        (&account["mqa"]["qualified"], &account["stage"]),
        (&json!(false), &json!("disqualified"))
    );
    assert_eq!(account["disqualified"]["reason"], "competitor");
    house.put("/v1/accounts/acme", &json!({"disqualified": null}), 200);
    assert_eq!(
        house.client.get("/v1/accounts/acme").json()["mqa"]["qualified"],
        true
    );
}

#[test]
fn a_change_of_an_older_version_is_refused() {
    let house = house();
    let made = house
        .client
        .put("/v1/accounts/acme", &json!({"name": "Acme"}))
        .expect_status(201);
    let etag = made.header("etag").unwrap().to_owned();
    let body = json!({"name": "Acme 2", "disqualified": "test"});
    let with = |etag: &str| {
        house
            .client
            .send(
                "PUT",
                "/v1/accounts/acme",
                &[("if-match", etag)],
                Body::Json(&body),
            )
            .unwrap()
    };
    assert_eq!(with(&etag).status, 200);
    let late = with(&etag);
    assert_eq!(
        (late.status, late.json()["code"].as_str()),
        (412, Some("precondition_failed"))
    );
}

#[test]
fn the_past_is_asked_for_by_an_instant() {
    let house = qualified();
    house.hand.set("2026-10-01T12:00:00Z".parse().unwrap());
    // 30 days are one half-life: 60 points then, 30 now.
    near(
        &house.client.get("/v1/accounts/acme").json()["intent_points"],
        30.0,
    );
    let then = house
        .client
        .get("/v1/accounts/acme?as_of=2026-09-01T14:00:00%2B02:00")
        .expect_status(200)
        .json();
    near(&then["intent_points"], 60.0);
    assert_eq!(then["as_of"], NOW);
}

#[test]
fn ids_with_slashes_spaces_and_signs_are_kept() {
    let house = house();
    house.put("/v1/accounts/a%2Fb%20%C3%A9%25", &json!({"name": "Odd"}), 201);
    assert_eq!(
        house
            .client
            .get("/v1/accounts/a%2Fb%20%C3%A9%25")
            .expect_status(200)
            .json()["id"],
        "a/b é%"
    );
}

#[test]
fn a_relation_is_taken_back() {
    let house = qualified();
    let path = "/v1/accounts/acme/relations?from=c-1&to=c-2&kind=reports_to";
    assert_eq!(
        house.client.delete(path).expect_status(200).json()["changed"],
        true
    );
    let committee = house.client.get("/v1/accounts/acme/committee").json();
    assert_eq!(committee["relations"], json!([]));
    assert_eq!(house.client.delete(path).status, 404);
}

#[test]
fn a_list_goes_on_where_it_stopped_without_a_gap() {
    let house = house();
    for n in 0..25 {
        let body = json!({"name": format!("N{n:02}"), "tier": (n % 2).to_string()});
        house.put(&format!("/v1/accounts/a{n:02}"), &body, 201);
    }
    let mut path = "/v1/accounts?sort=name&limit=4&tier=1".to_owned();
    let mut names = Vec::new();
    loop {
        let page = house.client.get(&path).expect_status(200);
        let body = page.json();
        assert_eq!(body["total"], 12);
        names.extend(
            body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert_eq!(page.header("link"), None);
            break;
        };
        let link = page.header("link").unwrap();
        path = format!("/v1/accounts?sort=name&limit=4&tier=1&cursor={cursor}");
        assert_eq!(link, format!("<{path}>; rel=\"next\""));
        let other = house
            .client
            .get(&format!("/v1/accounts?sort=name&tier=0&cursor={cursor}"));
        assert_eq!(
            (other.status, other.json()["code"].as_str()),
            (400, Some("invalid_cursor"))
        );
    }
    let expected: Vec<String> = (0..25)
        .filter(|n| n % 2 == 1)
        .map(|n| format!("N{n:02}"))
        .collect();
    assert_eq!(names, expected);
}

/// Asks for a list as of a past instant until it is read.
fn read_list(house: &House, query: &str) -> Value {
    Deadline::seconds(20).wait("the list to be read", || {
        let answer = house.client.get(&format!("/v1/accounts?{query}"));
        match answer.status {
            200 => Ok(answer.json()),
            202 => {
                assert_eq!(answer.header("retry-after"), Some("1"));
                Err(answer.json())
            }
            status => panic!("{status}: {}", answer.text()),
        }
    })
}

#[test]
fn a_list_as_of_a_past_instant_says_how_far_it_is_and_then_what_each_account_says() {
    let house = qualified();
    house.put("/v1/accounts/beta", &json!({"name": "Beta"}), 201);
    house.hand.set("2026-09-11T12:00:00Z".parse().unwrap());
    house.put("/v1/accounts/gamma", &json!({"name": "Gamma"}), 201);
    let begun = house
        .client
        .get("/v1/accounts?as_of=2026-09-08T00:00:00Z")
        .expect_status(202)
        .json();
    assert_eq!(begun["as_of"], "2026-09-08T00:00:00Z");
    assert_eq!(begun["total"], 3);
    let list = read_list(&house, "as_of=2026-09-08T00:00:00Z");
    assert_eq!((&list["total"], &list["past"]["later"]), (&json!(2), &json!(1)));
    assert_eq!(list["past"]["unread"], 0);
    assert_eq!(list["as_of"], "2026-09-08T00:00:00Z");
    for row in list["items"].as_array().unwrap() {
        let path = format!(
            "/v1/accounts/{}?as_of=2026-09-08T00:00:00Z",
            row["id"].as_str().unwrap()
        );
        let account = house.client.get(&path).expect_status(200).json();
        for field in [
            "name",
            "heat",
            "band",
            "quorum",
            "mqa",
            "stage",
            "engaged_contacts",
            "completeness",
        ] {
            if field == "mqa" {
                assert_eq!(row["mqa"]["since"], account["mqa"]["since"], "{path}");
            } else {
                assert_eq!(row[field], account[field], "{field} of {path}");
            }
        }
    }
    let first = read_list(&house, "as_of=2026-09-08T00:00:00Z&limit=1");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = read_list(
        &house,
        &format!("as_of=2026-09-08T00:00:00Z&limit=1&cursor={cursor}"),
    );
    let ids = [&first, &second].map(|page| page["items"][0]["id"].clone());
    assert_eq!(ids, ["acme", "beta"]);
    assert_eq!(second["next_cursor"], Value::Null);
    // The cursor is of that instant's list only.
    let other = house.client.get(&format!("/v1/accounts?limit=1&cursor={cursor}"));
    other.expect_status(400);
    assert_eq!(read_list(&house, "as_of=2026-09-08T00:00:00Z&mqa=in")["total"], 1);
    let now = house.client.get("/v1/accounts").expect_status(200).json();
    assert_eq!((&now["total"], &now["past"]), (&json!(3), &Value::Null));
}

#[test]
fn a_list_is_filtered_by_what_its_rows_show() {
    let house = qualified();
    house.put("/v1/accounts/beta", &json!({"name": "Beta"}), 201);
    let check = |query: &str, expected: &[&str]| {
        let page = house
            .client
            .get(&format!("/v1/accounts?{query}"))
            .expect_status(200)
            .json();
        let ids: Vec<&str> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
    };
    check("", &["acme", "beta"]);
    check("sort=heat", &["beta", "acme"]);
    check("band=hot,burning", &["acme"]);
    check("mqa=in", &["acme"]);
    check("mqa=out", &["beta"]);
    check("fit=A&industry=software", &["acme"]);
    check("heat_lt=1", &["beta"]);
    check("heat_gte=50", &["acme"]);
    check("engaged_contacts_gte=1", &["acme"]);
    check("stage=target", &["beta"]);
    check("q=ACM", &["acme"]);
    check("momentum=surging", &["acme"]);
    // When MQA ends is found out a moment after the signal.
    Deadline::seconds(10).wait("the end of MQA", || {
        let page = house.client.get("/v1/accounts?exits_within=52w").json();
        if page["total"] == 1 { Ok(()) } else { Err(page) }
    });
    check("exits_within=21d", &[]);
    check("exits_within=22d", &["acme"]);
    check("exits_within=3w", &[]);
    check("exits_within=528h", &["acme"]);
    check("tier=2", &[]);
}

#[test]
fn a_timeline_is_read_in_pages_without_a_gap() {
    let house = house();
    let signals: Vec<Value> = (0..30)
        .map(|n| {
            let at = format!("2026-08-{:02}T00:00:00Z", 1 + n / 2);
            json!({"id": format!("s{n}"), "kind": "page.view", "account": "acme", "occurred_at": at})
        })
        .collect();
    house.post("/v1/signals", &json!(signals));
    let whole = house
        .client
        .get("/v1/accounts/acme/timeline")
        .expect_status(200)
        .json();
    let mut pieces = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house
            .client
            .get(&format!("/v1/accounts/acme/timeline?limit=5{cursor}"))
            .expect_status(200)
            .json();
        pieces.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(pieces), whole["items"]);
}
