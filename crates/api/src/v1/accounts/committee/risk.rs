//! What a committee may fail by, on the wire.

use std::collections::BTreeMap;

use quorate_domain::account::Directory;
use quorate_domain::committee::risk::{Blocker, Coverage, Risk};
use quorate_domain::id::ContactNo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::contact_name::{ContactName, name_of};

/// What a buying group's committee may fail by.
#[derive(Serialize, ToSchema)]
#[schema(as = Risks)]
pub(super) struct RiskBody {
    /// Whether everything hangs on one person.
    single_threaded: bool,
    /// The one engaged contact, when there is exactly one.
    only_engaged: Option<ContactName>,
    /// Everybody, buyers apart, without whom none of the other supporters reaches a buyer.
    holds: Vec<ContactName>,
    /// Who stands against it, the strongest path to a buyer first.
    blockers: Vec<BlockerBody>,
    /// Through whom most others reach each other, at most five.
    central: Vec<CentralBody>,
    /// Whether those shares are estimated, because the committee is very large.
    central_estimated: bool,
    /// How many people of each level are known and engaged, by level.
    levels: BTreeMap<&'static str, CoverageBody>,
    /// How many people of each function are known and engaged, by its name in lower case.
    functions: BTreeMap<String, CoverageBody>,
    /// People who report to each other in a circle: somebody stated what cannot be.
    circles: Vec<Vec<ContactName>>,
}

/// Somebody who stands against the purchase.
#[derive(Serialize, ToSchema)]
#[schema(as = Blocker)]
pub(super) struct BlockerBody {
    /// Who.
    contact: ContactName,
    /// Whether it holds the role `blocker`.
    by_role: bool,
    /// Whether it is a detractor.
    detractor: bool,
    /// Whom it blocks.
    blocks: Vec<ContactName>,
    /// How strong its own path to a buyer is; null: it has none.
    strength: Option<f64>,
    /// How many steps that path has; 0: it is the buyer.
    steps: Option<u32>,
}

/// Somebody through whom others reach each other.
#[derive(Serialize, ToSchema)]
#[schema(as = Central)]
pub(super) struct CentralBody {
    /// Who.
    contact: ContactName,
    /// Share of the pairs of others whose shortest way goes through it, above 0 and at most 1.
    share: f64,
}

/// How much of a part of the company is reached.
#[derive(Serialize, ToSchema)]
#[schema(as = Coverage)]
pub(super) struct CoverageBody {
    /// People known.
    known: usize,
    /// Of them engaged; 0: nobody reached it.
    engaged: usize,
}

impl RiskBody {
    pub(super) fn of(risk: &Risk, directory: &Directory) -> Self {
        let named = |people: &[ContactNo]| people.iter().map(|no| name_of(*no, directory)).collect();
        Self {
            single_threaded: risk.is_single_threaded(),
            only_engaged: risk.only_engaged.map(|no| name_of(no, directory)),
            holds: named(&risk.holds),
            blockers: risk
                .blockers
                .iter()
                .map(|blocker| BlockerBody::of(blocker, directory))
                .collect(),
            central: risk
                .central
                .iter()
                .map(|central| CentralBody {
                    contact: name_of(central.contact, directory),
                    share: central.share,
                })
                .collect(),
            central_estimated: risk.central_estimated,
            levels: risk
                .levels
                .iter()
                .map(|(level, coverage)| (level.as_str(), (*coverage).into()))
                .collect(),
            functions: risk
                .functions
                .iter()
                .map(|(name, coverage)| (name.to_string(), (*coverage).into()))
                .collect(),
            circles: risk.circles.iter().map(|circle| named(circle)).collect(),
        }
    }
}

impl BlockerBody {
    fn of(blocker: &Blocker, directory: &Directory) -> Self {
        Self {
            contact: name_of(blocker.contact, directory),
            by_role: blocker.by_role,
            detractor: blocker.detractor,
            blocks: blocker.blocks.iter().map(|no| name_of(*no, directory)).collect(),
            strength: blocker.strength,
            steps: blocker.steps,
        }
    }
}

impl From<Coverage> for CoverageBody {
    fn from(coverage: Coverage) -> Self {
        Self {
            known: coverage.known,
            engaged: coverage.engaged,
        }
    }
}
