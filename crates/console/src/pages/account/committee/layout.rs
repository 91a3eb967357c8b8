//! Where everybody stands in the drawing: layers by seniority, in each the order with the fewest crossings, and for
//! each row the columns nearest to those it is related to. The same committee gives the same picture.

/// From one column to the next.
pub(crate) const COLUMN_STEP: f64 = 146.0;
/// From one row to the next.
pub(crate) const ROW_STEP: f64 = 112.0;
/// The first column's centre.
const LEFT: f64 = 34.0;
/// The first row's centre.
const TOP: f64 = 78.0;
/// Room for a label right of the last column.
const LABEL: f64 = 136.0;
/// Room below the last row.
const BOTTOM: f64 = 44.0;
/// Rounds of ordering; more change nothing in committees of forty.
const ROUNDS: usize = 6;

/// A layer of the company, top down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    CLevel,
    Vp,
    Director,
    Others,
    Unknown,
}

impl Layer {
    pub(crate) const ALL: [Self; 5] = [
        Self::CLevel,
        Self::Vp,
        Self::Director,
        Self::Others,
        Self::Unknown,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::CLevel => "C-level",
            Self::Vp => "VP and head of",
            Self::Director => "Director and manager",
            Self::Others => "Others",
            Self::Unknown => "Level not known",
        }
    }
}

/// Somebody who wants a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) layer: Layer,
    /// Decides where nothing else does; no two guests have the same.
    pub(crate) name: String,
}

/// A point of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A layer's name and the line above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    pub(crate) layer: Layer,
    /// Where it begins; the first one has no line.
    pub(crate) top: f64,
}

/// Where everybody stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    /// One a guest, in their order.
    pub(crate) places: Vec<Point>,
    pub(crate) bands: Vec<Band>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Layout {
    /// Seats the guests.
    ///
    /// - `related`: pairs of guests by their places in `guests`.
    /// - `columns`: the most in a row; a layer with more takes several rows.
    pub(crate) fn of(guests: &[Guest], related: &[(usize, usize)], columns: usize) -> Self {
        let columns = columns.max(1);
        let table = Table::new(guests, related);
        let order = table.ordered();
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let mut bands = Vec::new();
        for (layer, members) in order {
            bands.push(Band {
                layer,
                top: TOP - ROW_STEP / 2.0 + ROW_STEP * float(rows.len()),
            });
            rows.extend(members.chunks(columns).map(<[usize]>::to_vec));
        }
        let widest = rows.iter().map(Vec::len).max().unwrap_or(1);
        let column = table.columns(&rows, widest);
        let mut places = vec![Point { x: LEFT, y: TOP }; guests.len()];
        for (row, members) in rows.iter().enumerate() {
            for guest in members {
                let at = column.get(*guest).copied().unwrap_or(0);
                if let Some(place) = places.get_mut(*guest) {
                    *place = Point {
                        x: LEFT + COLUMN_STEP * float(at),
                        y: TOP + ROW_STEP * float(row),
                    };
                }
            }
        }
        Self {
            places,
            bands,
            width: LEFT + COLUMN_STEP * float(widest.saturating_sub(1)) + LABEL,
            height: TOP + ROW_STEP * float(rows.len().saturating_sub(1)) + BOTTOM,
        }
    }
}

/// Guests and who is related to whom.
struct Table<'a> {
    guests: &'a [Guest],
    friends: Vec<Vec<usize>>,
}

impl<'a> Table<'a> {
    fn new(guests: &'a [Guest], related: &[(usize, usize)]) -> Self {
        let mut friends = vec![Vec::new(); guests.len()];
        for (a, b) in related {
            for (one, other) in [(*a, *b), (*b, *a)] {
                if let Some(of) = friends.get_mut(one)
                    && other < guests.len()
                    && one != other
                {
                    of.push(other);
                }
            }
        }
        for of in &mut friends {
            of.sort_unstable();
            of.dedup();
        }
        Self { guests, friends }
    }

    fn friends(&self, guest: usize) -> &[usize] {
        self.friends.get(guest).map_or(&[], Vec::as_slice)
    }

    /// Returns the layers that somebody is in, each in the best order found.
    fn ordered(&self) -> Vec<(Layer, Vec<usize>)> {
        let by_name = |layer: Layer| {
            let mut members: Vec<usize> = self.of_layer(layer).collect();
            members.sort_by_key(|guest| self.guests.get(*guest).map(|guest| guest.name.as_str()));
            (layer, members)
        };
        let mut layers: Vec<(Layer, Vec<usize>)> = Layer::ALL.into_iter().map(by_name).collect();
        layers.retain(|(_, members)| !members.is_empty());
        let mut best = layers.clone();
        let mut fewest = self.crossings(&best);
        for round in 0..ROUNDS {
            let count = layers.len();
            for step in 0..count {
                // Down, then up, and so on.
                let at = if round % 2 == 0 { step } else { count - 1 - step };
                self.order_layer(&mut layers, at);
            }
            let crossings = self.crossings(&layers);
            if crossings < fewest {
                (best, fewest) = (layers.clone(), crossings);
            }
        }
        best
    }

    fn of_layer(&self, layer: Layer) -> impl Iterator<Item = usize> + '_ {
        let guests = self.guests.iter().enumerate();
        guests
            .filter(move |(_, guest)| guest.layer == layer)
            .map(|(at, _)| at)
    }

    /// Orders one layer by the mean place of those its members are related to.
    fn order_layer(&self, layers: &mut [(Layer, Vec<usize>)], at: usize) {
        let place = self.shares(layers);
        let Some((_, members)) = layers.get_mut(at) else {
            return;
        };
        let barycentre =
            |guest: usize| mean(self.friends(guest).iter().filter_map(|other| place.get(*other)));
        let own = |guest: usize| place.get(guest).copied().unwrap_or(0.0);
        // Those nobody is related to stay where they are; ties too, which are in the order of names.
        members.sort_by(|a, b| {
            let (a, b) = (
                barycentre(*a).unwrap_or(own(*a)),
                barycentre(*b).unwrap_or(own(*b)),
            );
            a.total_cmp(&b)
        });
    }

    /// How far to the right everybody is within its layer, `0..=1`.
    fn shares(&self, layers: &[(Layer, Vec<usize>)]) -> Vec<f64> {
        let mut shares = vec![0.0; self.guests.len()];
        for (_, members) in layers {
            for (at, guest) in members.iter().enumerate() {
                if let Some(share) = shares.get_mut(*guest) {
                    *share = (float(at) + 0.5) / float(members.len());
                }
            }
        }
        shares
    }

    /// Counts the pairs of relations between the same two layers that cross.
    fn crossings(&self, layers: &[(Layer, Vec<usize>)]) -> usize {
        let mut spot = vec![(0, 0); self.guests.len()];
        for (depth, (_, members)) in layers.iter().enumerate() {
            for (at, guest) in members.iter().enumerate() {
                if let Some(spot) = spot.get_mut(*guest) {
                    *spot = (depth, at);
                }
            }
        }
        let mut lines = Vec::new();
        for guest in 0..self.guests.len() {
            for other in self.friends(guest) {
                if let (Some(upper), Some(lower)) = (spot.get(guest), spot.get(*other))
                    && upper.0 < lower.0
                {
                    lines.push((*upper, *lower));
                }
            }
        }
        let crosses = |a: &((usize, usize), (usize, usize)), b: &((usize, usize), (usize, usize))| {
            let same = a.0.0 == b.0.0 && a.1.0 == b.1.0;
            same && (a.0.1 < b.0.1 && a.1.1 > b.1.1 || a.0.1 > b.0.1 && a.1.1 < b.1.1)
        };
        let pairs = lines.iter().enumerate();
        pairs
            .map(|(at, line)| {
                lines
                    .iter()
                    .skip(at + 1)
                    .filter(|other| crosses(line, other))
                    .count()
            })
            .sum()
    }

    /// Gives every row the columns nearest to those its members are related to, keeping the order.
    fn columns(&self, rows: &[Vec<usize>], widest: usize) -> Vec<usize> {
        let mut column = vec![0; self.guests.len()];
        for members in rows {
            for (at, guest) in members.iter().enumerate() {
                set(&mut column, *guest, at);
            }
        }
        for round in 0..ROUNDS {
            for step in 0..rows.len() {
                let at = if round % 2 == 0 {
                    step
                } else {
                    rows.len() - 1 - step
                };
                let Some(members) = rows.get(at) else { continue };
                let wanted: Vec<f64> = members
                    .iter()
                    .map(|guest| {
                        let others = self
                            .friends(*guest)
                            .iter()
                            .filter(|other| !members.contains(other));
                        let columns: Vec<f64> = others
                            .filter_map(|other| column.get(*other))
                            .map(|at| float(*at))
                            .collect();
                        let own = column.get(*guest).map_or(0.0, |at| float(*at));
                        mean(columns.iter()).unwrap_or(own)
                    })
                    .collect();
                for (guest, at) in members.iter().zip(nearest_columns(&wanted, widest)) {
                    set(&mut column, *guest, at);
                }
            }
        }
        column
    }
}

/// Returns rising columns below `widest` whose distances from the wanted ones have the smallest sum; of equal ones
/// the leftmost.
fn nearest_columns(wanted: &[f64], widest: usize) -> Vec<usize> {
    // best[c]: the cheapest way to seat those so far with the last one in a column up to `c`.
    let mut best: Vec<Option<(f64, Vec<usize>)>> = vec![Some((0.0, Vec::new())); widest + 1];
    for (seated, want) in wanted.iter().enumerate() {
        let mut next: Vec<Option<(f64, Vec<usize>)>> = vec![None; widest + 1];
        let mut cheapest: Option<(f64, Vec<usize>)> = None;
        for column in seated..widest {
            // Those before sit in columns below this one: `best[column]`.
            if let Some((cost, seats)) = best.get(column).cloned().flatten() {
                let cost = cost + (want - float(column)).abs();
                if cheapest.as_ref().is_none_or(|(least, _)| cost + 1e-9 < *least) {
                    let mut seats = seats;
                    seats.push(column);
                    cheapest = Some((cost, seats));
                }
            }
            set(&mut next, column + 1, cheapest.clone());
        }
        best = next;
    }
    best.pop().flatten().map(|(_, seats)| seats).unwrap_or_default()
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(old) = values.get_mut(at) {
        *old = value;
    }
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / float(count))
}

/// Counts here are at most a few hundred.
fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests;
