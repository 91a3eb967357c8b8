//! The page at `/docs`: whole, served by us, safe.

use quorate_testkit::{Body, raw_http};

use crate::house::house;

#[test]
fn the_page_and_its_files_are_served_without_a_key() {
    let house = house();
    let nobody = quorate_testkit::Client::new(house.client.address());
    let page = nobody.get("/docs").expect_status(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("script-src 'self';") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    for part in page.text().split("\"/docs/").skip(1) {
        let name = part.split('"').next().unwrap();
        let file = nobody.get(&format!("/docs/{name}")).expect_status(200);
        assert!(!file.body.is_empty(), "{name}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    }
    nobody.get("/docs/nothing.js").expect_status(404);
}

#[test]
fn the_large_files_come_compressed_to_who_takes_that() {
    let house = house();
    let raw = |accept: &str| {
        let head =
            format!("GET /docs/swagger-ui.css HTTP/1.1\r\nhost: x\r\n{accept}connection: close\r\n\r\n");
        raw_http(
            house.client.address(),
            head.as_bytes(),
            std::time::Duration::from_secs(10),
        )
        .unwrap()
    };
    let packed = raw("accept-encoding: gzip, br\r\n").text().to_lowercase();
    assert!(packed.contains("content-encoding: gzip") && packed.contains("vary: accept-encoding"));
    let plain = raw("").text();
    assert!(
        !plain.to_lowercase().contains("content-encoding"),
        "who says nothing gets it plain"
    );
    assert!(plain.contains(".swagger-ui"));
    let refused = raw("accept-encoding: gzip;q=0\r\n").text().to_lowercase();
    assert!(!refused.contains("content-encoding: gzip"));
    let head = house.client.send("HEAD", "/docs", &[], Body::Empty).unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
}
