//! What the engine answers with.

use std::sync::Arc;

use quorate_domain::account::{AccountState, Directory, IgnoredField, Outcome, Record};
use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::fit::{Fit, Grade};
use quorate_domain::gap::{Mark, Seen};
use quorate_domain::id::{AccountId, EvidenceNo, ModelVersion, Role, Seq};
use quorate_domain::model::{Model, MqaThresholds};
use quorate_domain::mqa::{self, ConditionState, MqaStatus, Situation};
use quorate_domain::standing::{Change, Notice, Reading, Stage, TapeWeeks};
use quorate_domain::time::Timestamp;
use quorate_store::Durability;

/// An account at an instant.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Its facts.
    pub state: AccountState,
    /// Who its contacts are.
    pub directory: Directory,
    /// What the model makes of it.
    pub reading: Reading,
    /// When it leaves MQA if nothing new happens; `None`: it is not in, or nothing makes it leave.
    pub mqa_ends_at: Option<Timestamp>,
    /// Signals the model gives points, signals of kinds it does not know.
    pub counted: u64,
    /// Signals of kinds the model does not know.
    pub unknown: u64,
    /// The last record of its journal: its version.
    pub seq: Seq,
    /// The model it was read with.
    pub model: Arc<Model>,
    /// That model's version.
    pub model_version: ModelVersion,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The last record of the account's journal now.
    pub seq: Seq,
    /// Whether the account was made by this command.
    pub created: bool,
    /// How many records were made; 0: nothing new was said.
    pub records: usize,
    /// Fields a stronger source holds.
    pub ignored: Vec<IgnoredField>,
    /// The number of the evidence that was stated; `None`: none was.
    pub evidence: Option<EvidenceNo>,
    /// What the command's success survives.
    pub durability: Durability,
}

/// What happened to one signal of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemOutcome {
    /// The domain's answer.
    Decided(Outcome),
    /// Its account is described and matches none: it is kept until one does.
    Unmatched,
    /// It was not recorded, or nobody can say whether it was: send it again.
    Unavailable {
        /// Why.
        reason: String,
    },
    /// Its account is set aside: sending it again will not help until an operator looks.
    Quarantined {
        /// Why.
        reason: String,
    },
}

/// A seat of an account's best buying group: how much it weighs, and how well it is filled.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatCell {
    /// The role that fills it.
    pub role: Role,
    /// Its weight in the decision.
    pub weight: f64,
    /// How well it is filled.
    pub state: SeatState,
    /// How much of it counts, `0..=1`.
    pub worth: f64,
}

/// A kind of signal that gives an account many of its points.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What people read: the model's label, else the kind itself.
    pub label: Arc<str>,
    /// When the newest signal of the kind happened.
    pub newest: Timestamp,
}

/// One account in a list: small, kept for every known account, read without waking its actor.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Its name; its id when it has none.
    pub name: Arc<str>,
    /// Its first domain.
    pub domain: Option<Arc<str>>,
    /// Who looks after it.
    pub owner: Option<Arc<str>>,
    /// Its tier.
    pub tier: Option<Arc<str>>,
    /// Its industry.
    pub industry: Option<Arc<str>>,
    /// Its country.
    pub country: Option<Arc<str>>,
    /// `H` at the list's instant.
    pub intent_points: f64,
    /// Heat at the list's instant.
    pub heat: f64,
    /// In words.
    pub band: Band,
    /// Momentum at the list's instant.
    pub momentum: Option<f64>,
    /// Heat at the end of each of the last weeks and, last, at the list's instant, in whole degrees.
    pub tape: TapeWeeks,
    /// By how many whole degrees heat moved since the start of the UTC day a week before the list's instant;
    /// `None`: nothing that counts is known.
    pub week_change: Option<i16>,
    /// Fit, `0..=100`.
    pub fit: Option<f64>,
    /// Its grade.
    pub grade: Option<Grade>,
    /// Quorum in percent.
    pub quorum: Option<f64>,
    /// Engaged contacts.
    pub engaged_contacts: u32,
    /// Their distinct roles, sorted.
    pub engaged_roles: Arc<[Role]>,
    /// How far it has come.
    pub stage: Stage,
    /// Since when it is MQA.
    pub mqa_since: Option<Timestamp>,
    /// When it leaves MQA if nothing new happens.
    pub mqa_ends_at: Option<Timestamp>,
    /// Its newest signal.
    pub last_signal_at: Option<Timestamp>,
    /// Known contacts.
    pub contacts: u32,
    /// The seats of its best group, in model order, as last judged; empty: the model lists none.
    pub seats: Arc<[SeatCell]>,
    /// The two kinds that gave its best group the most points when it was last judged, the larger first.
    pub why: [Option<Why>; 2],
    /// The lists it is on.
    pub lists: Arc<[Arc<str>]>,
    /// Whether an exclusion rule of the model matches it.
    pub excluded: bool,
    /// The numbers of the MQA rule for this account; `None`: the model has no rule, or another one than the row.
    pub thresholds: Option<Arc<MqaThresholds>>,
    /// Its version.
    pub seq: Seq,
    /// How complete its best group is, in percent; `None`: the model uses no framework.
    pub completeness: Option<f64>,
    /// What its best group lacks and nobody put off, most helpful first; the model's catalogue reads them.
    pub gaps: Arc<[Seen]>,
}

/// One gap of all accounts'.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountGap {
    /// The account.
    pub account: AccountRow,
    /// The gap.
    pub gap: Mark,
    /// Since when it has been seen.
    pub since: Timestamp,
    /// Its place in the list.
    pub place: crate::list::GapPlace,
}

/// A page of gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct GapPage {
    /// The gaps, most helpful first.
    pub gaps: Vec<AccountGap>,
    /// Whether more follow.
    pub more: bool,
    /// How many match in all.
    pub total: usize,
    /// The instant the accounts' rows are computed at.
    pub as_of: Timestamp,
}

impl AccountRow {
    /// Returns what keeps an account that is not MQA from being it: the conditions that fail, each with what it
    /// needs and what there is. Heat is that of the list's instant, all else is as last judged.
    #[must_use]
    pub fn missing(&self) -> Vec<ConditionState> {
        let Some(thresholds) = self.thresholds.as_ref().filter(|_| self.mqa_since.is_none()) else {
            return Vec::new();
        };
        let engaged_roles = self.engaged_roles.iter().cloned().collect();
        let fit = Fit {
            score: self.fit,
            // Conditions ask for the grade only.
            known: 0.0,
            grade: self.grade,
            excluded: self.excluded,
        };
        let situation = Situation {
            at: Timestamp::MIN,
            heat: self.heat,
            engaged_contacts: usize::try_from(self.engaged_contacts).unwrap_or(usize::MAX),
            engaged_roles: &engaged_roles,
            fit: &fit,
            quorum: self.quorum,
            disqualified: self.stage == Stage::Disqualified,
            // What an act-now lets in is MQA, or kept out by a condition that it does not lift.
            act_now_until: None,
        };
        let mut conditions = mqa::conditions(&situation, thresholds, &MqaStatus::default());
        conditions.retain(|condition| !condition.met);
        conditions
    }
}

/// Where an account stands in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// Who stands before it; `None`: it is the first.
    pub before: Option<AccountId>,
    /// Who stands after it; `None`: it is the last.
    pub after: Option<AccountId>,
    /// Its place, from 1.
    pub place: usize,
    /// How many the list has.
    pub total: usize,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rows, computed at `as_of` and sorted by what they show.
    pub rows: Vec<AccountRow>,
    /// Where to go on; `None`: this is the last page.
    pub next: Option<crate::list::Cursor>,
    /// How many accounts match in all.
    pub total: usize,
    /// The instant all pages of this list are read at.
    pub as_of: Timestamp,
}

/// Something that happened, told as it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    /// Its place in this process's stream, from 1.
    pub no: u64,
    /// Which account.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: LiveChange,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveChange {
    /// Something was recorded; the row as it is now.
    AccountChanged(Box<AccountRow>),
    /// Its standing changed.
    Notice(Notice),
}

/// One entry of an account's timeline, newest first in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineEntry {
    /// A fact.
    Record(Record),
    /// A change of its standing.
    Notice(Notice),
}

impl TimelineEntry {
    /// Returns the instant it is shown at.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Record(record) => record.effective_at(),
            Self::Notice(notice) => notice.at,
        }
    }
}

/// Returns the wire name of a change: `mqa.entered` and its like.
#[must_use]
pub fn change_name(change: &Change) -> &'static str {
    match change {
        Change::MqaEntered(_) => "mqa.entered",
        Change::MqaLeft(_) => "mqa.left",
        Change::MqaRevised { .. } => "mqa.revised",
        Change::BandChanged { .. } => "heat.band_changed",
        Change::Engaged { .. } => "contact.engaged",
        Change::Cooled { .. } => "contact.cooled",
        Change::GapOpened { .. } => "gap.opened",
        Change::GapClosed { .. } => "gap.closed",
    }
}

/// What an operator sees of the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Known accounts.
    pub accounts: usize,
    /// Accounts in memory.
    pub active: usize,
    /// Signals on their way to the disk.
    pub signals_in_flight: usize,
    /// Accounts set aside, with the reason.
    pub quarantined: Vec<(AccountId, String)>,
    /// Signals kept until an account matches.
    pub unmatched: usize,
    /// Kinds the model does not know, with how many came in since the start, most first.
    pub unknown_kinds: Vec<(Arc<str>, u64)>,
    /// Whether the store takes writes.
    pub writable: bool,
}

/// What a look through all accounts for the retention's sake did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Accounts of which something was condensed.
    pub accounts: u64,
    /// Signals that have no id and no properties any more.
    pub signals: u64,
}
