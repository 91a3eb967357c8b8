use std::path::PathBuf;

use quorate_domain::account::{AccountState, ContactFact, Event};
use quorate_domain::contact::{Attitude, HeldRole, InferredRole, RelationKey, RelationKind, Seniority};
use quorate_domain::evidence::{Level, Statement};
use quorate_domain::id::{
    AccountId, ContactNo, EvidenceNo, Kind as SignalKind, OpportunityId, Role, SignalId, Solution,
};
use quorate_domain::opportunity::{Opportunity, OpportunityState};
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::time::{Day, Timestamp};
use quorate_domain::value::{Source, Value};

use super::*;

const KEY: &[u8] = b"acme\0key";

/// One record of every kind of event and of every kind of fact.
#[expect(clippy::too_many_lines, reason = "it is a list")]
fn every_record() -> Vec<Record> {
    let person = || Source(Arc::from("person"));
    let contact = ContactNo(0);
    let stated = |fact| Event::ContactStated {
        contact,
        fact,
        source: Source(Arc::from("crm")),
    };
    let relation = RelationKey {
        from: contact,
        to: ContactNo(7),
        kind: RelationKind::ReportsTo,
    };
    let field = |name: &str, value| Event::FieldSet {
        field: Arc::from(name),
        value,
        source: person(),
    };
    let events = [
        field("name", Some(Value::text("Acme GmbH"))),
        field("employees", Some(Value::Number(1200.5))),
        field("customer", Some(Value::Flag(true))),
        field(
            "domains",
            Some(Value::List(vec![
                Arc::from("acme.example"),
                Arc::from("acme.test"),
            ])),
        ),
        field("tier", None),
        Event::Disqualified {
            reason: Some(Arc::from("no budget")),
            source: person(),
        },
        Event::Disqualified {
            reason: None,
            source: person(),
        },
        Event::ContactIntroduced { contact },
        Event::ContactIntroduced {
            contact: ContactNo(7),
        },
        stated(ContactFact::Roles(Some(vec![
            HeldRole {
                role: Role::trusted("champion"),
                solution: Some(Solution::trusted("crm")),
            },
            HeldRole {
                role: Role::trusted("user"),
                solution: None,
            },
        ]))),
        stated(ContactFact::Inferred {
            roles: vec![InferredRole {
                role: Role::trusted("decision_maker"),
                confidence: 0.85,
                rule: Arc::from("vp *"),
                candidate: true,
            }],
            seniority: Some(Seniority::Vp),
            function: None,
        }),
        stated(ContactFact::Seniority(Some(Seniority::CLevel))),
        stated(ContactFact::Attitude(Some(Attitude::Detractor))),
        stated(ContactFact::Excluded(Some(Arc::from("competitor")))),
        stated(ContactFact::Function(Some(Arc::from("finance")))),
        stated(ContactFact::LeadSource(Some(Arc::from("referral")))),
        stated(ContactFact::Consent(None)),
        Event::RelationSet {
            relation,
            strength: Some(0.25),
        },
        Event::RelationCleared {
            relation: RelationKey {
                kind: RelationKind::WorksWith,
                ..relation
            },
        },
        Event::SignalRecorded(Signal {
            id: SignalId::trusted("s-1"),
            kind: SignalKind::trusted("page.pricing"),
            contact: Some(contact),
            occurred_at: Timestamp::from_millis(1_788_264_000_000),
            strength: 2.5,
            source: SignalSource::ThirdParty,
            solution: Some(Solution::trusted("crm")),
            object: Some(Arc::from("/pricing")),
            properties: Some(Arc::from(r#"{"plan":"pro","n":1}"#)),
            expired: true,
        }),
        Event::SignalRecorded(Signal {
            id: SignalId::trusted("s-2"),
            kind: SignalKind::trusted("visit"),
            contact: None,
            occurred_at: Timestamp::from_millis(-1),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
            expired: false,
        }),
    ];
    events
        .into_iter()
        .zip(41..)
        .map(|(event, seq)| Record {
            seq: Seq(seq),
            at: Timestamp::from_millis(1_788_264_000_123),
            event,
        })
        .collect()
}

/// One record of every kind of event on evidence, opportunities and gaps: they came to the first form later.
fn every_qualifying_record() -> Vec<Record> {
    let person = || Source(Arc::from("person"));
    let statement = Statement {
        solution: Some(Solution::trusted("crm")),
        framework: Arc::from("meddpicc"),
        element: Arc::from("metrics"),
        level: Level::Validated,
        artefact: Some(Arc::from("signed business case")),
        source: person(),
        said_by: Some(ContactNo(7)),
        note: Some(Arc::from("saves 2 days a week")),
        said_at: Timestamp::from_millis(1_788_263_000_000),
    };
    let bare = Statement {
        solution: None,
        level: Level::Assumed,
        artefact: None,
        said_by: None,
        note: None,
        ..statement.clone()
    };
    let stated = |evidence, statement: &Statement| Event::EvidenceStated {
        evidence: EvidenceNo(evidence),
        statement: Box::new(statement.clone()),
    };
    let opportunity = Opportunity {
        id: OpportunityId::trusted("006-1"),
        name: Some(Arc::from("Rollout")),
        solution: None,
        amount: Some(48_000.5),
        currency: Some(Arc::from("EUR")),
        state: OpportunityState::Lost,
        closes_on: Some(Day(20_700)),
        source: Source(Arc::from("crm")),
        changed_at: Timestamp::from_millis(1_788_264_000_123),
    };
    let snoozed = |until| Event::GapSnoozed {
        solution: None,
        gap: Arc::from("cold_seat:economic_buyer"),
        until,
        reason: Some(Arc::from("on leave")),
        source: person(),
    };
    let events = [
        stated(1, &statement),
        stated(2, &bare),
        stated(3, &bare),
        Event::EvidenceRetracted {
            evidence: EvidenceNo(3),
            reason: Some(Arc::from("wrong account")),
            source: person(),
        },
        Event::EvidenceContested {
            evidence: EvidenceNo(2),
            by: ContactNo(0),
            note: Some(Arc::from("not our process")),
            source: person(),
        },
        Event::OpportunitySet(Box::new(opportunity)),
        snoozed(None),
        snoozed(Some(Timestamp::from_millis(1_789_000_000_000))),
    ];
    events
        .into_iter()
        .zip(62..)
        .map(|(event, seq)| Record {
            seq: Seq(seq),
            at: Timestamp::from_millis(1_788_264_000_123),
            event,
        })
        .collect()
}

/// Records of all kinds, their signals condensed but for the last one.
fn condensed_records() -> Vec<Record> {
    let mut records = every_record();
    let signal = records.pop().expect("there are records");
    let Event::SignalRecorded(was) = &signal.event else {
        panic!("the last record is a signal");
    };
    for (seq, rank, strength, later) in [(61, 0, 1.0, 0), (62, 1, 1.0, 0), (63, 0, 0.1, 4_000)] {
        let mut condensed = was.clone();
        condensed.id = SignalId::condensed(rank, Seq(seq));
        condensed.strength = strength;
        records.push(Record {
            seq: Seq(seq),
            at: Timestamp::from_millis(1_788_264_000_123 + later),
            event: Event::SignalRecorded(condensed),
        });
    }
    for record in &mut records {
        if let Event::SignalRecorded(signal) = &mut record.event
            && signal.properties.take().is_some()
        {
            signal.id = SignalId::condensed(0, record.seq);
        }
    }
    records.push(Record {
        seq: Seq(64),
        ..signal
    });
    records
}

fn qualified_snapshot() -> Snapshot {
    let mut snapshot = snapshot();
    for record in every_qualifying_record() {
        snapshot.seq = record.seq;
        snapshot.state.apply(&record);
    }
    snapshot
}

fn snapshot() -> Snapshot {
    let mut state = AccountState::new(AccountId::trusted("acme"));
    for record in every_record() {
        state.apply(&record);
    }
    Snapshot {
        seq: Seq(61),
        model: ModelVersion(3),
        state,
        standing: vec![0, 1, 2, 254, 255],
    }
}

fn card() -> Card {
    Card {
        outside_id: Some(ContactId::trusted("ada@acme")),
        name: Some(Arc::from("Ada Lovelace")),
        title: None,
        emails: vec![Arc::from("ada@acme.example")],
    }
}

/// Compares a stored form with its frozen sample. A missing sample is written once, when asked for by
/// `WRITE_MISSING_GOLDEN=1`; one that is there is never written again.
#[track_caller]
fn check_golden(name: &str, sealed: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/record/golden")
        .join(name);
    if !path.exists() && std::env::var_os("WRITE_MISSING_GOLDEN").is_some() {
        std::fs::write(&path, sealed).expect("the golden folder is writable");
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        golden == sealed,
        "{name}: what is written today differs from the frozen sample: a new version of the form is needed"
    );
    golden
}

#[test]
fn the_frozen_journal_entry_reads_and_is_what_is_written() {
    let golden = check_golden("journal_v1.bin", &seal_journal(KEY, &every_record()));
    assert_eq!(open_journal(KEY, &golden), Ok(every_record()));
}

#[test]
fn the_frozen_condensed_entry_reads_and_is_what_is_written() {
    let records = condensed_records();
    let golden = check_golden("journal_v2.bin", &seal_journal(KEY, &records));
    assert_eq!(open_journal(KEY, &golden), Ok(records));
    assert!(is_condensed_journal(&golden));
    assert!(!is_condensed_journal(&seal_journal(KEY, &every_record())));
}

#[test]
fn a_condensed_entry_with_a_column_cut_short_is_damage() {
    let mut stored = condensed::EntryV2::from_domain(&condensed_records());
    stored.cut_a_column();
    assert!(matches!(stored.into_domain(41), Err(Damage::Content(_))));
}

#[test]
fn the_frozen_snapshot_reads_and_is_what_is_written() {
    let golden = check_golden("snapshot_v1.bin", &seal_snapshot(KEY, &snapshot()));
    assert_eq!(open_snapshot(KEY, &golden), Ok(snapshot()));
}

#[test]
fn the_frozen_entry_of_evidence_and_opportunities_reads_and_is_what_is_written() {
    let golden = check_golden(
        "journal_v1_qualifying.bin",
        &seal_journal(KEY, &every_qualifying_record()),
    );
    assert_eq!(open_journal(KEY, &golden), Ok(every_qualifying_record()));
}

#[test]
fn the_frozen_snapshot_with_evidence_and_opportunities_reads_and_is_what_is_written() {
    let golden = check_golden(
        "snapshot_v1_qualifying.bin",
        &seal_snapshot(KEY, &qualified_snapshot()),
    );
    assert_eq!(open_snapshot(KEY, &golden), Ok(qualified_snapshot()));
}

#[test]
fn the_frozen_card_reads_and_is_what_is_written() {
    let golden = check_golden("card_v1.bin", &seal_card(KEY, &card()));
    assert_eq!(open_card(KEY, &golden), Ok(card()));
}

#[test]
fn the_frozen_head_reads_and_is_what_is_written() {
    let head = Head {
        seq: Seq(7),
        notices: NoticeNo(2),
        summary: b"summary",
    };
    let golden = check_golden("head_v1.bin", &seal_head(KEY, head));
    assert_eq!(open_head(KEY, &golden), Ok(head));
}

#[test]
fn the_frozen_notice_and_document_read_and_are_what_is_written() {
    let golden = check_golden("notice_v1.bin", &seal_notice(KEY, Seq(7), b"entered"));
    let notice = StoredNotice {
        no: NoticeNo(2),
        seq: Seq(7),
        bytes: b"entered".to_vec(),
    };
    assert_eq!(open_notice(KEY, NoticeNo(2), &golden), Ok(notice));
    let golden = check_golden("doc_v1.bin", &seal_doc(KEY, b"model"));
    assert_eq!(open_doc(KEY, &golden), Ok(b"model".as_slice()));
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let sealed = seal_journal(KEY, &every_record());
    for place in 0..sealed.len() {
        let mut flipped = sealed.clone();
        flipped[place] ^= 1 << (place % 8);
        assert!(open_journal(KEY, &flipped).is_err(), "byte {place} was flipped");
        assert!(open_journal(KEY, &sealed[..place]).is_err(), "cut at {place}");
    }
}

#[test]
fn a_sound_value_in_the_wrong_place_is_damage() {
    let sealed = seal_journal(KEY, &every_record());
    assert_eq!(open_journal(b"other\0key", &sealed), Err(Damage::Checksum));
    assert_eq!(open_card(KEY, &sealed), Err(Damage::Kind(Kind::Card)));
}

#[test]
fn a_newer_form_is_named_as_such() {
    let mut sealed = seal_doc(KEY, b"doc");
    sealed.truncate(sealed.len() - 4);
    sealed[3] = 9;
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(KEY);
    checksum.update(&sealed);
    sealed.extend(checksum.finalize().to_le_bytes());
    assert_eq!(open_doc(KEY, &sealed), Err(Damage::Newer { found: 9, known: 1 }));
}

#[test]
fn a_function_read_from_a_title_comes_back() {
    let fact = ContactFact::Inferred {
        roles: Vec::new(),
        seniority: None,
        function: Some(Arc::from("finance")),
    };
    let record = Record {
        event: Event::ContactStated {
            contact: ContactNo(3),
            fact,
            source: Source(Arc::from("crm")),
        },
        ..every_record().remove(0)
    };
    let sealed = seal_journal(KEY, std::slice::from_ref(&record));
    assert_eq!(open_journal(KEY, &sealed), Ok(vec![record.clone()]));
    let mut read = snapshot();
    read.state.apply(&record);
    assert_eq!(open_snapshot(KEY, &seal_snapshot(KEY, &read)), Ok(read));
}

#[test]
fn contents_carry_their_field_names() {
    let sealed = seal_journal(KEY, &every_record());
    let text = String::from_utf8_lossy(&sealed);
    for name in [
        "signal_recorded",
        "occurred_at",
        "strength",
        "contact_stated",
        "third_party",
    ] {
        assert!(text.contains(name), "{name}");
    }
}

#[test]
fn numbers_come_back_with_the_same_bits() {
    for strength in [0.1, 1.0 / 3.0, f64::MIN_POSITIVE, 1_000_000.0, 0.0] {
        let mut record = every_record().pop().expect("there are records");
        if let Event::SignalRecorded(signal) = &mut record.event {
            signal.strength = strength;
        }
        let opened = open_journal(KEY, &seal_journal(KEY, std::slice::from_ref(&record)));
        assert_eq!(opened, Ok(vec![record]));
    }
}
