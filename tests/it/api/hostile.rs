//! Bodies too large, too slow and too deep: each a clear answer, and the server goes on.

use std::time::Duration;

use quorate_testkit::{RawConnection, raw_http};
use serde_json::json;

use super::{outcomes, pricing, server};

#[test]
fn bodies_too_large_too_slow_and_too_deep_are_answered_and_lose_nothing_else() {
    let (_folder, server) = server("[server]\nbody_timeout_seconds = 1\nhead_timeout_seconds = 1\n");
    let client = server.client();
    let patience = Duration::from_secs(15);
    let head = |length: usize| {
        format!(
            "POST /v1/signals HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n",
            server.key()
        )
    };

    // 50 MB, announced: refused by its length, whether it is sent or not.
    let size = 50 * 1024 * 1024;
    let announced = raw_http(server.address(), head(size).as_bytes(), patience).unwrap();
    assert_eq!(announced.status(), Some(413), "{}", announced.text());
    let mut whole = head(size).into_bytes();
    whole.resize(whole.len() + size, b'[');
    let sent = raw_http(server.address(), &whole, patience).unwrap();
    assert!(matches!(sent.status(), Some(413) | None), "{}", sent.text());

    // A body that stalls: told so after its time, and the connection is closed.
    let mut stalled = RawConnection::open(server.address()).unwrap();
    stalled.send(head(1_000).as_bytes()).unwrap();
    stalled.send(b"[{\"id\":\"half\",").unwrap();
    let answer = stalled.read(patience).unwrap();
    assert_eq!(
        (answer.status(), answer.closed),
        (Some(408), true),
        "{}",
        answer.text()
    );

    // A head that stalls.
    let mut stalled = RawConnection::open(server.address()).unwrap();
    stalled.send(b"POST /v1/signals HTTP/1.1\r\nHost:").unwrap();
    let answer = stalled.read(patience).unwrap();
    assert!(answer.closed, "{}", answer.text());

    // A body that is cut by the sender.
    let mut cut = RawConnection::open(server.address()).unwrap();
    cut.send(head(1_000).as_bytes()).unwrap();
    cut.send(b"[{\"id\":\"half\",").unwrap();
    drop(cut);

    // Nested deeper than any parser's stack, as one document.
    let deep = "[".repeat(1_000_000);
    let answer = client.post_raw("/v1/signals", "application/json", deep.as_bytes());
    assert!(
        matches!(answer.status, 200 | 400),
        "{} {}",
        answer.status,
        answer.text()
    );
    let deep = format!("{{\"name\": {}", "[".repeat(500_000));
    let answer = client.send(
        "PUT",
        "/v1/accounts/acme",
        &[],
        quorate_testkit::Body::Raw("application/json", deep.as_bytes()),
    );
    assert_eq!(
        answer.unwrap().expect_status(400).header("content-type"),
        Some("application/problem+json")
    );

    // No JSON, no UTF-8, nothing, another type.
    for (body, content_type, status) in [
        (&b"hello"[..], "application/json", 400),
        (&b"\xff\xfe"[..], "application/json", 400),
        (&b""[..], "application/json", 400),
        (&b"<a/>"[..], "application/xml", 415),
    ] {
        let answer = client.post_raw("/v1/signals", content_type, body);
        assert_eq!(answer.status, status, "{body:?}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{body:?}"
        );
    }

    let answer = client
        .post("/v1/signals", &pricing("good"))
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&answer), ["accepted"]);
    let listed = client.get("/v1/accounts").expect_status(200).json();
    assert_eq!(
        listed["total"],
        json!(1),
        "nothing of the bad bodies was taken: {listed}"
    );
}
