use quorate_domain::id::Role;

use super::*;

fn seat(role: &str, weight: f64, state: SeatState, worth: f64) -> SeatCell {
    SeatCell {
        role: Role::new(role).unwrap(),
        weight,
        state,
        worth,
    }
}

/// The area of blocks `Mx yhWvHh-Wz`.
fn area(path: &str) -> f64 {
    path.split('z')
        .filter(|block| !block.is_empty())
        .map(|block| {
            let after = |letter: char, end: char| -> f64 {
                let rest = block.split_once(letter).unwrap().1;
                rest.split_once(end).unwrap().0.parse().unwrap()
            };
            after('h', 'v') * after('v', 'h')
        })
        .sum()
}

#[test]
fn the_filled_area_is_the_quorum_and_every_seat_is_said() {
    let seats = [
        seat("economic_buyer", 3.0, SeatState::Identified, 0.25),
        seat("champion", 2.0, SeatState::Engaged, 1.0),
        seat("user", 1.0, SeatState::Missing, 0.0),
        seat("legal", 1.0, SeatState::Opposed, 0.0),
    ];
    // (3 x 0.25 + 2 x 1) / 7 = 39.28 %
    let quorum = Quorum::of(Some(39.28), &seats, String::new());
    assert_eq!(quorum.percent, "39%");
    let bar = quorum.bar.clone().unwrap();
    assert_eq!(
        bar.alternative,
        "economic buyer identified, champion engaged, user missing, legal opposed"
    );
    let whole = (WIDTH - 3.0 * GAP) * HEIGHT;
    let share = area(&bar.filled) / whole;
    assert!((share - 2.75 / 7.0).abs() < 0.01, "{share}");
    assert!(bar.crosses.starts_with('M') && bar.missing.starts_with('M'));
    let html = quorum.render().unwrap();
    assert!(
        !html.contains("style=") && html.contains("legal opposed"),
        "{html}"
    );
}

#[test]
fn many_seats_stay_in_the_bar() {
    let seats: Vec<SeatCell> = (0..40)
        .map(|_| seat("user", 1.0, SeatState::Engaged, 1.0))
        .collect();
    let bar = Bar::of(&seats);
    let last: f64 = bar
        .filled
        .rsplit('M')
        .next()
        .and_then(|block| block.split(' ').next())
        .unwrap()
        .parse()
        .unwrap();
    assert!(last < WIDTH, "{last}");
}

#[test]
fn without_seats_quorum_is_not_known() {
    let quorum = Quorum::of(None, &[], String::new());
    assert_eq!((quorum.percent.as_str(), quorum.bar), ("–", None));
}
