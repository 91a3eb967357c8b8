use super::*;

#[test]
fn every_answer_forbids_what_is_inside_a_page_or_from_elsewhere() {
    for error in [
        PageError::NotFound { what: "this account" },
        PageError::Forged,
        PageError::Engine(EngineError::Stopping),
        PageError::Internal { what: "its state" },
    ] {
        let answer = error.error_response();
        let policy = answer
            .headers()
            .get(header::CONTENT_SECURITY_POLICY)
            .unwrap()
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
            "{policy}"
        );
    }
}

#[test]
fn who_is_not_signed_in_is_sent_there_and_back() {
    let person = PageError::SignInFirst {
        then: "/board?q=a&b".to_owned(),
        script: false,
    }
    .error_response();
    assert_eq!(person.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        person.headers().get("location").unwrap(),
        "/sign-in?then=%2Fboard%3Fq%3Da%26b"
    );
    let script = PageError::SignInFirst {
        then: "/board".to_owned(),
        script: true,
    }
    .error_response();
    assert_eq!(script.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        script.headers().get("hx-redirect").unwrap(),
        "/sign-in?then=%2Fboard"
    );
}
