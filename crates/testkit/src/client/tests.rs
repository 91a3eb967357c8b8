use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use serde_json::json;

use super::*;
use crate::raw_http::raw_http;

/// Serves one connection with a fixed answer; the handle returns the request.
fn answer_once(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("a bound socket has an address");
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client comes");
        let mut request = Vec::new();
        let mut chunk = [0; 1024];
        while !is_whole(&request) {
            let count = stream.read(&mut chunk).expect("the client sends");
            request.extend_from_slice(&chunk[..count]);
        }
        stream.write_all(answer.as_bytes()).expect("the client reads");
        String::from_utf8(request).expect("requests are text")
    });
    (address, serving)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    length.is_none_or(|length| body.len() >= length.parse().expect("a number"))
}

#[test]
fn a_failure_status_is_an_answer() {
    let (address, serving) = answer_once(
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: 14\r\n\r\n{\"status\":404}",
    );
    let answer = Client::new(address)
        .with_key("qk_1")
        .get("/v1/accounts/x")
        .expect_status(404);
    assert_eq!(answer.json(), json!({"status": 404}));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let request = serving.join().expect("the server ends");
    assert!(
        request.starts_with("GET /v1/accounts/x HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.to_lowercase().contains("authorization: bearer qk_1\r\n"),
        "{request}"
    );
}

#[test]
fn documents_are_posted_one_a_line() {
    let (address, serving) = answer_once("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{}\n\n[1]\n");
    let answer = Client::new(address).post_ndjson("/v1/signals", &[json!({"id": "a"}), json!({"id": "b"})]);
    assert_eq!(answer.ndjson(), [json!({}), json!([1])]);
    let request = serving.join().expect("the server ends");
    assert!(
        request.ends_with("\r\n\r\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n"),
        "{request}"
    );
    assert!(
        request
            .to_lowercase()
            .contains("content-type: application/x-ndjson\r\n"),
        "{request}"
    );
}

#[test]
fn a_stream_is_read_line_by_line() {
    let (address, serving) = answer_once(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\
         9\r\nevent: a\n\r\n8\r\ndata: 1\n\r\n0\r\n\r\n",
    );
    let lines: Vec<String> = Client::new(address)
        .stream("/v1/events")
        .expect("it answers")
        .map(|line| line.expect("text"))
        .collect();
    assert_eq!(lines, ["event: a", "data: 1"]);
    serving.join().expect("the server ends");
}

#[test]
fn nobody_there_is_an_error() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("a bound socket has an address");
    drop(listener);
    let error = Client::new(address)
        .send("GET", "/livez", &[], Body::Empty)
        .expect_err("nobody listens");
    assert_eq!(error.to_string(), "GET /livez: no answer");
}

#[test]
fn raw_bytes_are_sent_as_they_are() {
    let (address, serving) = answer_once("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let answer = raw_http(address, b"BROKEN\x01 /\r\n\r\n", Duration::from_secs(30)).expect("it answers");
    assert_eq!(answer.status(), Some(400));
    assert!(answer.closed);
    assert_eq!(serving.join().expect("the server ends"), "BROKEN\u{1} /\r\n\r\n");
}
