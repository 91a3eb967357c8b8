use super::{FREE_MAIL, email, is_free_mail, normal};

#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    assert_eq!(normal(text).ok().as_deref(), expected, "{text:?}");
}

#[test]
fn a_domain_is_read_from_what_people_paste() {
    check("acme.com", Some("acme.com"));
    check(" https://www.Acme.com/about?x=1 ", Some("acme.com"));
    check("WWW.ACME.CO.UK:8443", Some("acme.co.uk"));
    check("www.de", Some("www.de"));
    check("bücher.example.", Some("bücher.example"));
}

#[test]
fn what_is_no_domain_is_refused() {
    for text in [
        "",
        "acme",
        "acme..com",
        "-acme.com",
        "ac me.com",
        "https://",
        "a@b.com",
        ".com",
    ] {
        check(text, None);
    }
    check(&format!("{}.com", "a".repeat(300)), None);
}

#[test]
fn an_address_is_lower_case_and_has_one_at() {
    assert_eq!(email(" Jane.Doe@Acme.COM "), Ok("jane.doe@acme.com".to_owned()));
    for text in [
        "",
        "jane",
        "@acme.com",
        "jane@",
        "ja ne@acme.com",
        "a@b@acme.com",
        "<jane@acme.com>",
    ] {
        assert!(email(text).is_err(), "{text:?}");
    }
}

#[test]
fn free_mail_hosts_are_sorted_and_found() {
    assert!(FREE_MAIL.is_sorted());
    assert!(is_free_mail("gmail.com") && is_free_mail("ymail.com"));
    assert!(!is_free_mail("acme.com"));
}
