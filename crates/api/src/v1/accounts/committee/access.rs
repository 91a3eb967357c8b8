//! Access on the wire: the best path to the buyer, and everybody's own.

use quorate_domain::account::Directory;
use quorate_domain::committee::access::{Access, NoPath, Path, Step};
use quorate_domain::id::ContactNo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::contact_name::{ContactName, name_of};

/// Whether and how a champion reaches an economic buyer.
#[derive(Serialize, ToSchema)]
#[schema(as = Access)]
pub(super) struct AccessBody {
    /// The strength of the best path, above 0 and at most 1; null: there is none.
    strength: Option<f64>,
    /// Who is on it, from the champion to the buyer; empty: there is none. One, when the champion is the buyer.
    people: Vec<ContactName>,
    /// Its steps, one fewer than its people.
    steps: Vec<StepBody>,
    /// Why there is none: `no_buyer`, `no_champion` or `apart`; null: there is one.
    no_path: Option<&'static str>,
    /// Without a path: who reaches the buyer in the fewest steps.
    nearest: Option<ReachBody>,
    /// Everybody with a path to a buyer, by number, detractors too.
    reach: Vec<ReachBody>,
}

/// One step of a path.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessStep)]
pub(super) struct StepBody {
    /// The number of who passes it on.
    from: u32,
    /// The number of to whom.
    to: u32,
    /// The relation: `reports_to`, `influences` or `works_with`.
    kind: &'static str,
    /// Whether it goes the way the relation was stated; else from the superior to who reports.
    along: bool,
    /// The relation's strength.
    strength: f64,
}

/// How somebody reaches a buyer.
#[derive(Serialize, ToSchema)]
#[schema(as = Reach)]
pub(super) struct ReachBody {
    /// Who.
    contact: ContactName,
    /// How strong its best path is, above 0 and at most 1; 1 for a buyer.
    strength: f64,
    /// How many steps it has; 0 for a buyer.
    steps: u32,
}

impl AccessBody {
    /// - `people`: all of the account.
    pub(super) fn of(
        access: &Access,
        people: impl Iterator<Item = ContactNo>,
        directory: &Directory,
    ) -> Self {
        let reach = |no: ContactNo| {
            Some(ReachBody {
                contact: name_of(no, directory),
                strength: access.reach.strength(no)?,
                steps: access.reach.steps(no)?,
            })
        };
        let path = access.path.as_ref().ok();
        let named = |path: &Path| path.people.iter().map(|no| name_of(*no, directory)).collect();
        Self {
            strength: path.map(|path| path.strength),
            people: path.map(named).unwrap_or_default(),
            steps: path
                .map(|path| path.steps.iter().map(StepBody::from).collect())
                .unwrap_or_default(),
            no_path: access.path.as_ref().err().copied().map(NoPath::as_str),
            nearest: access.nearest.and_then(|nearest| reach(nearest.contact)),
            reach: people.filter_map(reach).collect(),
        }
    }
}

impl From<&Step> for StepBody {
    fn from(step: &Step) -> Self {
        Self {
            from: step.from.0,
            to: step.to.0,
            kind: step.kind.as_str(),
            along: step.along,
            strength: step.strength,
        }
    }
}
