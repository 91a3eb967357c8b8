use quorate_domain::account::ContactRef;
use quorate_engine::AccountRef;

use super::{check, depth};
use crate::v1::signals::item::Item;

fn code(json: &str) -> &'static str {
    let item: Item<'_> = serde_json::from_str(json).unwrap();
    check(item, 100).map_or_else(|refusal| refusal.code, |_| "ok")
}

#[track_caller]
fn refused(fields: &str, expected: &str) {
    let json = format!(r#"{{"id":"a","kind":"k","account":"x",{fields}}}"#);
    assert_eq!(code(&json), expected, "{json}");
}

#[track_caller]
fn account(fields: &str, expected: &AccountRef) {
    let json = format!(r#"{{"id":"a","kind":"k",{fields}}}"#);
    let item: Item<'_> = serde_json::from_str(&json).unwrap();
    let signal = check(item, 100).unwrap_or_else(|refusal| panic!("{json}: {refusal:?}"));
    assert_eq!(&signal.account, expected, "{json}");
}

fn domain(text: &str) -> AccountRef {
    AccountRef::Domain(text.into())
}

#[test]
fn each_wrong_field_has_its_code() {
    assert_eq!(code("{}"), "missing_id");
    assert_eq!(code(r#"{"id":" "}"#), "invalid_id");
    assert_eq!(code(r#"{"id":7}"#), "invalid_id");
    assert_eq!(code(r#"{"id":"a"}"#), "missing_kind");
    assert_eq!(code(r#"{"id":"a","kind":""}"#), "invalid_kind");
    assert_eq!(code(r#"{"id":"a","kind":["k"]}"#), "invalid_kind");
    assert_eq!(code(r#"{"id":"a","kind":"k"}"#), "missing_account");
    assert_eq!(code(r#"{"id":"a","kind":"k","account":{}}"#), "invalid_account");
    assert_eq!(
        code(r#"{"id":"a","kind":"k","account":{"domain":"acme"}}"#),
        "invalid_account"
    );
    refused(r#""contact":{}"#, "invalid_contact");
    refused(r#""contact":{"email":"jane"}"#, "invalid_contact");
    refused(r#""contact":5"#, "invalid_contact");
    refused(r#""occurred_at":"yesterday""#, "invalid_occurred_at");
    refused(r#""occurred_at":1700000000"#, "invalid_occurred_at");
    refused(r#""strength":"NaN""#, "invalid_strength");
    refused(r#""source":"crm""#, "invalid_source");
    refused(r#""solution":"""#, "invalid_solution");
    refused(r#""object":{"id":"x"}"#, "invalid_object");
    refused(r#""properties":[1]"#, "invalid_properties");
    refused(
        &format!(r#""properties":{{"a":"{}"}}"#, "x".repeat(100)),
        "invalid_properties",
    );
    refused(
        &format!(r#""properties":{{"a":{}{}}}"#, "[".repeat(40), "]".repeat(40)),
        "invalid_properties",
    );
    refused(r#""strength":null,"properties":null,"contact":null"#, "ok");
}

#[test]
fn an_account_is_an_id_or_what_to_match_it_by() {
    account(
        r#""account":{"domain":"https://www.Acme.com/"}"#,
        &domain("acme.com"),
    );
    account(r#""account":{"name":" Acme "}"#, &AccountRef::Name("Acme".into()));
    account(
        r#""account":{"domain":"acme.com","name":"Acme"}"#,
        &domain("acme.com"),
    );
}

#[test]
fn an_account_that_is_left_out_is_told_by_the_address() {
    account(r#""contact":{"email":"Jane@Acme.com"}"#, &domain("acme.com"));
    account(r#""contact":"jane@acme.com""#, &domain("acme.com"));
    assert_eq!(
        code(r#"{"id":"a","kind":"k","contact":{"email":"jane@gmail.com"}}"#),
        "account_unknown"
    );
    assert_eq!(
        code(r#"{"id":"a","kind":"k","contact":"c-7"}"#),
        "missing_account"
    );
}

#[test]
fn an_address_is_kept_in_lower_case_with_the_name() {
    let item: Item<'_> =
        serde_json::from_str(r#"{"id":"a","kind":"k","contact":{"email":"J@Acme.com","name":"J"}}"#).unwrap();
    let contact = check(item, 100).unwrap().signal.contact;
    assert_eq!(
        contact,
        Some(ContactRef::Email {
            email: "j@acme.com".into(),
            name: Some("J".into())
        })
    );
}

#[test]
fn depth_counts_brackets_outside_of_texts() {
    assert_eq!(depth(r#"{"a":[{"b":"[[[\"{{"}]}"#), 3);
    assert_eq!(depth(r#""\\""#), 0);
    assert_eq!(depth(r#"{"a":"\\","b":{}}"#), 2);
}
