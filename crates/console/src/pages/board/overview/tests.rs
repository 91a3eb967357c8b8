use quorate_domain::standing::Stage;

use super::super::row::tests::northfold;
use super::*;

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

fn counted(rows: &[AccountRow]) -> Overview {
    let mut overview = Overview {
        at: Some(now()),
        ..Overview::default()
    };
    for row in rows {
        overview.add(row, now());
    }
    overview
}

fn named(name: &str) -> AccountRow {
    AccountRow {
        name: Arc::from(name),
        ..northfold()
    }
}

#[test]
fn the_first_of_a_tile_come_newest_hottest_and_soonest_first() {
    let ago = |days: i64| Some(now().plus_millis(-days * DAY_MS));
    let ahead = |days: i64| Some(now().plus_millis(days * DAY_MS));
    let mqa = |name, since, ends| AccountRow {
        mqa_since: since,
        mqa_ends_at: ends,
        ..named(name)
    };
    let warm = |name, heat| AccountRow {
        heat,
        mqa_since: None,
        mqa_ends_at: None,
        stage: Stage::Engaged,
        ..named(name)
    };
    let overview = counted(&[
        mqa("old", ago(31), ahead(90)),
        mqa("b", ago(3), ahead(14)),
        mqa("a", ago(3), ahead(2)),
        mqa("c", ago(1), ahead(15)),
        mqa("d", ago(30), None),
        warm("cool", 20.0),
        warm("hot", 49.0),
        AccountRow {
            momentum: Some(1.5),
            ..warm("steady", 90.0)
        },
    ]);
    let names = |rows: Vec<&AccountRow>| rows.iter().map(|row| row.name.to_string()).collect::<Vec<_>>();
    assert_eq!((overview.accounts, overview.mqa), (8, 5));
    assert_eq!(overview.became.total, 4);
    assert_eq!(
        names(overview.became.first.iter().map(|(_, row)| row).collect()),
        ["c", "a", "b"]
    );
    assert_eq!(overview.heating.total, 2);
    assert_eq!(
        names(overview.heating.first.iter().map(|(_, row)| row).collect()),
        ["hot", "cool"]
    );
    assert_eq!(overview.leaving.total, 2);
    assert_eq!(
        names(overview.leaving.first.iter().map(|(_, row)| row).collect()),
        ["a", "b"]
    );
}

#[test]
fn every_account_is_in_one_cell_of_the_matrix() {
    let overview = counted(&[
        northfold(),
        AccountRow {
            grade: None,
            band: Band::Cold,
            ..northfold()
        },
        AccountRow {
            grade: Some(Grade::D),
            band: Band::Warm,
            ..northfold()
        },
    ]);
    assert_eq!(overview.matrix.iter().flatten().sum::<usize>(), 3);
    assert_eq!(overview.matrix[0], [0, 0, 0, 1]);
    assert_eq!(overview.matrix[3], [0, 1, 0, 0]);
    assert_eq!(overview.matrix[4], [1, 0, 0, 0]);
}

#[test]
fn there_is_an_end_to_what_can_be_chosen() {
    let rows: Vec<AccountRow> = (0..CHOICES_MAX + 5)
        .map(|number| AccountRow {
            owner: Some(Arc::from(format!("owner {number}"))),
            ..northfold()
        })
        .collect();
    let choices = counted(&rows).choices;
    assert_eq!(choices.owners.len(), CHOICES_MAX);
    assert_eq!(choices.tiers.get("1").copied(), Some(CHOICES_MAX + 5));
}
