//! `--replay` judges at every signal and crossing; without it only the instant itself counts.

use super::{Folder, cells, signal, signal_at};

/// One contact is enough; heat 50 to enter, 25 to leave, and a week's patience for the engaged contact.
const MODEL: &str = r#"
[heat]
half_point = 50.0
[engagement]
engaged_at = 45.0
[mqa]
enter_heat = 50.0
exit_heat = 25.0
engaged_contacts = 1
grace_days = 7
[signals."demo"]
points = 100.0
half_life_days = 10.0
[signals."page"]
points = 1.0
half_life_days = 7.0
"#;

/// A signal of 100 points so many days ago.
fn demo(account: &str, day: &str) -> String {
    signal_at("1", account, "ann", "demo", &format!("{day}T00:00:00Z"))
}

#[test]
fn an_account_that_is_in_stays_until_a_leaving_condition_holds() {
    let folder = Folder::new();
    folder.put("model.toml", MODEL);
    let lines = [
        // Today: 100 points, heat 75: in either way.
        demo("a-today", "2026-09-01"),
        // 11 days ago: 46.65 points, heat 47.6, engaged; under the entering line and above the leaving one.
        demo("b-11-days", "2026-08-21"),
        // 15 days ago: 35.4 points, heat 38.8; not engaged since day 11.52, patience to day 18.52.
        demo("c-15-days", "2026-08-17"),
        // 19 days ago: 26.8 points, heat 31.0 and above 25, but the patience is over.
        demo("d-19-days", "2026-08-13"),
        // Never reached the entering line.
        signal("1", "e-never", "ann", "page"),
        // Out for lack of patience at day 18.52, and in again today.
        demo("f-again", "2026-08-02"),
        signal("2", "f-again", "ann", "demo"),
    ];
    folder.put("signals.ndjson", lines.concat());
    let plain = folder.score(&["--signals", "signals.ndjson"]);
    let replayed = folder.score(&["--signals", "signals.ndjson", "--replay"]);
    assert_eq!(
        plain.column("mqa"),
        cells(&[
            ("a-today", "true"),
            ("b-11-days", "false"),
            ("c-15-days", "false"),
            ("d-19-days", "false"),
            ("e-never", "false"),
            ("f-again", "true"),
        ])
    );
    assert_eq!(
        replayed.column("mqa"),
        cells(&[
            ("a-today", "true"),
            ("b-11-days", "true"),
            ("c-15-days", "true"),
            ("d-19-days", "false"),
            ("e-never", "false"),
            ("f-again", "true"),
        ])
    );
    assert_eq!(
        replayed.column("mqa_since"),
        cells(&[
            ("a-today", "2026-09-01T00:00:00Z"),
            ("b-11-days", "2026-08-21T00:00:00Z"),
            ("c-15-days", "2026-08-17T00:00:00Z"),
            ("d-19-days", ""),
            ("e-never", ""),
            ("f-again", "2026-09-01T00:00:00Z"),
        ])
    );
}

#[test]
fn all_but_mqa_is_the_same_to_the_bit() {
    let folder = Folder::new();
    folder.put(
        "contacts.csv",
        "account,contact,role\na,ann,champion\na,bob,user\nb,ann,\n",
    );
    let mut lines = String::new();
    for number in 0..300 {
        let day = format!("2026-08-{:02}T{:02}:00:00Z", 1 + number % 28, number % 24);
        let account = ["a", "b", "c"][number % 3];
        let contact = ["ann", "", "zoe", "bob"][number % 4];
        let kind = ["page.a", "page.b", "demo", "page.c", "other"][number % 5];
        lines.push_str(&signal_at(&number.to_string(), account, contact, kind, &day));
    }
    folder.put("signals.ndjson", lines);
    let args = ["--signals", "signals.ndjson", "--contacts", "contacts.csv"];
    let plain = folder.score(&args);
    let replayed = folder.score(&[args.as_slice(), &["--replay"]].concat());
    for column in [
        "intent_points",
        "heat",
        "band",
        "momentum",
        "fit",
        "grade",
        "engaged_contacts",
        "engaged_roles",
        "quorum",
    ] {
        assert_eq!(plain.column(column), replayed.column(column), "{column}");
    }
}
