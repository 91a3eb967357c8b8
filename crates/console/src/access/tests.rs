use actix_web::test::TestRequest;

use super::*;

fn origin(headers: &[(&'static str, &'static str)]) -> bool {
    let request = headers.iter().fold(TestRequest::post(), |request, header| {
        request.insert_header(*header)
    });
    check_origin(&request.to_http_request()).is_ok()
}

#[test]
fn a_form_from_elsewhere_is_refused() {
    assert!(origin(&[]));
    assert!(origin(&[("sec-fetch-site", "same-origin")]));
    assert!(!origin(&[("sec-fetch-site", "cross-site")]));
    assert!(!origin(&[("sec-fetch-site", "same-site")]));
    assert!(origin(&[
        ("origin", "http://127.0.0.1:8080"),
        ("host", "127.0.0.1:8080")
    ]));
    assert!(!origin(&[
        ("origin", "https://evil.example"),
        ("host", "127.0.0.1:8080")
    ]));
    assert!(!origin(&[("origin", "null"), ("host", "127.0.0.1:8080")]));
}

#[test]
fn people_are_sent_on_within_the_console_only() {
    for (address, expected) in [
        ("/board?q=a", "/board?q=a"),
        ("//evil.example", "/board"),
        ("https://evil.example", "/board"),
        ("/\\evil.example", "/board"),
        ("", "/board"),
        ("/board\r\nset-cookie: a", "/board"),
    ] {
        assert_eq!(own_address(address), expected, "{address:?}");
    }
}
