//! Lines that cannot be used: counted, listed, and no reason to lose the others.

use super::{Folder, cells, signal};

#[test]
fn bad_lines_are_listed_with_line_and_reason() {
    let folder = Folder::new();
    let bad = |field: &str, value: &str| {
        signal("bad", "acme", "ann", "demo")
            .replace(&format!("\"{field}\":"), &format!("\"{field}\":{value},\"was\":"))
    };
    let lines = [
        signal("1", "acme", "ann", "demo"),
        "{\"id\":\"cut\n".to_owned(),
        "\n".to_owned(),
        bad("strength_", "1").replace('}', ",\"strength\":-1}"),
        bad("occurred_at", "\"yesterday\""),
        bad("id", "\"\""),
        bad("account", "7"),
        bad("kind", "null"),
        bad("contact", "{\"email\":\"a@b\"}"),
        signal("bad", "acme", "ann", "demo").replace('}', ",\"strength\":1000001}"),
        signal("2", "acme", "ann", "demo"),
        "[]\n".to_owned(),
    ];
    folder.put("signals.ndjson", lines.concat());
    folder.put(
        "contacts.csv",
        "account,contact,role,seniority\nacme,ann,champion\nacme,,user,\nacme,bob,user,boss\n",
    );
    let scored = folder.score(&[
        "--signals",
        "signals.ndjson",
        "--contacts",
        "contacts.csv",
        "--out",
        "result.csv",
    ]);
    assert_eq!(scored.code, Some(0), "{}", scored.stderr);
    assert!(
        folder.read("result.csv").contains("\nacme,80.0,"),
        "the good ones count"
    );
    let expected = "file,line,reason\n\
        contacts,2,has 3 cells where the header has 4\n\
        contacts,3,contact is empty\n\
        contacts,4,\"seniority \"\"boss\"\" is none of c_level, vp, director, manager, staff\"\n\
        signals,2,is no JSON object: EOF while parsing a string (column 10)\n\
        signals,4,strength -1 is not a number from 0 to 1000000\n\
        signals,5,\"occurred_at \"\"yesterday\"\" is not an RFC 3339 instant such as 2026-09-01T12:00:00Z\"\n\
        signals,6,id is empty\n\
        signals,7,account is not text\n\
        signals,8,kind is missing\n\
        signals,9,contact is not text\n\
        signals,10,strength 1000001 is not a number from 0 to 1000000\n\
        signals,12,\"is no JSON object: invalid type: sequence, expected an object\"\n";
    assert_eq!(folder.read("result.csv.rejects.csv"), expected);
    assert!(
        scored.stderr.contains("result.csv.rejects.csv"),
        "{}",
        scored.stderr
    );
    assert!(scored.stderr.contains("9 rejected"), "{}", scored.stderr);
}

#[test]
fn csv_lines_are_numbered_as_an_editor_does() {
    let folder = Folder::new();
    folder.put(
        "signals.csv",
        "id,account,kind,occurred_at,strength\n\
         1,acme,\"de\nmo\",2026-09-01T00:00:00Z,\n\
         2,acme,demo,2026-09-01T00:00:00Z,NaN\n\
         3,acme,demo,2026-09-01T00:00:00Z\n\
         4,acme,demo,2026-09-01T00:00:00Z,much\n",
    );
    let scored = folder.score(&["--signals", "signals.csv", "--rejects", "bad.csv"]);
    assert_eq!(scored.column("account"), cells(&[]), "nothing can be used");
    let expected = "file,line,reason\n\
        signals,2,kind has a control character\n\
        signals,4,strength NaN is not a number from 0 to 1000000\n\
        signals,5,has 4 cells where the header has 5\n\
        signals,6,\"strength \"\"much\"\" is not a number\"\n";
    assert_eq!(folder.read("bad.csv"), expected);
}

#[test]
fn without_bad_lines_there_is_no_list_of_them() {
    let folder = Folder::new();
    folder.put("signals.ndjson", signal("1", "acme", "ann", "demo"));
    folder.put("result.csv.rejects.csv", "of an earlier run");
    let scored = folder.score(&["--signals", "signals.ndjson", "--out", "result.csv"]);
    assert_eq!(scored.code, Some(0), "{}", scored.stderr);
    assert!(
        !folder.path("result.csv.rejects.csv").exists(),
        "an earlier list would mislead"
    );
}

#[test]
fn with_the_result_on_standard_output_the_first_are_told() {
    let folder = Folder::new();
    folder.put("signals.ndjson", "nonsense\n".repeat(20_000));
    let scored = folder.score(&["--signals", "signals.ndjson"]);
    assert_eq!(scored.code, Some(0), "{}", scored.stderr);
    assert!(
        scored.stderr.contains("signals line 5: is no JSON"),
        "{}",
        scored.stderr
    );
    assert!(!scored.stderr.contains("line 6:"), "{}", scored.stderr);
    assert!(scored.stderr.contains("20000 rejected"), "{}", scored.stderr);
}
