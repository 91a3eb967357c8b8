//! Changes of a standing on the wire: in forecasts, timelines and the event stream.

use quorate_domain::account::Directory;
use quorate_domain::standing::{Change, Moment, Notice};
use quorate_engine::view::change_name;
use serde::Serialize;
use utoipa::ToSchema;

use super::standing::ConditionBody;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::{Instant, maybe};

/// A change of an account's standing.
#[derive(Serialize, ToSchema)]
#[schema(as = StandingChange)]
pub(crate) struct NoticeBody {
    /// `mqa.entered`, `mqa.left`, `mqa.revised`, `heat.band_changed`, `contact.engaged`, `contact.cooled`,
    /// `gap.opened` or `gap.closed`.
    event: &'static str,
    /// When it changed.
    at: Instant,
    /// Of which solution's buying group.
    solution: Option<String>,
    /// Whether it became known only after other things had been announced.
    late: bool,
    /// Of a band: what it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    /// Of a band: what it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'static str>,
    /// Of a contact: who.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactName>,
    /// Of an MQA status: what there was at that instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    moment: Option<MomentBody>,
    /// Of a revision: since when the account is qualified after all; absent: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Instant>,
    /// Of a gap: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<String>,
}

/// A buying group at an instant.
#[derive(Serialize, ToSchema)]
#[schema(as = Moment)]
pub(crate) struct MomentBody {
    /// `H`.
    intent_points: f64,
    /// From 0 to 100.
    heat: f64,
    /// Who was engaged.
    engaged: Vec<ContactName>,
    /// The conditions, each with what it needs and what there was: of `mqa.left` those to stay, of `mqa.entered` those to
    /// enter.
    conditions: Vec<ConditionBody>,
    /// Whether an act-now signal qualified it.
    act_now: bool,
    /// Of `mqa.left`, the conditions that ended it, by kind; one that fails beside them had days of grace left. Empty when
    /// another model ended it that has no MQA rule, and where it was recorded by a version that did not keep it.
    ended_by: Vec<&'static str>,
}

impl MomentBody {
    fn of(moment: &Moment, directory: &Directory) -> Self {
        Self {
            intent_points: moment.intent_points,
            heat: moment.heat,
            engaged: moment.engaged.iter().map(|no| name_of(*no, directory)).collect(),
            conditions: moment.conditions.iter().map(ConditionBody::from).collect(),
            act_now: moment.act_now,
            ended_by: moment.ended_by.iter().map(|kind| kind.as_str()).collect(),
        }
    }
}

impl NoticeBody {
    /// Returns a change; contacts have id and name as far as the directory knows them.
    pub(crate) fn of(notice: &Notice, directory: &Directory) -> Self {
        let mut body = Self {
            event: change_name(&notice.change),
            at: notice.at.into(),
            solution: notice.solution.as_ref().map(ToString::to_string),
            late: notice.late,
            from: None,
            to: None,
            contact: None,
            moment: None,
            since: None,
            gap: None,
        };
        match &notice.change {
            Change::MqaEntered(moment) | Change::MqaLeft(moment) => {
                body.moment = Some(MomentBody::of(moment, directory));
            }
            Change::MqaRevised { since } => body.since = maybe(*since),
            Change::BandChanged { from, to } => {
                body.from = Some(from.as_str());
                body.to = Some(to.as_str());
            }
            Change::Engaged { contact } | Change::Cooled { contact } => {
                body.contact = Some(name_of(*contact, directory));
            }
            Change::GapOpened { gap } | Change::GapClosed { gap } => body.gap = Some(gap.to_string()),
        }
        body
    }
}
