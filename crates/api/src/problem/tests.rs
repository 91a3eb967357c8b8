//! What a sender reads of failures that no request brings about at will.

use std::fmt::Write as _;

use actix_web::body::to_bytes;
use quorate_domain::id::AccountId;

use super::*;

async fn shown(problem: &Problem) -> String {
    let response = problem.error_response();
    let mut text = format!("{}\n", response.status().as_u16());
    for name in ["content-type", "retry-after"] {
        if let Some(value) = response.headers().get(name) {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
    }
    let body = to_bytes(response.into_body()).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    writeln!(text, "{body:#}").unwrap();
    text
}

#[actix_web::test]
async fn failures_of_the_engine_are_told_without_internals() {
    let secret = "disk /dev/sda1 of host db-7";
    let account = AccountId::new("acme").unwrap();
    let failures = [
        EngineError::Unavailable {
            reason: secret.to_owned(),
        },
        EngineError::Quarantined {
            account,
            reason: secret.to_owned(),
        },
        EngineError::VersionMismatch {
            expected: 12,
            found: 13,
        },
        EngineError::Stopping,
    ];
    let mut all = String::new();
    for failure in failures {
        all.push_str(&shown(&Problem::from(failure)).await);
    }
    all.push_str(&shown(&Problem::new(Kind::Internal, "something failed inside")).await);
    all.push_str(&shown(&Problem::new(Kind::RequestRunning, "the same request is running")).await);
    for absent in [
        Kind::EvidenceNotFound,
        Kind::FrameworkNotFound,
        Kind::GapNotFound,
        Kind::ImportApplying,
    ] {
        all.push_str(&shown(&Problem::new(absent, "there is none")).await);
    }
    assert!(!all.contains("sda1"), "{all}");
    insta::assert_snapshot!("engine_failures", all);
}
