//! Rows are listed by what they show, in every order, page by page.

use super::*;
use crate::list::{Cursor, Except, Filter, ListQuery, SortKey};
use quorate_domain::time::Days;

const DAY_MS: f64 = 86_400_000.0;

fn now() -> Timestamp {
    "2026-09-01T00:00:00Z".parse().unwrap()
}

/// An account whose points halve every `half_life_days`.
fn row(no: u32, points: f64, half_life_days: f64) -> Row {
    let term = Term {
        half_life_ms: half_life_days * DAY_MS,
        amount: points,
        limit: f64::INFINITY,
    };
    Row {
        id: AccountId::trusted(format!("a{no:04}")),
        name: Some(Arc::from(format!("Name {:04}", 9999 - no))),
        domains: Arc::from([Arc::from(format!("a{no:04}.example"))]),
        owner: no.is_multiple_of(3).then(|| Arc::from("Ada")),
        tier: None,
        industry: None,
        country: None,
        curve: HeatCurve {
            at: now(),
            terms: Box::from([term]),
            fast: points,
            slow: points,
        },
        tape: Tape::blank(),
        fit: no.is_multiple_of(2).then(|| f64::from(no % 100)),
        grade: None,
        quorum: None,
        engaged_contacts: no % 5,
        engaged_roles: Arc::from([]),
        stage: Stage::Aware,
        mqa_since: None,
        mqa_ends_at: no.is_multiple_of(7).then(|| now().plus_days(Days(f64::from(no)))),
        last_signal_at: None,
        contacts: 1,
        seats: Arc::from([]),
        why: [None, None],
        lists: Arc::from([]),
        excluded: false,
        thresholds: None,
        seq: Seq(1),
        wake_at: None,
        model: ModelVersion(1),
        completeness: None,
        levels: Box::default(),
        gaps: None,
    }
}

fn index(rows: impl IntoIterator<Item = Row>) -> Index {
    let model = Model::from_toml("[signals.\"page.view\"]\npoints = 1\nhalf_life_days = 1").unwrap();
    let index = Index::new(&model);
    for row in rows {
        index.put(row, now());
    }
    index
}

/// All pages of a list, and that each row is there once.
fn pages(index: &Index, mut query: ListQuery, at: Timestamp) -> Vec<AccountRow> {
    let mut rows: Vec<AccountRow> = Vec::new();
    loop {
        // Later pages are asked later, and still show the instant of the first.
        let page = index.page(
            &query,
            at.plus_millis(i64::try_from(rows.len()).unwrap() * 60_000),
        );
        assert_eq!(page.as_of, at);
        rows.extend(page.rows);
        let Some(next) = page.next else { break };
        query.cursor = Cursor::decode(&next.encode());
        assert_eq!(query.cursor, Some(next));
    }
    let distinct: BTreeSet<_> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(distinct.len(), rows.len(), "a row is repeated");
    rows
}

#[test]
fn each_sort_shows_every_row_once_in_its_order() {
    let index = index((0..500).map(|no| row(no, f64::from(no % 37), 1.0 + f64::from(no % 11))));
    for segment in 0..Index::segments() {
        index.sweep(segment, now().plus_days(Days(2.0)));
    }
    for (sort, _) in SortKey::ALL {
        for descending in [true, false] {
            let query = ListQuery {
                sort,
                descending,
                limit: 33,
                ..ListQuery::default()
            };
            let rows = pages(&index, query, now().plus_days(Days(2.0)));
            assert_eq!(rows.len(), 500, "{sort:?} {descending}");
            if sort == SortKey::Heat {
                let in_order = rows.windows(2).all(|pair| match pair {
                    [a, b] if descending => a.heat >= b.heat,
                    [a, b] => a.heat <= b.heat,
                    _ => true,
                });
                assert!(in_order, "heat, descending {descending}");
            }
            if sort == SortKey::Fit {
                let first_unknown = rows.iter().position(|row| row.fit.is_none()).unwrap();
                assert!(
                    rows.iter().skip(first_unknown).all(|row| row.fit.is_none()),
                    "unknown is last"
                );
            }
        }
    }
}

#[test]
fn the_hottest_are_right_after_a_sweep_though_decay_changed_their_order() {
    // 40 points that halve every day are 10 after two; 20 that halve every month are 19.
    let index = index([row(1, 40.0, 1.0), row(2, 20.0, 30.0)]);
    let later = now().plus_days(Days(2.0));
    for segment in 0..Index::segments() {
        index.sweep(segment, later);
    }
    let query = ListQuery {
        descending: true,
        limit: 1,
        ..ListQuery::default()
    };
    let page = index.page(&query, later);
    assert_eq!(
        page.rows.first().map(|row| row.id.as_str().to_owned()),
        Some("a0002".to_owned())
    );
    assert_eq!(page.total, 2);
}

#[test]
fn filters_hold_together_and_count_what_matches() {
    let index = index((0..300).map(|no| row(no, f64::from(no), 30.0)));
    let filter = Filter {
        owners: vec![Arc::from("Ada")],
        bands: vec![Band::Burning],
        engaged_contacts_gte: Some(3),
        ..Filter::default()
    };
    let query = ListQuery {
        filter,
        descending: true,
        limit: 1_000,
        ..ListQuery::default()
    };
    let page = index.page(&query, now());
    // Burning is 116.1 points and more: 117..=299, every third of them Ada's, 3 or 4 of 5 with enough people.
    let expected = (117_u32..300)
        .filter(|no| no.is_multiple_of(3) && no % 5 >= 3)
        .count();
    assert_eq!(page.rows.len(), expected);
    assert_eq!(page.total, expected);
}

#[test]
fn what_is_left_out_is_left_out_and_those_without_a_value_stay() {
    let index = index((0..300).map(|no| row(no, f64::from(no), 30.0)));
    let filter = Filter {
        except: Except {
            owners: vec![Arc::from("Ada")],
            bands: vec![Band::Burning],
            ..Except::default()
        },
        ..Filter::default()
    };
    let query = ListQuery {
        filter: filter.clone(),
        limit: 1_000,
        ..ListQuery::default()
    };
    let page = index.page(&query, now());
    // Burning is 116.1 points and more; every third row is Ada's, the others are nobody's.
    let expected = (0_u32..117).filter(|no| !no.is_multiple_of(3)).count();
    assert_eq!((page.rows.len(), page.total), (expected, expected));
    let admitted = |no: u32| index.admits(&row(no, 0.0, 1.0).id, &filter, now());
    assert_eq!(
        [admitted(1), admitted(3), admitted(118), admitted(900)],
        [true, false, false, false]
    );
}

#[test]
fn the_first_account_with_a_domain_keeps_it_until_it_gives_it_up() {
    let index = index([row(1, 1.0, 1.0)]);
    let mut second = row(2, 1.0, 1.0);
    second.domains = Arc::from([Arc::from("a0001.example")]);
    index.put(second.clone(), now());
    assert_eq!(
        index.by_domain("a0001.example"),
        Some(AccountId::trusted("a0001"))
    );
    let mut moved = row(1, 1.0, 1.0);
    moved.domains = Arc::from([Arc::from("new.example")]);
    index.put(moved, now());
    assert_eq!(index.by_domain("new.example"), Some(AccountId::trusted("a0001")));
    assert_eq!(index.by_domain("a0001.example"), None);
    second.seq = Seq(2);
    second.domains = Arc::from([Arc::from("a0001.example"), Arc::from("more.example")]);
    index.put(second, now());
    assert_eq!(
        index.by_domain("a0001.example"),
        Some(AccountId::trusted("a0002"))
    );
    assert_eq!(index.by_name("Name 9997"), Some(AccountId::trusted("a0002")));
}

#[test]
fn a_curve_over_its_cap_stays_at_it_until_it_decays_below() {
    let term = Term {
        half_life_ms: DAY_MS,
        amount: 40.0,
        limit: 10.0,
    };
    let curve = HeatCurve {
        at: now(),
        terms: Box::from([term]),
        fast: 0.0,
        slow: 0.0,
    };
    for (days, points) in [(0.0, 10.0), (2.0, 10.0), (3.0, 5.0)] {
        let got = curve.points(now().plus_days(Days(days)));
        assert!((got - points).abs() < 1e-9, "after {days} d: {got}");
    }
}

#[test]
fn neighbours_are_those_beside_it_in_the_list() {
    let index = index((0..200).map(|no| row(no, f64::from(no % 20), 30.0)));
    for (sort, descending) in [
        (SortKey::Heat, true),
        (SortKey::Heat, false),
        (SortKey::Name, false),
        (SortKey::Fit, true),
        (SortKey::MqaEnds, false),
    ] {
        let query = ListQuery {
            sort,
            descending,
            limit: 1_000,
            filter: Filter {
                owners: vec![Arc::from("Ada")],
                ..Filter::default()
            },
            ..ListQuery::default()
        };
        let rows = index.page(&query, now()).rows;
        for (place, row) in rows.iter().enumerate() {
            let found = index.neighbours(&row.id, &query, now()).unwrap();
            let id = |place: usize| rows.get(place).map(|row| row.id.clone());
            assert_eq!((found.place, found.total), (place + 1, rows.len()));
            assert_eq!(found.before, place.checked_sub(1).and_then(id), "{sort:?}");
            assert_eq!(found.after, id(place + 1), "{sort:?}");
        }
        // One that the filter leaves out stands where it would.
        let outside = AccountId::trusted("a0001");
        let found = index.neighbours(&outside, &query, now()).unwrap();
        assert!(found.before.is_some() || found.after.is_some());
        assert_eq!(found.total, rows.len());
    }
    let nobody = AccountId::trusted("nobody");
    assert_eq!(index.neighbours(&nobody, &ListQuery::default(), now()), None);
}

#[test]
fn text_that_is_no_cursor_of_ours_is_none() {
    for text in [
        "",
        "x",
        "1.heat.n0.zz",
        "1.heat.n0.61.more",
        "1.nothing.n0.61",
        "1.heat.q.61",
    ] {
        assert_eq!(Cursor::decode(text), None, "{text}");
    }
}
