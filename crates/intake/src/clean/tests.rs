use super::{
    DomainCell, NumberError, Reading, country, domain, id, is_nothing, items, name_key, number, slug,
};

#[track_caller]
fn check(cell: &str, expected: f64, reading: Reading) {
    let got = number(cell, false).unwrap_or_else(|error| panic!("{cell:?} {error}"));
    assert!(
        (got.value - expected).abs() < 1e-6 * expected.abs().max(1.0),
        "{cell:?}: {got:?}"
    );
    assert_eq!(got.reading, reading, "{cell:?}");
}

#[track_caller]
fn whole(cell: &str, expected: f64) {
    let got = number(cell, true).unwrap_or_else(|error| panic!("{cell:?} {error}"));
    assert!((got.value - expected).abs() < 1e-9, "{cell:?}: {got:?}");
}

#[test]
fn numbers_are_read_as_people_write_them() {
    use Reading::{Bound, Exact, Middle};
    for (cell, expected) in [
        ("1850", 1_850.0),
        ("1,850", 1_850.0),
        ("1 850", 1_850.0),
        ("1\u{a0}850", 1_850.0),
        ("1'850", 1_850.0),
        ("12,345,678", 12_345_678.0),
        ("12.345.678", 12_345_678.0),
        ("1,234.56", 1_234.56),
        ("1.234,56", 1_234.56),
        ("1,5", 1.5),
        ("58734.5", 58_734.5),
        ("12 Mio", 12e6),
        ("1,2 Mio.", 1.2e6),
        ("\u{20ac} 3,5 Mrd", 3.5e9),
        ("$10M", 10e6),
        ("10K", 10e3),
        ("2.5 billion", 2.5e9),
        ("$1.2bn", 1.2e9),
        ("USD 12", 12.0),
        ("1.2E6", 1.2e6),
        ("-502.2", -502.2),
        ("0", 0.0),
    ] {
        check(cell, expected, Exact);
    }
    // 201..500 has 350.5 in the middle; $10M..$50M has 30 million; 10 to 50 Mio as well.
    check("201-500", 350.5, Middle);
    check("201 \u{2013} 500", 350.5, Middle);
    check("1,001-5,000", 3_000.5, Middle);
    check("$10M - $50M", 30e6, Middle);
    check("10-50 Mio", 30e6, Middle);
    check("1k-5k", 3_000.0, Middle);
    check("51 to 200", 125.5, Middle);
    check("10K+", 10_000.0, Bound);
    check("10,001+", 10_001.0, Bound);
    check("> 500", 500.0, Bound);
    check("< 10", 10.0, Bound);
}

#[test]
fn people_are_counted_whole() {
    whole("1.850", 1_850.0);
    whole("201-500", 351.0);
    whole("1,850 employees", 1_850.0);
    whole("1.5k", 1_500.0);
}

#[test]
fn what_is_no_number_says_so() {
    for cell in [
        "many",
        "12 apples",
        "1-2-3",
        "",
        "12..",
        "1 8",
        "k",
        "2020-01-31",
        "nan",
        "inf",
    ] {
        assert_eq!(number(cell, false).map_err(|_| ()), Err(()), "{cell:?}");
    }
    assert_eq!(number("1,234 Mio", false), Err(NumberError::Ambiguous));
    assert_eq!(number("500-201", false), Err(NumberError::Backwards));
}

#[test]
fn countries_become_the_codes_the_model_uses() {
    for (cell, expected) in [
        ("US", "US"),
        ("us", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("United Kingdom", "GB"),
        ("Deutschland", "DE"),
        ("GERMANY", "DE"),
        ("DEU", "DE"),
        ("Korea, Republic of", "KR"),
        ("South Korea", "KR"),
        ("C\u{f4}te d'Ivoire", "CI"),
        ("The Netherlands", "NL"),
        ("T\u{fc}rkiye", "TR"),
        ("Viet Nam", "VN"),
        ("NA", "NA"),
    ] {
        assert_eq!(country(cell), Some(expected), "{cell:?}");
    }
    for cell in ["Atlantis", "XX", "", "North America"] {
        assert_eq!(country(cell), None, "{cell:?}");
    }
}

#[test]
fn domains_are_read_from_pages_and_addresses() {
    for (cell, expected) in [
        ("HTTPS://WWW.ALBERTSONS.COM/#1", "albertsons.com"),
        ("info@acme.co.uk", "acme.co.uk"),
        ("acme.com", "acme.com"),
        ("http://www.acme.com:8080/a?b=c@d", "acme.com"),
    ] {
        assert_eq!(
            domain(cell),
            Ok(DomainCell::Domain(expected.to_owned())),
            "{cell:?}"
        );
    }
    assert_eq!(
        domain("jane@gmail.com"),
        Ok(DomainCell::FreeMail("gmail.com".to_owned()))
    );
    assert!(domain("acme").is_err());
}

#[test]
fn salesforce_ids_are_one_however_long() {
    // 00155 00000 Xyy06: capitals at none, none, place 0 of the last five: suffix A, A, B.
    assert_eq!(id("0015500000Xyy06"), "0015500000Xyy06AAB");
    assert_eq!(id("0015500000Xyy06AAB"), "0015500000Xyy06AAB");
    assert_eq!(id("2182162682"), "2182162682");
    assert_eq!(id(" acme.com "), "acme.com");
}

#[test]
fn small_things() {
    for cell in ["", " ", "N/A", "NOT AVAILABLE", "null", "-", "#N/A"] {
        assert!(is_nothing(cell), "{cell:?}");
    }
    for cell in ["NA", "0", "None", "Unknown Worlds"] {
        assert!(!is_nothing(cell), "{cell:?}");
    }
    assert_eq!(items("aws; kafka ;;aws"), ["aws", "kafka"]);
    assert_eq!(items("aws, kafka"), ["aws", "kafka"]);
    assert_eq!(name_key("  ACME\t Freight "), "acme freight");
    assert_eq!(slug("O'Reilly Automotive, Inc."), "oreilly-automotive-inc");
    assert_eq!(slug("\u{2014}"), "");
}
