//! The result: one row an account.

use std::io::{self, Write};

use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::id::Role;
use quorate_domain::time::Timestamp;

/// An account, scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// Its id.
    pub(crate) account: Box<str>,
    /// `H`, of its best buying group, as all that follows but fit and MQA.
    pub(crate) intent_points: f64,
    /// `0..=100`.
    pub(crate) heat: f64,
    /// In words.
    pub(crate) band: Option<Band>,
    /// `None`: undefined.
    pub(crate) momentum: Option<f64>,
    /// `0..=100`; `None`: undefined.
    pub(crate) fit: Option<f64>,
    /// `None`: ungraded.
    pub(crate) grade: Option<Grade>,
    /// How many contacts are engaged.
    pub(crate) engaged_contacts: usize,
    /// Their distinct roles, in name order.
    pub(crate) engaged_roles: Vec<Role>,
    /// In percent; `None`: undefined.
    pub(crate) quorum: Option<f64>,
    /// Whether any buying group is MQA.
    pub(crate) mqa: bool,
    /// Since when, when the history was replayed.
    pub(crate) mqa_since: Option<Timestamp>,
}

/// The columns, in order.
const COLUMNS: [&str; 11] = [
    "account",
    "intent_points",
    "heat",
    "band",
    "momentum",
    "fit",
    "grade",
    "engaged_contacts",
    "engaged_roles",
    "quorum",
    "mqa",
];

/// Writes rows as CSV. `replayed` adds the column `mqa_since`.
///
/// # Errors
/// When `out` cannot be written.
pub(crate) fn write(rows: &[Row], replayed: bool, out: impl Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().from_writer(out);
    let since = replayed.then_some("mqa_since");
    csv.write_record(COLUMNS.into_iter().chain(since))?;
    for row in rows {
        let roles: Vec<&str> = row.engaged_roles.iter().map(Role::as_str).collect();
        let cells = [
            row.account.to_string(),
            number(row.intent_points),
            number(row.heat),
            row.band.map_or("", Band::as_str).to_owned(),
            row.momentum.map(number).unwrap_or_default(),
            row.fit.map(number).unwrap_or_default(),
            row.grade.map_or("", Grade::as_str).to_owned(),
            row.engaged_contacts.to_string(),
            roles.join(";"),
            row.quorum.map(number).unwrap_or_default(),
            row.mqa.to_string(),
        ];
        let since = row.mqa_since.map(|since| since.to_string()).unwrap_or_default();
        csv.write_record(cells.into_iter().chain(replayed.then_some(since)))?;
    }
    csv.flush()
}

/// Returns a number with as many digits as tell it from every other.
fn number(number: f64) -> String {
    format!("{number:?}")
}
