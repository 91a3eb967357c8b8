use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::document;
use crate::routes;

#[test]
fn the_committed_description_is_the_generated_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let generated = format!("{:#}\n", document());
    if std::env::var_os("QUORATE_UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == generated,
        "crates/api/openapi.json is stale; run: QUORATE_UPDATE_OPENAPI=1 cargo test -p quorate-api openapi"
    );
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let document = document();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (path.clone(), method.to_uppercase()))
        })
        .collect();
    let routed: BTreeSet<(String, String)> = routes::table()
        .into_iter()
        .filter(|route| route.method != "HEAD")
        .map(|route| (route.path.to_owned(), route.method))
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn every_success_has_an_example_and_every_operation_a_name_of_its_own() {
    let document = document();
    let missing = super::complete::without_example(&document);
    assert!(
        missing.is_empty(),
        "{missing:?} have no example: ask for them in tests/it/examples.rs, then run \
         QUORATE_UPDATE_OPENAPI=1 cargo nextest run -p quorate-api examples openapi, twice"
    );
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} names two operations");
            assert!(
                operation["summary"].is_string() && operation["tags"].is_array(),
                "{name}"
            );
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let described = parameter["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty());
                assert!(described, "{name}: {} is not described", parameter["name"]);
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = BTreeSet::new();
    gather(&document, &mut references);
    let missing: Vec<&String> = references
        .iter()
        .filter(|reference| document.pointer(reference.trim_start_matches('#')).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

fn gather(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields.values().for_each(|field| gather(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
