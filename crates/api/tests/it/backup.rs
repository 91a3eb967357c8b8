//! `POST /v1/backup`: for administrators, one at a time, whole or without an end mark.

use quorate_api::{NewKey, Scope};
use quorate_store::archive::{ArchiveError, Checked, check};
use quorate_testkit::{Deadline, RawConnection, SplitMix64};
use serde_json::{Value, json};

use crate::house::{House, house};

/// More than waits anywhere between server and client, and no compression makes it small.
fn fill(house: &House) {
    let mut random = SplitMix64::new(1);
    for post in 0..100 {
        let signals: Vec<Value> = (0..16)
            .map(|no| {
                let noise: Vec<u64> = (0..700).map(|_| random.bits()).collect();
                json!({"id": format!("{post}-{no}"), "account": format!("acct-{no}"), "kind": "page.view",
                    "properties": {"noise": noise}})
            })
            .collect();
        house
            .client
            .post("/v1/signals", &Value::from(signals))
            .expect_status(200);
    }
}

#[test]
fn a_backup_is_whole_and_one_that_broke_off_is_not() {
    let house = house();
    fill(&house);
    let answer = house.client.post("/v1/backup", &Value::Null).expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    let Checked { header, contents, .. } = check(&mut answer.body.as_slice()).unwrap();
    assert_eq!(
        (header.store.as_str(), header.build.as_str()),
        ("embedded 2", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(contents.accounts, 16);
    assert!(contents.records >= 1_600, "{contents:?}");
    let cut = &answer.body[..answer.body.len() - 1];
    assert!(matches!(check(&mut &cut[..]), Err(ArchiveError::Cut { .. })));

    for scope in [Scope::Ingest, Scope::Read, Scope::Sales, Scope::Marketing] {
        let client = house.client_with(scope);
        assert_eq!(client.post("/v1/backup", &Value::Null).status, 403);
    }
}

#[test]
fn a_second_backup_waits_for_the_first_which_ends_with_its_client() {
    let house = house();
    fill(&house);
    // A client that reads nothing after the head.
    let new = NewKey {
        name: "raw".into(),
        scopes: vec![Scope::Admin],
        source: None,
    };
    let (key, _) = house.keys.create(new).unwrap();
    let key = key.reveal();
    let mut idle = RawConnection::open(house.client.address()).unwrap();
    let request = format!(
        "POST /v1/backup HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 0\r\n\r\n"
    );
    idle.send(request.as_bytes()).unwrap();
    let opened = idle
        .read_until(Deadline::seconds(10).left(), |bytes| {
            bytes.windows(4).any(|end| end == b"\r\n\r\n")
        })
        .unwrap();
    assert_eq!(opened.status(), Some(200));
    let refused = house.client.post("/v1/backup", &Value::Null);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert!(refused.text().contains("another backup is under way"));
    drop(idle);
    Deadline::seconds(20).wait("the place to be free again", || {
        let answer = house.client.post("/v1/backup", &Value::Null);
        if answer.status == 200 {
            Ok(())
        } else {
            Err(answer.text())
        }
    });
}
