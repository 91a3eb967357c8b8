//! One account as a row: plain values first, then one piece of HTML a cell, so that a live update can put a cell in
//! place of its old one.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;

use super::columns::Col;
use super::query::escaped;
use super::why::WhyCell;
use crate::partials::{Dated, Fit, HeatChip, HeatTape, Momentum, Needs, Quorum, Status, stage_word};
use crate::{instant, words};

/// How many roles a row names; the others are counted.
const ROLES_NAMED: usize = 2;

/// An account as the heat board shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowView {
    pub(crate) id: AccountId,
    pub(crate) account: AccountCell,
    pub(crate) heat: HeatChip,
    pub(crate) tape: HeatTape,
    pub(crate) momentum: Momentum,
    pub(crate) fit: Fit,
    pub(crate) quorum: Quorum,
    pub(crate) points: TextCell,
    pub(crate) engaged: TextCell,
    pub(crate) roles: TextCell,
    pub(crate) status: Status,
    pub(crate) why: WhyCell,
    pub(crate) stage: TextCell,
    pub(crate) signal: SignalCell,
    pub(crate) tier: TextCell,
    pub(crate) lists: TextCell,
    pub(crate) industry: TextCell,
    pub(crate) country: TextCell,
    pub(crate) owner: OwnerCell,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/account_cell.html")]
pub(crate) struct AccountCell {
    pub(crate) href: String,
    pub(crate) initials: String,
    pub(crate) name: String,
    /// Domain, industry and country, as far as known.
    pub(crate) facts: String,
    /// The view it is opened from and its instant, as its page's address has them; empty: none.
    pub(crate) from: String,
    /// The same without the view: looking in goes nowhere from there.
    pub(crate) at: String,
}

/// When the newest signal was.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/signal_cell.html")]
pub(crate) struct SignalCell {
    pub(crate) at: Option<Dated>,
}

/// A short text.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/text_cell.html")]
pub(crate) struct TextCell {
    pub(crate) text: String,
    /// In full; nothing: the text says it all.
    pub(crate) title: String,
}

impl TextCell {
    fn of(text: Option<&str>) -> Self {
        Self::titled(text.unwrap_or_default().to_owned(), String::new())
    }

    fn titled(text: String, title: String) -> Self {
        Self { text, title }
    }
}

/// Who looks after it.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/owner_cell.html")]
pub(crate) struct OwnerCell {
    pub(crate) initials: String,
    pub(crate) name: Option<String>,
}

/// A rendered row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowHtml {
    /// Names the row in the page and to the live stream.
    pub(crate) key: String,
    pub(crate) id: AccountId,
    /// Changes when any cell does.
    pub(crate) version: String,
    pub(crate) cells: Vec<Cell>,
}

/// One rendered cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) name: &'static str,
    pub(crate) html: String,
}

/// Returns a short name of an account for a page and its live stream: 8 hex digits. Two accounts may share one; who
/// uses it compares ids too.
pub(crate) fn row_key(id: &AccountId) -> String {
    let mut hasher = DefaultHasher::new();
    id.as_str().hash(&mut hasher);
    short(&hasher)
}

fn short(hasher: &DefaultHasher) -> String {
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}

impl RowView {
    pub(crate) fn of(row: &AccountRow, now: Timestamp) -> Self {
        let name = row.name.to_string();
        Self {
            id: row.id.clone(),
            account: AccountCell {
                href: format!("/accounts/{}", escaped(row.id.as_str())),
                initials: words::initials(&name),
                facts: facts(row),
                from: String::new(),
                at: String::new(),
                name,
            },
            heat: HeatChip::of(row.heat, row.band),
            tape: HeatTape::of(&row.tape),
            momentum: Momentum::of(row.momentum).with_change(row.week_change),
            fit: Fit::of(row.fit, row.grade),
            quorum: Quorum::of(row.quorum, &row.seats, engaged(row)),
            // Not in full precision: it changes at every instant.
            points: TextCell::of(Some(&words::points(row.intent_points))),
            engaged: TextCell::titled(
                format!(
                    "{} of {}",
                    words::count(people(row.engaged_contacts)),
                    words::counted(people(row.contacts), "person", "people")
                ),
                String::new(),
            ),
            roles: roles(row),
            stage: TextCell::of(Some(stage_word(row.stage))),
            status: Status::of(row.stage, row.mqa_since, row.mqa_ends_at, now)
                .with_needs(Needs::of(&row.missing())),
            why: WhyCell::of(row, now),
            signal: SignalCell {
                at: row.last_signal_at.map(|at| Dated::ago(at, now)),
            },
            lists: TextCell::titled(row.lists.join(", "), row.lists.join(", ")),
            tier: TextCell::of(row.tier.as_deref()),
            industry: TextCell::of(row.industry.as_deref()),
            country: TextCell::of(row.country.as_deref()),
            owner: OwnerCell {
                initials: row.owner.as_deref().map(words::initials).unwrap_or_default(),
                name: row.owner.as_deref().map(str::to_owned),
            },
        }
    }

    /// Renders the row.
    ///
    /// # Errors
    /// When a template fails.
    pub(crate) fn render(&self) -> Result<RowHtml, askama::Error> {
        let cells: Vec<Cell> = [
            ("acct", self.account.render()?),
            ("heat", self.heat.render()?),
            ("tape", self.tape.render()?),
            ("mom", self.momentum.render()?),
            ("fit", self.fit.render()?),
            ("q", self.quorum.render()?),
            ("mqa", self.status.render()?),
            ("why", self.why.render()?),
            ("pts", self.points.render()?),
            ("eng", self.engaged.render()?),
            ("roles", self.roles.render()?),
            ("stage", self.stage.render()?),
            ("sig", self.signal.render()?),
            ("tier", self.tier.render()?),
            ("ind", self.industry.render()?),
            ("ctry", self.country.render()?),
            ("lists", self.lists.render()?),
            ("own", self.owner.render()?),
        ]
        .into_iter()
        .map(|(name, html)| Cell { name, html })
        .collect();
        let mut hasher = DefaultHasher::new();
        for cell in &cells {
            cell.html.hash(&mut hasher);
        }
        Ok(RowHtml {
            key: row_key(&self.id),
            id: self.id.clone(),
            version: short(&hasher),
            cells,
        })
    }
}

impl RowHtml {
    /// Returns the row with its account's page knowing the view it was opened from. Its version stays: the live stream
    /// knows no views.
    ///
    /// - `as_of`: the past instant that the view is of.
    ///
    /// # Errors
    /// When a template fails.
    pub(crate) fn opened_from(
        mut self,
        account: AccountCell,
        view: &str,
        as_of: Option<Timestamp>,
    ) -> Result<Self, askama::Error> {
        let view = escaped(view);
        let as_of = as_of.map(instant::short);
        let html = AccountCell {
            from: match &as_of {
                Some(at) => format!("?as_of={at}&in={view}"),
                None => format!("?in={view}"),
            },
            at: as_of.map(|at| format!("?as_of={at}")).unwrap_or_default(),
            ..account
        }
        .render()?;
        for cell in self.cells.iter_mut().filter(|cell| cell.name == "acct") {
            cell.html.clone_from(&html);
        }
        Ok(self)
    }

    /// Returns the row with the cells of some columns only. Its version stays that of all.
    pub(crate) fn showing(mut self, cols: &[Col]) -> Self {
        let always = ["acct", "heat"];
        self.cells
            .retain(|cell| always.contains(&cell.name) || cols.iter().any(|col| col.cell() == cell.name));
        self
    }
}

fn people(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns who is engaged: `3 people, 3 roles`.
fn engaged(row: &AccountRow) -> String {
    format!(
        "{}, {}",
        words::counted(people(row.engaged_contacts), "person", "people"),
        words::counted(row.engaged_roles.len(), "role", "roles")
    )
}

fn roles(row: &AccountRow) -> TextCell {
    let roles: Vec<String> = row
        .engaged_roles
        .iter()
        .map(|role| words::spaced(role.as_str()))
        .collect();
    let named: Vec<&str> = roles.iter().take(ROLES_NAMED).map(String::as_str).collect();
    let text = match roles.len().saturating_sub(ROLES_NAMED) {
        0 => named.join(", "),
        more => format!("{}, +{more}", named.join(", ")),
    };
    TextCell::titled(text, roles.join(", "))
}

fn facts(row: &AccountRow) -> String {
    let industry = row.industry.as_deref();
    let parts = [industry.or(row.domain.as_deref()), row.country.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
pub(crate) mod tests;
