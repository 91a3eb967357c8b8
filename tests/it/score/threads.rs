//! The number of threads changes no byte.

use std::fmt::Write as _;

use quorate_testkit::SplitMix64;

use super::{Folder, signal_at};

#[test]
fn one_thread_and_many_write_the_same_bytes() {
    let folder = Folder::new();
    let seed = 7;
    let mut random = SplitMix64::new(seed);
    let mut pick = |count: u64| random.bits() % count;
    let mut text = String::new();
    let mut contacts = String::from("account,contact,role\n");
    for contact in 0..200 {
        let role = ["champion", "user", "unknown", ""][usize::try_from(pick(4)).unwrap()];
        writeln!(contacts, "a{},c{contact},{role}", contact % 40).unwrap();
    }
    for line in 0..30_000 {
        let account = pick(40);
        let contact = match pick(10) {
            0 => String::new(),
            1 => format!("new{}", pick(100)),
            _ => format!("c{}", account + 40 * pick(5)),
        };
        let kind = format!("page.{}", pick(30));
        let kind = if pick(20) == 0 { "mystery" } else { &kind };
        let at = format!(
            "2026-0{}-{:02}T{:02}:{:02}:00Z",
            3 + pick(6),
            1 + pick(28),
            pick(24),
            pick(60)
        );
        // One id in ten comes again with other content: which one is first decides.
        let id = if pick(10) == 0 { pick(30_000) } else { line };
        text.push_str(&signal_at(
            &format!("s{id}"),
            &format!("a{account}"),
            &contact,
            kind,
            &at,
        ));
        if pick(1_000) == 0 {
            text.push_str("{\"id\":\n");
        }
    }
    folder.put("signals.ndjson", &text);
    folder.put("contacts.csv", contacts);
    let run = |threads: &str, replay: &[&str]| {
        let mut args = vec![
            "--signals",
            "signals.ndjson",
            "--contacts",
            "contacts.csv",
            "--threads",
            threads,
            "--rejects",
            "rejects.csv",
        ];
        args.extend(replay);
        let scored = folder.score(&args);
        assert_eq!(scored.code, Some(0), "{}", scored.stderr);
        assert!(scored.stdout.lines().count() == 41, "{}", scored.stdout);
        (scored.stdout, folder.read("rejects.csv"))
    };
    let one = run("1", &[]);
    assert_eq!(one, run("2", &[]), "seed {seed}");
    assert_eq!(one, run("7", &[]), "seed {seed}");
}
