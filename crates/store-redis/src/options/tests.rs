use super::{Login, Place, PlaceKind, UrlError};

#[track_caller]
fn check(url: &str, kind: &PlaceKind, seeds: &[&str], shown: &str) {
    let place = Place::parse(url).unwrap();
    assert_eq!(&place.kind, kind, "{url}");
    assert_eq!(place.seeds, seeds, "{url}");
    assert_eq!(place.to_string(), shown, "{url}");
}

#[test]
fn every_kind_of_address_is_read_and_shown_without_its_password() {
    check(
        "redis://localhost",
        &PlaceKind::Single,
        &["localhost:6379"],
        "redis://localhost:6379",
    );
    check(
        "rediss://ann:s%3Acret@[::1]:7000/3",
        &PlaceKind::Single,
        &["[::1]:7000"],
        "rediss://[::1]:7000/3",
    );
    check(
        "redis+unix:///run/redis.sock",
        &PlaceKind::Socket,
        &["/run/redis.sock"],
        "redis+unix:///run/redis.sock",
    );
    check(
        "redis-sentinel://a:1,b/prod",
        &PlaceKind::Sentinel("prod".to_owned()),
        &["a:1", "b:26379"],
        "redis-sentinel://a:1,b:26379/prod",
    );
    check(
        "rediss-cluster://:pw@a:1,b:2",
        &PlaceKind::Cluster,
        &["a:1", "b:2"],
        "rediss-cluster://a:1,b:2",
    );
}

#[test]
fn a_login_is_unescaped_and_never_printed() {
    let place = Place::parse("rediss://ann:s%3Acret@h/3").unwrap();
    let login = place.login.unwrap();
    assert_eq!(
        login,
        Login {
            user: "ann".to_owned(),
            password: "s:cret".to_owned()
        }
    );
    assert_eq!(format!("{login:?}"), "ann:***");
    assert_eq!(place.database, 3);
    assert!(place.tls);
}

#[test]
fn what_is_no_address_is_refused() {
    for (url, error) in [
        ("localhost:6379", UrlError::Scheme),
        ("http://localhost", UrlError::Scheme),
        ("redis://", UrlError::Host),
        ("redis+unix://", UrlError::Host),
        ("redis://h:port", UrlError::Number("port".to_owned())),
        ("redis://h/first", UrlError::Number("first".to_owned())),
        ("redis-sentinel://h", UrlError::Master),
        ("redis://a:b%2@h", UrlError::Escape("b%2".to_owned())),
    ] {
        assert_eq!(Place::parse(url).err(), Some(error), "{url}");
    }
}
