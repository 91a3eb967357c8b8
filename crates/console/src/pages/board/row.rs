//! One account as a row: plain values first, then one piece of HTML a cell, so that a live update can put a cell in
//! place of its old one.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;

use super::query::escaped;
use crate::partials::{Dated, Fit, HeatChip, Momentum, Quorum, Status};
use crate::words;

/// How many roles a row names; the others are counted.
const ROLES_NAMED: usize = 2;

/// An account as the heat board shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowView {
    pub(crate) id: AccountId,
    pub(crate) account: AccountCell,
    pub(crate) heat: HeatChip,
    pub(crate) momentum: Momentum,
    pub(crate) fit: Fit,
    pub(crate) quorum: Quorum,
    pub(crate) engaged: EngagedCell,
    pub(crate) status: Status,
    pub(crate) signal: SignalCell,
    pub(crate) tier: TextCell,
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
}

/// Who is engaged.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/engaged_cell.html")]
pub(crate) struct EngagedCell {
    pub(crate) people: String,
    pub(crate) roles: String,
    pub(crate) title: String,
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
                name,
            },
            heat: HeatChip::of(row.heat, row.band),
            momentum: Momentum::of(row.momentum),
            fit: Fit::of(row.fit, row.grade),
            quorum: Quorum::of(row.quorum),
            engaged: EngagedCell::of(row),
            status: Status::of(row.stage, row.mqa_since, row.mqa_ends_at, now),
            signal: SignalCell {
                at: row.last_signal_at.map(|at| Dated::ago(at, now)),
            },
            tier: TextCell {
                text: row.tier.as_deref().unwrap_or_default().to_owned(),
            },
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
            ("mom", self.momentum.render()?),
            ("fit", self.fit.render()?),
            ("q", self.quorum.render()?),
            ("eng", self.engaged.render()?),
            ("mqa", self.status.render()?),
            ("sig", self.signal.render()?),
            ("tier", self.tier.render()?),
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

impl EngagedCell {
    fn of(row: &AccountRow) -> Self {
        let engaged = usize::try_from(row.engaged_contacts).unwrap_or(usize::MAX);
        let known = usize::try_from(row.contacts).unwrap_or(usize::MAX);
        let roles: Vec<String> = row
            .engaged_roles
            .iter()
            .map(|role| words::spaced(role.as_str()))
            .collect();
        let named: Vec<&str> = roles.iter().take(ROLES_NAMED).map(String::as_str).collect();
        let more = roles.len().saturating_sub(ROLES_NAMED);
        let title = if roles.is_empty() {
            format!(
                "{} known, none of a known role is engaged",
                words::counted(known, "person", "people")
            )
        } else {
            format!("Engaged roles: {}", roles.join(", "))
        };
        Self {
            people: format!(
                "{} of {}",
                words::count(engaged),
                words::counted(known, "person", "people")
            ),
            roles: match (named.is_empty(), more) {
                (true, _) => String::new(),
                (false, 0) => named.join(", "),
                (false, more) => format!("{}, +{more}", named.join(", ")),
            },
            title,
        }
    }
}

fn facts(row: &AccountRow) -> String {
    let industry = row.industry.as_deref();
    let parts = [industry.or(row.domain.as_deref()), row.country.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
pub(crate) mod tests;
