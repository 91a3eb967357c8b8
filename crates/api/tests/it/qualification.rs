//! Evidence, frameworks, opportunities and gaps: stated, read back, filtered, put off.

use std::collections::BTreeMap;

use quorate_testkit::Answer;
use serde_json::{Value, json};

use crate::house::{House, house_qualifying};

const EVIDENCE: &str = "/v1/accounts/acme/evidence";

/// A house with the account `acme` and its champion `ann`.
fn given() -> House {
    let house = house_qualifying();
    house.put("/v1/accounts/acme", &json!({"name": "Acme"}), 201);
    let ann = json!({"name": "Ann", "roles": ["champion"]});
    house.put("/v1/accounts/acme/contacts/ann", &ann, 201);
    house
}

fn read(house: &House, path: &str) -> Value {
    house.client.get(path).expect_status(200).json()
}

fn stated(house: &House, element: &str, level: &str) -> Value {
    let body = json!({"element": element, "level": level, "artefact": "mail of the day"});
    house.client.post(EVIDENCE, &body).expect_status(200).json()
}

/// Returns the words of the only thing that is wrong with a request.
fn only_error(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text());
    let problem = answer.json();
    let message = &problem["errors"][0]["message"];
    message
        .as_str()
        .or(problem["detail"].as_str())
        .unwrap()
        .to_owned()
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn stating_evidence_answers_its_number_and_makes_the_account_more_complete() {
    let house = given();
    assert_eq!(read(&house, "/v1/accounts/acme")["completeness"], 0.0);
    let first = stated(&house, "pain", "stated");
    let second = stated(&house, "process", "validated");
    assert_eq!((&first["evidence"], &second["evidence"]), (&json!(1), &json!(2)));
    assert_eq!((&first["id"], &first["changed"]), (&json!("acme"), &json!(true)));
    // Two elements of the same weight: stated is 2/3 of one, validated all of the other.
    let completeness = read(&house, "/v1/accounts/acme")["completeness"]
        .as_f64()
        .unwrap();
    assert!((completeness - 250.0 / 3.0).abs() < 0.01, "{completeness}");
    let list = read(&house, EVIDENCE);
    let mut numbers: Vec<u64> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["evidence"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
    let framework = read(&house, "/v1/accounts/acme/frameworks/ours");
    let elements = &framework["groups"][0]["elements"];
    assert_eq!(elements[0]["level"], "stated", "{framework}");
    assert_eq!(elements[1]["evidence"], json!([2]));
}

#[test]
fn evidence_that_cannot_be_is_refused_with_what_would_do() {
    let house = given();
    let post = |body: Value| only_error(&house.client.post(EVIDENCE, &body));
    let told = post(json!({"element": "pain", "level": "validated"}));
    assert!(told.contains("artefact"), "{told}");
    let told = post(json!({"element": "budget", "level": "stated"}));
    assert!(told.contains("pain") && told.contains("process"), "{told}");
    let told = post(json!({"framework": "bant", "element": "pain", "level": "stated"}));
    assert!(told.contains("ours"), "{told}");
    let told = post(json!({"element": "pain", "level": "state"}));
    assert!(told.contains("stated"), "{told}");
    let unknown = json!({"element": "pain", "level": "stated", "said_by": "zoe"});
    let unknown = house.client.post(EVIDENCE, &unknown).expect_status(404).json();
    assert_eq!(unknown["code"], "contact_not_found");
    assert_eq!(read(&house, EVIDENCE)["items"], json!([]));
    let none = house.client.get("/v1/accounts/acme/frameworks/bant");
    assert_eq!(none.expect_status(404).json()["code"], "framework_not_found");
}

#[test]
fn evidence_that_is_denied_counts_a_step_less_and_none_once_it_is_taken_back() {
    let house = given();
    stated(&house, "pain", "validated");
    house.post(
        "/v1/accounts/acme/evidence/1/contest",
        &json!({"contact": "ann", "note": "Nobody asked me"}),
    );
    let one = &read(&house, EVIDENCE)["items"][0];
    assert_eq!(
        (&one["level"], &one["counts_as"], &one["contested"]["note"]),
        (&json!("validated"), &json!("stated"), &json!("Nobody asked me"))
    );
    drop(
        house
            .client
            .delete("/v1/accounts/acme/evidence/1?reason=wrong%20account")
            .expect_status(200),
    );
    assert_eq!(read(&house, "/v1/accounts/acme")["completeness"], 0.0);
    let gone = house.client.delete("/v1/accounts/acme/evidence/1");
    assert_eq!(gone.expect_status(404).json()["code"], "evidence_not_found");
}

#[test]
fn a_gap_closes_when_its_evidence_comes() {
    let house = given();
    let before = read(&house, "/v1/accounts/acme/gaps");
    assert!(ids(&before).contains(&"unproven_element:pain"), "{before}");
    stated(&house, "pain", "validated");
    let after = read(&house, "/v1/accounts/acme/gaps");
    assert!(!ids(&after).contains(&"unproven_element:pain"), "{after}");
    assert!(ids(&after).contains(&"unproven_element:process"), "{after}");
}

#[test]
fn a_gap_that_is_put_off_stays_away_until_its_date() {
    let house = given();
    let off = json!({"until": "2026-09-10T00:00:00Z", "reason": "on leave"});
    let path = "/v1/accounts/acme/gaps/unproven_element:pain/snooze";
    house.post(path, &off);
    let shows = |path: &str| ids(&read(&house, path)).contains(&"unproven_element:pain");
    assert!(!shows("/v1/accounts/acme/gaps"));
    assert!(shows("/v1/accounts/acme/gaps?snoozed=true"));
    assert!(!shows("/v1/gaps?gap=unproven_element"));
    house.hand.set("2026-09-10T00:00:01Z".parse().unwrap());
    assert!(shows("/v1/accounts/acme/gaps"));
    house.post(path, &json!({}));
    assert!(!shows("/v1/accounts/acme/gaps"));
    house.post(path, &json!({"show_again": true}));
    assert!(shows("/v1/accounts/acme/gaps"));
    let none = house
        .client
        .post("/v1/accounts/acme/gaps/no_path:a-b/snooze", &json!({}));
    assert_eq!(none.expect_status(404).json()["code"], "gap_not_found");
}

#[test]
fn the_list_of_all_gaps_says_since_when_each_was_seen_as_its_account_does() {
    let house = given();
    let since = |path: &str| -> BTreeMap<String, Value> {
        let list = read(&house, path);
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|gap| (gap["id"].as_str().unwrap().to_owned(), gap["since"].clone()))
            .collect()
    };
    let before = since("/v1/gaps");
    assert!(before.contains_key("unproven_element:pain"), "{before:?}");
    house.hand.set("2026-09-09T00:00:00Z".parse().unwrap());
    let ben = json!({"name": "Ben", "roles": ["economic_buyer"]});
    house.put("/v1/accounts/acme/contacts/ben", &ben, 201);
    let after = since("/v1/gaps");
    assert_eq!(after["unproven_element:pain"], before["unproven_element:pain"]);
    // He is known now, and cold: another gap than nobody.
    assert!(
        after["cold_seat:economic_buyer"]
            .as_str()
            .unwrap()
            .starts_with("2026-09-09"),
        "{after:?}"
    );
    assert_eq!(after, since("/v1/accounts/acme/gaps"));
}

#[test]
fn opportunities_are_made_changed_and_listed() {
    let house = given();
    assert_eq!(
        read(&house, "/v1/accounts/acme/opportunities")["items"],
        json!([])
    );
    let path = "/v1/accounts/acme/opportunities/o-1";
    let new = json!({"name": "Rollout", "amount": 48_000, "closes_on": "2026-10-30"});
    house.put(path, &new, 201);
    house.put(path, &json!({"state": "won", "name": null}), 200);
    house.put(
        "/v1/accounts/acme/opportunities/o-2",
        &json!({"state": "shut"}),
        400,
    );
    house.put(
        "/v1/accounts/acme/opportunities/o-2",
        &json!({"closes_on": "soon"}),
        400,
    );
    let list = read(&house, "/v1/accounts/acme/opportunities");
    assert_eq!(ids(&list), ["o-1"]);
    let one = &list["items"][0];
    assert_eq!(
        (&one["name"], &one["amount"], &one["state"], &one["closes_on"]),
        (
            &Value::Null,
            &json!(48_000.0),
            &json!("won"),
            &json!("2026-10-30")
        )
    );
    drop(
        house
            .client
            .get("/v1/accounts/nobody/opportunities")
            .expect_status(404),
    );
}

#[test]
fn accounts_are_found_by_gap_element_seat_and_list_and_sorted_by_completeness() {
    let house = given();
    house.put("/v1/accounts/globex", &json!({"name": "Globex"}), 201);
    house.put("/v1/lists/q3", &json!({"name": "Q3"}), 201);
    house.post("/v1/lists/q3/members", &json!({"add": ["globex"]}));
    stated(&house, "pain", "stated");
    let found = |query: &str| {
        let page = read(&house, &format!("/v1/accounts?{query}"));
        ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("sort=-completeness"), ["acme", "globex"]);
    assert_eq!(found("element=pain:stated"), ["acme"]);
    assert_eq!(found("element=pain:none"), ["globex"]);
    assert_eq!(found("gap=unproven_element&sort=id"), ["acme", "globex"]);
    assert_eq!(found("seat=champion:identified"), ["acme"]);
    assert_eq!(found("seat=champion:missing"), ["globex"]);
    assert_eq!(found("list=q3"), ["globex"]);
    assert_eq!(found("list=q4"), [""; 0]);
    let gaps = read(&house, "/v1/gaps?list=q3&gap=unproven_element");
    let accounts: Vec<&Value> = gaps["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| &gap["account"]["id"])
        .collect();
    assert_eq!(accounts, [&json!("globex"), &json!("globex")], "{gaps}");
}

#[test]
fn a_row_says_what_a_board_shows_of_an_account() {
    let house = given();
    let row = &read(&house, "/v1/accounts")["items"][0];
    assert_eq!(row["tape"].as_array().unwrap().len(), 26);
    assert_eq!(
        row["seats"],
        json!([
            {"role": "champion", "state": "identified", "weight": row["seats"][0]["weight"], "worth": 0.25},
            {"role": "economic_buyer", "state": "missing", "weight": row["seats"][1]["weight"], "worth": 0.0},
        ])
    );
    let missing: Vec<&Value> = row["mqa"]["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|condition| &condition["condition"])
        .collect();
    assert_eq!(missing, [&json!("heat"), &json!("engaged_contacts")]);
    assert_eq!((&row["lists"], &row["week_change"]), (&json!([]), &Value::Null));
    let signal = json!({"id": "s-1", "kind": "demo.requested", "account": "acme", "contact": "ann"});
    house.post("/v1/signals", &json!([signal]));
    let row = &read(&house, "/v1/accounts")["items"][0];
    assert_eq!(row["tape"][25], json!(56), "100 x (1 - 2^(-60/50)) = 56.5");
    assert_eq!(row["mqa"]["missing"], json!([]));
    assert_eq!(row["seats"][0]["state"], "engaged");
}
