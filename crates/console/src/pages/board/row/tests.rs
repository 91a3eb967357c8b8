use std::sync::Arc;

use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::id::{Role, Seq};
use quorate_domain::standing::Stage;
use quorate_engine::view::{SeatCell, Why};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn role(name: &str) -> Role {
    Role::new(name).unwrap()
}

pub(crate) fn northfold() -> AccountRow {
    AccountRow {
        id: AccountId::new("northfold/1 & co").unwrap(),
        name: Arc::from("Northfold <Logistics>"),
        domain: Some(Arc::from("northfold.example")),
        owner: Some(Arc::from("Jonas Petersen")),
        tier: Some(Arc::from("1")),
        industry: Some(Arc::from("Freight")),
        country: Some(Arc::from("Norway")),
        intent_points: 133.1,
        heat: 84.2,
        band: Band::Burning,
        momentum: Some(2.11),
        tape: std::array::from_fn(|week| u8::try_from(week * 3 + 9).ok()),
        week_change: Some(24),
        fit: Some(92.9),
        grade: Some(Grade::A),
        quorum: Some(60.5),
        engaged_contacts: 3,
        engaged_roles: [role("champion"), role("economic_buyer"), role("user")].into(),
        stage: Stage::Mqa,
        mqa_since: Some(at("2026-05-27T09:00:00Z")),
        mqa_ends_at: Some(at("2026-08-01T00:00:00Z")),
        last_signal_at: Some(at("2026-06-16T09:00:00Z")),
        contacts: 7,
        seats: [
            SeatCell {
                role: role("economic_buyer"),
                weight: 3.0,
                state: SeatState::Engaged,
                worth: 1.0,
            },
            SeatCell {
                role: role("champion"),
                weight: 2.0,
                state: SeatState::Missing,
                worth: 0.0,
            },
        ]
        .into(),
        why: [
            Some(Why {
                label: Arc::from("Pricing page"),
                newest: at("2026-06-16T09:00:00Z"),
            }),
            None,
        ],
        lists: [Arc::from("tal-2026")].into(),
        excluded: false,
        thresholds: None,
        seq: Seq(12),
        completeness: Some(45.5),
        gaps: Arc::from([]),
    }
}

fn now() -> Timestamp {
    at("2026-06-16T14:32:00Z")
}

#[test]
fn a_row_says_what_is_known_in_words() {
    let view = RowView::of(&northfold(), now());
    assert_eq!(view.account.facts, "Freight · Norway");
    assert_eq!(view.account.href, "/accounts/northfold%2F1%20%26%20co");
    assert_eq!(view.engaged.text, "3 of 7 people");
    assert_eq!(view.quorum.people, "3 people, 3 roles");
    assert_eq!(view.roles.text, "champion, economic buyer, +1");
    assert_eq!(view.roles.title, "champion, economic buyer, user");
    assert_eq!(view.signal.at.map(|at| at.text).as_deref(), Some("5 h ago"));
}

#[test]
fn names_are_text_and_never_html() {
    let html = RowView::of(&northfold(), now()).render().unwrap();
    let all: String = html.cells.iter().map(|cell| cell.html.as_str()).collect();
    assert!(all.contains("Northfold &#60;Logistics&#62;"), "{all}");
    assert!(!all.contains("<Logistics>") && !all.contains("style="), "{all}");
}

#[test]
fn what_is_not_known_is_a_dash() {
    let row = AccountRow {
        owner: None,
        tier: None,
        industry: None,
        country: None,
        domain: None,
        momentum: None,
        fit: None,
        grade: None,
        quorum: None,
        engaged_contacts: 0,
        engaged_roles: Arc::default(),
        stage: Stage::Target,
        mqa_since: None,
        mqa_ends_at: None,
        last_signal_at: None,
        contacts: 1,
        ..northfold()
    };
    let view = RowView::of(&row, now());
    assert_eq!(
        (view.account.facts.as_str(), view.engaged.text.as_str()),
        ("", "0 of 1 person")
    );
    for cell in view.render().unwrap().cells {
        if ["mom", "fit", "q", "sig", "tier", "own"].contains(&cell.name) {
            assert!(cell.html.contains('–'), "{}: {}", cell.name, cell.html);
        }
    }
}

#[test]
fn the_version_changes_with_what_is_shown_and_only_then() {
    let version = |row: &AccountRow, now| RowView::of(row, now).render().unwrap().version;
    let row = northfold();
    let first = version(&row, now());
    assert_eq!(first, version(&row, now().plus_millis(1_000)));
    let unseen = AccountRow {
        heat: 84.9,
        intent_points: row.intent_points + 0.01,
        seq: Seq(13),
        ..row.clone()
    };
    assert_eq!(first, version(&unseen, now()));
    let hotter = AccountRow {
        heat: 85.0,
        ..row.clone()
    };
    assert_ne!(first, version(&hotter, now()));
    assert_eq!(row_key(&row.id).len(), 8);
}
