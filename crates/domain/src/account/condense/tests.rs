use super::*;
use crate::id::{ContactNo, Kind};
use crate::signal::SignalSource;

fn record(seq: u64, at: i64, id: &str, occurred_at: i64) -> Record {
    Record {
        seq: Seq(seq),
        at: Timestamp::from_millis(at),
        event: Event::SignalRecorded(Signal {
            id: SignalId::trusted(id),
            kind: Kind::trusted("visit"),
            contact: Some(ContactNo(1)),
            occurred_at: Timestamp::from_millis(occurred_at),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: Some("/pricing".into()),
            properties: Some("{}".into()),
            expired: false,
        }),
    }
}

fn ids(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .filter_map(signal)
        .map(|signal| match signal.id.condensed_rank() {
            Some(rank) => format!("#{rank}"),
            None => signal.id.to_string(),
        })
        .collect()
}

#[test]
fn ids_of_one_instant_keep_their_order() {
    let history = [
        record(1, 100, "b", 50),
        record(2, 100, "a", 50),
        record(3, 100, "c", 60),
    ];
    let condensed = condense(&history, Seq(1), Timestamp::from_millis(101), 10).unwrap();
    assert_eq!(ids(&condensed.records), ["#1", "#0", "#0"]);
    let gone: Vec<&str> = condensed.forgotten.iter().map(SignalId::as_str).collect();
    assert_eq!(gone, ["b", "a", "c"]);
    let signals: Vec<&Signal> = condensed.records.iter().filter_map(signal).collect();
    assert!(signals.iter().all(|signal| signal.properties.is_none()));
    assert!(signals.iter().all(|signal| signal.object.is_some()));
    assert!(
        signals[1].id < signals[0].id,
        "the order of ids decides as before"
    );
}

#[test]
fn a_signal_of_the_same_instant_as_one_outside_keeps_its_id() {
    let history = [record(1, 100, "b", 50), record(2, 200, "a", 50)];
    let condensed = condense(&history, Seq(1), Timestamp::from_millis(101), 10).unwrap();
    assert_eq!(ids(&condensed.records), ["b"]);
    assert_eq!(condensed.forgotten, []);
}

#[test]
fn what_was_recorded_at_one_instant_stays_together() {
    let history = [
        record(1, 100, "a", 1),
        record(2, 100, "b", 2),
        record(3, 101, "c", 3),
    ];
    let condense = |first: u64, before, max| {
        condense(&history, Seq(first), Timestamp::from_millis(before), max)
            .map(|condensed| condensed.records.len())
    };
    assert_eq!(condense(1, 200, 1), Some(2));
    assert_eq!(condense(3, 200, 1), Some(1));
    assert_eq!(condense(1, 101, 9), Some(2));
    assert_eq!(condense(1, 100, 9), None, "nothing is older");
    assert_eq!(condense(4, 200, 9), None, "nothing is left");
}
