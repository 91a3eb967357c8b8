//! How signals, contacts and accounts may be written down.

use std::io::Write;

use super::{AT, Folder, cells, run, signal, signal_at};

/// Three accounts' signals.
fn signals() -> String {
    [
        signal("1", "acme", "ann", "demo"),
        signal("2", "bolt", "", "demo"),
        signal("3", "cord", "zoe", "page.pricing"),
        signal("1", "acme", "ann", "demo"),
    ]
    .concat()
}

/// What [`signals`] come to with [`CONTACTS`].
const POINTS: [(&str, &str); 4] = [
    ("acme", "80.0"),
    ("bolt", "20.0"),
    ("cord", "1.0"),
    ("dune", "0.0"),
];
const CONTACTS: &str = "account,contact,role\nacme,ann,champion\ndune,dan,user\n";

#[test]
fn ndjson_gzip_and_zstd_say_the_same() {
    let folder = Folder::new();
    folder.put("contacts.csv", CONTACTS);
    folder.put("signals.ndjson", signals());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(signals().as_bytes()).unwrap();
    folder.put("signals.ndjson.gz", gzip.finish().unwrap());
    let zstd =
        ruzstd::encoding::compress_to_vec(signals().as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    folder.put("signals.ndjson.zst", &zstd);
    // Two frames and an empty one that holds no data between them.
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7];
    folder.put("twice.zst", [zstd.as_slice(), &skipped, &zstd].concat());
    for name in [
        "signals.ndjson",
        "signals.ndjson.gz",
        "signals.ndjson.zst",
        "twice.zst",
    ] {
        let scored = folder.score(&["--contacts", "contacts.csv", "--signals", name]);
        assert_eq!(scored.column("intent_points"), cells(&POINTS), "{name}");
    }
}

#[test]
fn a_compressed_file_that_is_cut_short_is_refused() {
    let folder = Folder::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(signals().repeat(50).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    folder.put("signals.ndjson.gz", &gzip[..gzip.len() - 12]);
    folder
        .score(&["--signals", "signals.ndjson.gz", "--out", "result.csv"])
        .fails(1, &["signals.ndjson.gz", "cut short"]);
    assert!(!folder.path("result.csv").exists(), "no result is left behind");
}

#[test]
fn standard_input_is_read_and_told_apart() {
    let folder = Folder::new();
    let args = ["score", "--model", "model.toml", "--signals", "-", "--at", AT];
    let ndjson = run(
        folder.folder.path(),
        &args,
        format!("\u{feff}{}", signals()).as_bytes(),
    );
    let csv = "occurred_at,kind,account,id,contact\n2026-09-01T00:00:00Z,demo,acme,1,ann\n\
               2026-09-01T00:00:00Z,demo,bolt,2,\n2026-09-01T00:00:00Z,page.pricing,cord,3,zoe\n";
    let csv = run(folder.folder.path(), &args, csv.as_bytes());
    let expected = cells(&[("acme", "40.0"), ("bolt", "20.0"), ("cord", "1.0")]);
    assert_eq!(ndjson.column("intent_points"), expected);
    assert_eq!(csv.column("intent_points"), expected);
}

#[test]
fn csv_signals_have_strength_object_and_quoted_cells() {
    let folder = Folder::new();
    folder.put(
        "signals.csv",
        "id,account,contact,kind,occurred_at,strength,object,note\n\
         1,\"acme, \"\"the\"\" one\",ann,demo,2026-09-01T00:00:00Z,0.5,/a,\"two\nlines\"\n\
         2,\"acme, \"\"the\"\" one\",ann,demo,2026-09-01T02:00:00+02:00,,,\n",
    );
    let scored = folder.score(&["--signals", "signals.csv"]);
    assert_eq!(scored.code, Some(0), "{}", scored.stderr);
    assert!(
        scored.stdout.contains("\n\"acme, \"\"the\"\" one\",60.0,"),
        "{}",
        scored.stdout
    );
    assert!(
        scored.stderr.contains("columns that are not used: \"note\""),
        "{}",
        scored.stderr
    );
}

#[test]
fn json_may_be_written_in_any_way() {
    let folder = Folder::new();
    folder.put(
        "signals.ndjson",
        "  {\"kind\" : \"demo\", \"id\":\"1\", \"account\":\"M\\u00fcller\",\t\"occurred_at\":\"2026-09-01T00:00:00.000Z\"}\r\n\
         \n\
         {\"id\":\"2\",\"account\":\"wrong\",\"account\":\"Müller\",\"kind\":\"demo\",\"occurred_at\":\"2026-08-31T22:00:00-02:00\",\"contact\":null,\"strength\":5e-1,\"properties\":{\"deep\":[{}]}}\n\
         {\"id\":\"3\",\"account\":\"Müller\",\"kind\":\"demo\",\"occurred_at\":\"2026-09-01T00:00:00Z\",\"strength\":0.25}",
    );
    let scored = folder.score(&["--signals", "signals.ndjson"]);
    // 40 points x (1 + 0.5 + 0.25) x 0.5 for the anonymous visitor.
    assert_eq!(scored.column("intent_points"), cells(&[("Müller", "35.0")]));
}

#[test]
fn lines_longer_than_a_chunk_are_read() {
    let folder = Folder::new();
    let long = |id: u32| {
        let padding = "x".repeat(700_000);
        format!(
            "{{\"padding\":\"{padding}\",\"id\":\"{id}\",\"account\":\"a\",\"contact\":\"c\",\"kind\":\"demo\",\"occurred_at\":\"{AT}\"}}\n"
        )
    };
    let many: String = (0..4).map(long).chain([signal("x", "a", "c", "demo")]).collect();
    folder.put("signals.ndjson", many);
    let scored = folder.score(&["--signals", "signals.ndjson"]);
    assert_eq!(scored.column("intent_points"), cells(&[("a", "200.0")]));
}

#[test]
fn roles_are_stated_or_read_from_the_title_and_several_rows_add_up() {
    let folder = Folder::new();
    folder.put(
        "contacts.csv",
        "account,contact,role,title,seniority\n\
         acme,ann,champion; user,,\n\
         acme,bob,,Clerk,\n\
         acme,cid,,Juggler,staff\n\
         acme,dan,user,,\n\
         acme,dan,champion,,\n",
    );
    let lines: String = ["ann", "bob", "cid", "dan"]
        .iter()
        .map(|contact| signal(contact, "acme", contact, "demo"))
        .collect();
    folder.put("signals.ndjson", lines);
    let scored = folder.score(&["--contacts", "contacts.csv", "--signals", "signals.ndjson"]);
    // 40 points x (champion 2 + clerk 0.5 + unknown 1 + champion 2).
    assert_eq!(scored.column("intent_points"), cells(&[("acme", "220.0")]));
    assert_eq!(
        scored.column("engaged_roles"),
        cells(&[("acme", "champion;user")])
    );
    assert_eq!(scored.column("mqa"), cells(&[("acme", "true")]));
}

#[test]
fn what_is_late_old_or_unknown_is_counted() {
    let folder = Folder::new();
    let lines = [
        signal_at("1", "a", "c", "demo", "2026-09-01T00:00:00.001Z"),
        signal_at("1", "a", "c", "demo", "2026-08-31T00:00:00Z"),
        signal_at("2", "a", "c", "demo", "2025-07-27T23:59:59.999Z"),
        signal_at("3", "a", "c", "demo", "2025-07-28T00:00:00Z"),
        signal_at("2", "a", "c", "demo", AT),
        signal("4", "b", "c", "mystery"),
        signal("4", "c", "c", "other"),
        signal("5", "c", "c", "other"),
    ];
    folder.put("signals.ndjson", lines.concat());
    let scored = folder.score(&["--signals", "signals.ndjson", "--json"]);
    assert_eq!(
        scored.column("intent_points"),
        cells(&[("a", "80.0"), ("b", "0.0"), ("c", "0.0")])
    );
    for part in [
        r#""lines":8"#,
        r#""after_at":1"#,
        r#""accepted":6"#,
        r#""duplicates":1"#,
        r#""expired":1"#,
        r#""unknown":3"#,
        r#""unknown_kinds":[{"kind":"other","signals":2},{"kind":"mystery","signals":1}]"#,
        r#""accounts":3"#,
        r#""mqa":0"#,
    ] {
        assert!(scored.stderr.contains(part), "{part} is not in {}", scored.stderr);
    }
    let short = folder.score(&["--signals", "signals.ndjson", "--retention-days", "0.5"]);
    assert_eq!(
        short.column("intent_points"),
        cells(&[("a", "0.0"), ("b", "0.0"), ("c", "0.0")]),
        "the first signal of an id counts as recorded, expired as it is"
    );
}

#[test]
fn columns_that_are_missing_or_twice_are_named() {
    let folder = Folder::new();
    folder.put("signals.ndjson", signals());
    folder.put("signals.csv", "id,account,type,occurred_at\n");
    folder.put("contacts.csv", "account,contact,roles\nacme,ann,champion\n");
    folder.put("accounts.csv", "account,industry,industry\nacme,a,b\n");
    folder.score(&["--signals", "signals.csv"]).fails(
        1,
        &["signals.csv has no column \"kind\"", "\"type\"", "rename or add"],
    );
    folder
        .score(&["--signals", "signals.ndjson", "--contacts", "contacts.csv"])
        .fails(1, &["contacts.csv has no column \"role\"", "\"roles\""]);
    folder
        .score(&["--signals", "signals.ndjson", "--accounts", "accounts.csv"])
        .fails(1, &["accounts.csv has two columns \"industry\""]);
    folder
        .score(&["--signals", "nowhere.ndjson"])
        .fails(1, &["nowhere.ndjson cannot be opened", "No such file"]);
}
