//! How a relation runs from one circle to another without crossing a third.

use super::layout::{Point, ROW_STEP};

/// A circle with its ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Circle {
    pub(crate) centre: Point,
    pub(crate) radius: f64,
}

/// A drawn line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Route {
    /// The `d` of its path.
    pub(crate) d: String,
    /// Where words on it stand.
    pub(crate) words: Point,
    /// Whether those words are centred there; else they begin there.
    pub(crate) centred: bool,
}

/// The largest circle with its ring, and a little air.
const CLEAR: f64 = 29.0;
/// How far below a superior's centre the lines of its people run together.
const BUS: f64 = 38.0;
/// How far left of a column's centre a line may run past circles.
const CHANNEL: f64 = 30.0;
/// Round corners.
const CORNER: f64 = 6.0;

/// Returns the line of who reports to whom: up from the top of the one below, to the bottom of the one above.
///
/// `None`: the one who reports does not stand below.
pub(crate) fn upright(from: Circle, to: Circle) -> Option<Route> {
    let (below, above) = (from.centre, to.centre);
    if below.y <= above.y {
        return None;
    }
    let (start, end) = (below.y - from.radius, above.y + to.radius);
    let bus = above.y + BUS;
    let is_next_row = below.y - above.y < ROW_STEP * 1.5;
    let across = above.x - below.x;
    let d = if across.abs() < 1.0 && is_next_row {
        format!("M{:.0} {start:.1}V{end:.1}", below.x)
    } else if is_next_row {
        format!(
            "M{:.0} {start:.1}V{:.1}{}H{:.0}V{end:.1}",
            below.x,
            bus + CORNER,
            corner(across),
            above.x
        )
    } else {
        // Past the rows between, where no circle reaches.
        format!(
            "M{:.0} {start:.1}V{:.1}H{:.1}V{bus:.1}H{:.0}V{end:.1}",
            below.x,
            below.y - BUS,
            below.x - CHANNEL,
            above.x
        )
    };
    Some(Route {
        d,
        words: Point {
            x: above.x + 8.0,
            y: bus + 13.0,
        },
        centred: false,
    })
}

/// Turns from up to the side.
fn corner(across: f64) -> String {
    let (sweep, side) = if across < 0.0 { (0, -CORNER) } else { (1, CORNER) };
    format!("a{CORNER} {CORNER} 0 0 {sweep} {side} -{CORNER}")
}

/// Returns the line between two of the same row: an arc over the labels.
pub(crate) fn arc(from: Circle, to: Circle) -> Route {
    let across = to.centre.x - from.centre.x;
    let lean = 0.7 * across.signum();
    let start = Point {
        x: from.centre.x + lean * from.radius,
        y: from.centre.y - 0.7 * from.radius,
    };
    let end = Point {
        x: to.centre.x - lean * to.radius,
        y: to.centre.y - 0.7 * to.radius,
    };
    let height = (20.0 + across.abs() * 0.14).min(62.0);
    let top = from.centre.y - height;
    let d = format!(
        "M{:.1} {:.1}C{:.1} {top:.1} {:.1} {top:.1} {:.1} {:.1}",
        start.x,
        start.y,
        start.x + across * 0.2,
        end.x - across * 0.2,
        end.x,
        end.y
    );
    Route {
        d,
        words: Point {
            x: f64::midpoint(start.x, end.x),
            y: start.y.mul_add(0.25, top * 0.75) - 6.0,
        },
        centred: true,
    }
}

/// Returns the line between two of different rows: straight, else bent round whom it would cross.
///
/// - `others`: centres of all circles but the two.
pub(crate) fn across(from: Circle, to: Circle, others: &[Point]) -> Route {
    let bends = [0.0, 40.0, -40.0, 70.0, -70.0, 100.0, -100.0, 130.0, -130.0];
    let clear = bends.into_iter().find(|bend| {
        let middle = middle(from.centre, to.centre, *bend);
        let spots = (1..16).map(|part| on_curve(from.centre, middle, to.centre, f64::from(part) / 16.0));
        let mut spots = spots;
        spots.all(|spot| others.iter().all(|other| distance(spot, *other) >= CLEAR))
    });
    let bend = clear.unwrap_or(0.0);
    let middle = middle(from.centre, to.centre, bend);
    let start = toward(from, middle);
    let end = toward(to, middle);
    let d = if bend.abs() < 1.0 {
        format!("M{:.1} {:.1}L{:.1} {:.1}", start.x, start.y, end.x, end.y)
    } else {
        format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            start.x, start.y, middle.x, middle.y, end.x, end.y
        )
    };
    let half = on_curve(from.centre, middle, to.centre, 0.5);
    Route {
        d,
        words: Point {
            x: half.x + 8.0,
            y: half.y + 4.0,
        },
        centred: false,
    }
}

/// The control point of a curve that leaves the straight line by about half of `bend`.
fn middle(from: Point, to: Point, bend: f64) -> Point {
    let length = distance(from, to).max(1.0);
    let (x, y) = ((to.x - from.x) / length, (to.y - from.y) / length);
    Point {
        x: f64::midpoint(from.x, to.x) - y * bend,
        y: f64::midpoint(from.y, to.y) + x * bend,
    }
}

fn on_curve(from: Point, middle: Point, to: Point, part: f64) -> Point {
    let rest = 1.0 - part;
    let blend = |a: f64, b: f64, c: f64| rest * rest * a + 2.0 * rest * part * b + part * part * c;
    Point {
        x: blend(from.x, middle.x, to.x),
        y: blend(from.y, middle.y, to.y),
    }
}

/// Where a line from a circle's centre to a point leaves the circle.
fn toward(circle: Circle, to: Point) -> Point {
    let length = distance(circle.centre, to).max(1.0);
    let share = circle.radius / length;
    Point {
        x: circle.centre.x + (to.x - circle.centre.x) * share,
        y: circle.centre.y + (to.y - circle.centre.y) * share,
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

#[cfg(test)]
mod tests;
