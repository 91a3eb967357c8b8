use super::*;

fn circle(x: f64, y: f64) -> Circle {
    Circle {
        centre: Point { x, y },
        radius: 24.0,
    }
}

#[test]
fn who_reports_goes_up_from_top_to_bottom() {
    let up = |from, to| upright(from, to).map(|route| route.d);
    assert_eq!(
        up(circle(34.0, 190.0), circle(34.0, 78.0)).as_deref(),
        Some("M34 166.0V102.0")
    );
    assert_eq!(
        up(circle(180.0, 190.0), circle(34.0, 78.0)).as_deref(),
        Some("M180 166.0V122.0a6 6 0 0 0 -6 -6H34V102.0")
    );
    assert_eq!(
        up(circle(34.0, 190.0), circle(180.0, 78.0)).as_deref(),
        Some("M34 166.0V122.0a6 6 0 0 1 6 -6H180V102.0")
    );
    assert_eq!(up(circle(34.0, 78.0), circle(34.0, 190.0)), None);
}

#[test]
fn a_line_over_several_rows_runs_beside_the_circles_between() {
    let route = upright(circle(34.0, 302.0), circle(34.0, 78.0)).unwrap();
    assert_eq!(route.d, "M34 278.0V264.0H4.0V116.0H34V102.0");
}

#[test]
fn a_straight_line_bends_round_whom_it_would_cross() {
    let (from, to) = (circle(34.0, 302.0), circle(34.0, 78.0));
    assert_eq!(across(from, to, &[]).d, "M34.0 278.0L34.0 102.0");
    let bent = across(from, to, &[Point { x: 34.0, y: 190.0 }]).d;
    assert!(bent.contains('Q'), "{bent}");
}

#[test]
fn an_arc_stays_within_its_row() {
    let route = arc(circle(34.0, 78.0), circle(34.0 + 7.0 * 146.0, 78.0));
    assert!(route.words.y > 0.0 && route.words.y < 54.0, "{route:?}");
}
