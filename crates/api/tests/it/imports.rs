//! Lists of target accounts, and accounts from a file: reviewed, answered, applied.

use std::fmt::Write as _;

use quorate_testkit::{Answer, Body, Deadline};
use serde_json::{Value, json};

use crate::house::{House, house};

fn send(house: &House, query: &str, text: &[u8]) -> Answer {
    let path = format!("/v1/imports?{query}");
    house.client.post_raw(&path, "text/csv", text)
}

fn review(house: &House, query: &str, text: &str) -> Value {
    send(house, query, text.as_bytes()).expect_status(201).json()
}

fn counts(import: &Value) -> Value {
    let counts = &import["counts"];
    json!([
        counts["created"],
        counts["updated"],
        counts["unchanged"],
        counts["skipped"],
        counts["needs_answer"],
        counts["failed"]
    ])
}

fn rows(house: &House, import: &Value, query: &str) -> Vec<Value> {
    let path = format!("/v1/imports/{}/rows?{query}", import["id"].as_str().unwrap());
    let page = house.client.get(&path).expect_status(200).json();
    page["items"].as_array().unwrap().clone()
}

/// Applies an import and waits until that is done.
fn applied(house: &House, import: &Value) -> Value {
    let path = format!("/v1/imports/{}", import["id"].as_str().unwrap());
    drop(
        house
            .client
            .post(&format!("{path}/apply"), &json!({}))
            .expect_status(202),
    );
    Deadline::seconds(20).wait("the import to be applied", || {
        let import = house.client.get(&path).expect_status(200).json();
        if import["state"] == "applied" {
            Ok(import)
        } else {
            Err(import)
        }
    })
}

const FILE: &str = "Account Name,Website,Billing Country,Employees,Segment\n\
    Acme,https://www.acme.com/x,Germany,\"1,850\",A\n\
    Beta,beta.com,USA,201-500,B\n\
    Gamma,gamma.com,,many,B\n\
    Acme,acme.com,,,A\n\
    Acme Labs,acme.com,,,A\n";

#[test]
fn a_file_is_reviewed_answered_and_applied() {
    let house = house();
    let import = review(&house, "list=q3&file=targets.csv", FILE);
    assert_eq!(import["state"], "review");
    assert_eq!(counts(&import), json!([2, 0, 0, 1, 1, 1]));
    assert_eq!(
        import["columns"][4],
        json!({"header": "Segment", "field": null, "how": "unknown"})
    );
    assert_eq!(
        house.client.get("/v1/accounts").json()["total"],
        0,
        "nothing is made by a review"
    );

    let failed = rows(&house, &import, "verdict=failed");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["row"], 4);
    assert_eq!(failed[0]["problems"][0]["column"], "Employees");
    assert_eq!(
        failed[0]["reason"],
        r#"column "Employees": "many" is not a number"#
    );
    let asked = rows(&house, &import, "verdict=needs_answer");
    assert_eq!(asked[0]["candidates"][0]["account"], "acme.com");
    assert_eq!(asked[0]["candidates"][0]["row"], 2);

    let path = format!("/v1/imports/{}", import["id"].as_str().unwrap());
    let answers = json!({"answers": {"6": "new"}});
    let answered = house
        .client
        .post(&format!("{path}/answers"), &answers)
        .expect_status(200)
        .json();
    assert_eq!(counts(&answered), json!([3, 0, 0, 1, 0, 1]));
    for (row, answer) in [("99", "new"), ("4", "new"), ("x", "new"), ("6", "maybe")] {
        let wrong = json!({"answers": {row: answer}});
        drop(
            house
                .client
                .post(&format!("{path}/answers"), &wrong)
                .expect_status(400),
        );
    }

    let done = applied(&house, &import);
    assert_eq!(
        (done["done"].as_u64(), done["to_do"].as_u64()),
        (Some(3), Some(3))
    );
    let acme = house
        .client
        .get("/v1/accounts/acme.com")
        .expect_status(200)
        .json();
    assert_eq!(acme["name"], "Acme");
    assert_eq!(acme["attributes"]["employees"], 1850.0);
    assert_eq!(acme["attributes"]["country"], "DE");
    assert_eq!(acme["sources"]["name"]["source"], "list");
    assert_eq!(acme["lists"], json!(["q3"]));
    let labs = house
        .client
        .get("/v1/accounts/acme.com-2")
        .expect_status(200)
        .json();
    assert_eq!(labs["name"], "Acme Labs");
    let list = house.client.get("/v1/lists/q3").expect_status(200).json();
    assert_eq!(list["members"], 3);

    // Once more: what is known already is no change, and the answered one is found by its name.
    let again = review(&house, "list=q3", FILE);
    assert_eq!(
        counts(&again),
        json!([0, 0, 3, 1, 0, 1]),
        "{:?}",
        rows(&house, &again, "")
    );

    let rejects = house
        .client
        .get(&format!("{path}/rejects.csv"))
        .expect_status(200);
    assert_eq!(
        rejects.text(),
        "Account Name,Website,Billing Country,Employees,Segment,quorate row,quorate verdict,quorate reason\r\n\
         Gamma,gamma.com,,many,B,4,failed,\"column \"\"Employees\"\": \"\"many\"\" is not a number\"\r\n"
    );
    assert_eq!(
        house.client.get("/v1/imports").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_stronger_source_keeps_what_it_said_and_a_review_that_aged_is_planned_anew() {
    let house = house();
    let import = review(
        &house,
        "source=vendor",
        "name,domain,employees,tier\nAcme,acme.com,10,3\n",
    );
    assert_eq!(counts(&import), json!([1, 0, 0, 0, 0, 0]));
    // Between the review and its application somebody else makes the account, and says more.
    house.put(
        "/v1/accounts/a1",
        &json!({"name": "Acme", "domains": ["acme.com"], "attributes": {"employees": 99}, "source": "person"}),
        201,
    );
    let done = applied(&house, &import);
    assert_eq!(counts(&done), json!([0, 1, 0, 0, 0, 0]));
    let row = rows(&house, &import, "").remove(0);
    assert_eq!(row["account"], "a1");
    assert_eq!(row["kept"][0]["stated_by"], "person");
    let account = house.client.get("/v1/accounts/a1").json();
    assert_eq!(
        (&account["attributes"]["employees"], &account["tier"]),
        (&json!(99.0), &json!("3"))
    );
    drop(house.client.get("/v1/accounts/acme.com").expect_status(404));
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let house = house();
    for (text, part) in [
        (&b""[..], "the file is empty"),
        (b"name,domain\n", "no row below it"),
        (b"name\nAc\0me\n", "NUL"),
        (b"name,x\n\"Acme,1\n", "never closed"),
        (b"name,name\na,b\n", "both called"),
        (b"PK\x03\x04zip", "Excel workbook"),
        (b"Symbol,Security\nMMM,3M\n", "map=HEADER=FIELD"),
    ] {
        let problem = send(&house, "", text).expect_status(400).json();
        assert_eq!(problem["code"], "invalid_file");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{problem}");
    }
    let told = review(
        &house,
        "map=Security%3Dname&map=Symbol%3D",
        "Symbol,Security\nMMM,3M\n",
    );
    assert_eq!(counts(&told), json!([1, 0, 0, 0, 0, 0]));
    for query in [
        "map=Security%3Dnmae",
        "apply=maybe",
        "list=No%20Slug",
        "nothing=1",
    ] {
        drop(send(&house, query, b"name\nAcme\n").expect_status(400));
    }
    let xml = house.client.post_raw("/v1/imports", "application/xml", b"<a/>");
    assert_eq!(xml.status, 415);
    drop(house.client.get("/v1/imports/0-0").expect_status(404));
    assert_eq!(
        house.client.get("/v1/imports").json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn lists_are_made_changed_and_deleted_and_their_accounts_stay() {
    let house = house();
    let new = json!({"name": "Q3 targets", "owner": "ada"});
    house.put("/v1/lists/q3", &new, 201);
    house.put(
        "/v1/lists/q3",
        &json!({"owner": null, "description": "who we want"}),
        200,
    );
    let list = house.client.get("/v1/lists/q3").expect_status(200).json();
    assert_eq!(
        (&list["name"], &list["owner"], &list["description"]),
        (&json!("Q3 targets"), &Value::Null, &json!("who we want"))
    );
    house.put("/v1/lists/Q3%20!", &new, 400);
    for id in ["a", "b"] {
        house.put(
            &format!("/v1/accounts/{id}"),
            &json!({"name": id, "lists": ["old"]}),
            201,
        );
    }
    let members = house
        .client
        .post(
            "/v1/lists/q3/members",
            &json!({"add": ["a", "b"], "remove": ["b", "nobody"]}),
        )
        .expect_status(200)
        .json();
    assert_eq!(members, json!({"changed": 1, "members": 1}));
    assert_eq!(
        house.client.get("/v1/accounts/a").json()["lists"],
        json!(["old", "q3"])
    );
    let unknown = house
        .client
        .post("/v1/lists/q3/members", &json!({"add": ["nobody"]}));
    drop(unknown.expect_status(400));
    drop(
        house
            .client
            .post("/v1/lists/none/members", &json!({"add": ["a"]}))
            .expect_status(404),
    );
    let all = house.client.get("/v1/lists").expect_status(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let refused = house.client.delete("/v1/lists/q3").expect_status(409).json();
    assert_eq!(refused["code"], "list_has_members");
    drop(house.client.delete("/v1/lists/q3?force=true").expect_status(204));
    assert_eq!(house.client.get("/v1/accounts/a").json()["lists"], json!(["old"]));
    drop(house.client.get("/v1/lists/q3").expect_status(404));
}

#[test]
fn pages_of_rows_are_cut_by_verdict_and_a_key_makes_an_import_once() {
    let house = house();
    let mut text = "name,employees\n".to_owned();
    for number in 0..600 {
        let employees = if number % 3 == 0 { "many" } else { "5" };
        writeln!(text, "Account {number},{employees}").unwrap();
    }
    let headers = [("idempotency-key", "once")];
    let ask = || {
        let body = Body::Raw("text/csv", text.as_bytes());
        house.client.send("POST", "/v1/imports", &headers, body).unwrap()
    };
    let import = ask().expect_status(201).json();
    assert_eq!(ask().expect_status(201).json()["id"], import["id"]);
    assert_eq!(counts(&import), json!([400, 0, 0, 0, 0, 200]));
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!(
            "/v1/imports/{}/rows?verdict=failed&limit=90{cursor}",
            import["id"].as_str().unwrap()
        );
        let page = house.client.get(&path).expect_status(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["row"].as_u64().unwrap()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<u64> = (0..600)
        .filter(|number| number % 3 == 0)
        .map(|number| number + 2)
        .collect();
    assert_eq!(seen, expected);
}
