use super::*;

fn guests(names: &[(&str, Layer)]) -> Vec<Guest> {
    let guest = |(name, layer): &(&str, Layer)| Guest {
        layer: *layer,
        name: (*name).to_owned(),
    };
    names.iter().map(guest).collect()
}

use Layer::{CLevel, Director, Others, Vp};

#[test]
fn layers_stand_below_each_other_in_steps() {
    let all = guests(&[("a", Director), ("b", CLevel), ("c", Vp), ("d", Vp)]);
    let layout = Layout::of(&all, &[], 3);
    let ys: Vec<f64> = layout.places.iter().map(|place| place.y).collect();
    assert_eq!(ys, [302.0, 78.0, 190.0, 190.0]);
    assert!((layout.places[3].x - layout.places[2].x - COLUMN_STEP).abs() < f64::EPSILON);
    let tops: Vec<f64> = layout.bands.iter().map(|band| band.top).collect();
    assert_eq!(tops, [22.0, 134.0, 246.0]);
    assert_eq!((layout.width, layout.height), (316.0, 346.0));
}

#[test]
fn a_layer_with_more_than_a_row_takes_several() {
    let all = guests(&[("a", Vp), ("b", Vp), ("c", Vp), ("d", Others)]);
    let layout = Layout::of(&all, &[], 2);
    let ys: Vec<f64> = layout.places.iter().map(|place| place.y).collect();
    assert_eq!(ys, [78.0, 78.0, 190.0, 302.0]);
    assert_eq!(layout.bands.len(), 2);
}

#[test]
fn people_stand_below_whom_they_are_related_to() {
    let all = guests(&[("a", CLevel), ("b", CLevel), ("c", CLevel), ("report", Vp)]);
    let layout = Layout::of(&all, &[(3, 2)], 3);
    assert!((layout.places[3].x - layout.places[2].x).abs() < f64::EPSILON);
}

#[test]
fn orders_that_cross_are_turned() {
    let all = guests(&[("a", CLevel), ("b", CLevel), ("x", Vp), ("y", Vp)]);
    let layout = Layout::of(&all, &[(0, 3), (1, 2)], 3);
    let x = |at: usize| layout.places[at].x;
    assert_eq!(x(0) < x(1), x(3) < x(2));
}

#[test]
fn the_order_of_the_list_changes_nothing() {
    let names = [
        ("a", CLevel),
        ("b", Vp),
        ("c", Vp),
        ("d", Director),
        ("e", Director),
        ("f", Others),
    ];
    let related = [(0, 1), (2, 0), (3, 2), (4, 1), (5, 3), (5, 4)];
    let plain = Layout::of(&guests(&names), &related, 4);
    let top = names.len() - 1;
    let turned: Vec<_> = names.iter().rev().copied().collect();
    let pairs = related.map(|(a, b)| (top - b, top - a));
    let mut mirrored = Layout::of(&guests(&turned), &pairs, 4);
    mirrored.places.reverse();
    assert_eq!(plain, mirrored);
}

#[test]
fn no_two_of_forty_stand_on_each_other() {
    let names: Vec<String> = (0..40).map(|no| format!("p{no:02}")).collect();
    let layers = [
        CLevel,
        Vp,
        Vp,
        Director,
        Director,
        Director,
        Others,
        Layer::Unknown,
    ];
    let all: Vec<Guest> = (0..40)
        .map(|no| Guest {
            layer: layers[no * 7 % 8],
            name: names[no].clone(),
        })
        .collect();
    let related: Vec<_> = (1..40).map(|no| (no, no * no % 13)).collect();
    for columns in [1, 3, 8] {
        let layout = Layout::of(&all, &related, columns);
        for (at, one) in layout.places.iter().enumerate() {
            assert!(one.x + 26.0 < layout.width && one.y + 26.0 < layout.height);
            for other in &layout.places[at + 1..] {
                let apart = (one.x - other.x).abs() >= COLUMN_STEP || (one.y - other.y).abs() >= ROW_STEP;
                assert!(apart, "{columns} columns: {one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn nobody_is_an_empty_picture() {
    assert_eq!(Layout::of(&[], &[], 3).places, []);
}
