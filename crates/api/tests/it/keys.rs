//! Who may do what: every route by every scope.

use quorate_api::{ApiConfig, ApiServer, Auth, BindError, Keys, Scope, routes};
use quorate_engine::EngineConfig;
use quorate_testkit::{Body, Client};

use crate::house::{engine, house};

/// Returns a path as a request would name it.
fn filled(path: &str) -> String {
    path.replace("{account}", "acme")
        .replace("{contact}", "c-1")
        .replace("{file}", "docs.css")
        .replace("{slug}", "invalid-json")
        .replace("{list}", "q3")
        .replace("{import}", "0-0")
}

#[test]
fn every_route_takes_the_scopes_it_names_and_no_other() {
    let house = house();
    let nobody = Client::new(house.client.address());
    for route in routes() {
        let path = filled(route.path);
        // A body that no path takes: a caller who is let in is told so, and nothing changes.
        let ask = |client: &Client| {
            client
                .send(&route.method, &path, &[], Body::Raw("text/odd", b"?"))
                .unwrap()
                .status
        };
        if path == "/v1/events" {
            continue;
        }
        if route.scopes.is_empty() {
            assert!(ask(&nobody) < 400, "{} {path} is open", route.method);
            continue;
        }
        assert_eq!(ask(&nobody), 401, "{} {path} without a key", route.method);
        for scope in Scope::ALL {
            let status = ask(&house.client_with(scope));
            let allowed = route.scopes.contains(&scope.as_str());
            assert_eq!(
                status != 403,
                allowed,
                "{} {path} with {}: {status}",
                route.method,
                scope.as_str()
            );
            assert_ne!(status, 401);
        }
    }
}

#[test]
fn the_first_key_is_made_once() {
    let house = house();
    assert_eq!(house.keys.first().unwrap(), None);
    assert_eq!(house.keys.list().len(), 1);
    assert!(!format!("{:?}", house.keys).contains("secret: "));
}

#[test]
fn a_revoked_key_and_a_wrong_secret_let_nobody_in() {
    let house = house();
    let new = quorate_api::NewKey {
        name: "short".into(),
        scopes: vec![Scope::Read],
        source: None,
    };
    let (text, record) = house.keys.create(new).unwrap();
    let client = Client::new(house.client.address()).with_key(text.reveal());
    assert_eq!(client.get("/v1/accounts").status, 200);
    let wrong = format!("qk_{}_{}", text.id(), "0".repeat(64));
    let thief = Client::new(house.client.address()).with_key(wrong);
    assert_eq!(thief.get("/v1/accounts").status, 401);
    house.keys.revoke(&record.id).unwrap();
    let refused = client.get("/v1/accounts");
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Bearer"));
}

#[test]
fn a_key_gives_its_source_to_what_names_none() {
    let house = house();
    let new = quorate_api::NewKey {
        name: "list".into(),
        scopes: vec![Scope::Marketing],
        source: Some(quorate_domain::value::Source("list".into())),
    };
    let (text, _) = house.keys.create(new).unwrap();
    let client = Client::new(house.client.address()).with_key(text.reveal());
    drop(
        client
            .put("/v1/accounts/acme", &serde_json::json!({"name": "Acme"}))
            .expect_status(201),
    );
    let account = client.get("/v1/accounts/acme").expect_status(200).json();
    assert_eq!(account["sources"]["name"]["source"], "list");
}

#[test]
fn nobody_is_let_in_without_a_key_from_other_machines() {
    let folder = tempfile::tempdir().unwrap();
    actix_rt::System::new().block_on(async {
        let (engine, _) = engine(&folder.path().join("data"), EngineConfig::default());
        let bind = |listen: &str| {
            let config = ApiConfig {
                listen: listen.parse().unwrap(),
                ..ApiConfig::default()
            };
            ApiServer::bind(engine.clone(), Auth::Open, config, None, |_| {})
        };
        assert!(matches!(bind("0.0.0.0:0"), Err(BindError::OpenToOthers { .. })));
        assert!(bind("127.0.0.1:0").unwrap().addr().ip().is_loopback());
        engine.stop().await;
    });
}

#[test]
fn keys_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let system = actix_rt::System::new();
    let text = system.block_on(async {
        let (engine, _) = engine(&path, EngineConfig::default());
        let keys = Keys::load(engine.clone()).unwrap();
        let text = keys.first().unwrap().unwrap();
        engine.stop().await;
        text
    });
    system.block_on(async {
        let (engine, _) = engine(&path, EngineConfig::default());
        let keys = Keys::load(engine.clone()).unwrap();
        assert_eq!(keys.first().unwrap(), None);
        assert_eq!(
            keys.grant(&text.reveal()).map(|grant| grant.scopes.to_vec()),
            Some(vec![Scope::Admin])
        );
        let stored = engine.store().get_doc("keys", text.id()).unwrap().unwrap();
        let (_, secret) = text
            .reveal()
            .rsplit_once('_')
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
            .unwrap();
        assert!(
            !String::from_utf8(stored).unwrap().contains(&secret),
            "the secret is stored"
        );
        engine.stop().await;
    });
}
