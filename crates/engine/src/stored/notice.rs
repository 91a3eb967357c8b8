//! A notice as it is stored.

use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::id::{ContactNo, Role, Solution};
use quorate_domain::mqa::{ConditionKind, ConditionState, Measure};
use quorate_domain::standing::{Change, Moment, Notice};
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct NoticeV1 {
    at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    change: ChangeV1,
    #[serde(default)]
    late: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChangeV1 {
    MqaEntered(MomentV1),
    MqaLeft(MomentV1),
    MqaRevised { since: Option<i64> },
    BandChanged { from: String, to: String },
    Engaged { contact: u32 },
    Cooled { contact: u32 },
    GapOpened { gap: String },
    GapClosed { gap: String },
}

#[derive(Serialize, Deserialize)]
struct MomentV1 {
    intent_points: f64,
    heat: f64,
    engaged: Vec<u32>,
    conditions: Vec<ConditionV1>,
    act_now: bool,
    /// Missing before it was kept, and of an entering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ended_by: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct ConditionV1 {
    kind: String,
    met: bool,
    needed: MeasureV1,
    actual: MeasureV1,
    failing_since: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MeasureV1 {
    Number(f64),
    Grade(String),
    Roles(Vec<String>),
    Flag(bool),
    Nothing,
}

impl NoticeV1 {
    pub(crate) fn of(notice: &Notice) -> Self {
        let change = match &notice.change {
            Change::MqaEntered(moment) => ChangeV1::MqaEntered(MomentV1::of(moment)),
            Change::MqaLeft(moment) => ChangeV1::MqaLeft(MomentV1::of(moment)),
            Change::MqaRevised { since } => ChangeV1::MqaRevised {
                since: since.map(Timestamp::as_millis),
            },
            Change::BandChanged { from, to } => ChangeV1::BandChanged {
                from: from.as_str().to_owned(),
                to: to.as_str().to_owned(),
            },
            Change::Engaged { contact } => ChangeV1::Engaged { contact: contact.0 },
            Change::Cooled { contact } => ChangeV1::Cooled { contact: contact.0 },
            Change::GapOpened { gap } => ChangeV1::GapOpened { gap: gap.to_string() },
            Change::GapClosed { gap } => ChangeV1::GapClosed { gap: gap.to_string() },
        };
        Self {
            at: notice.at.as_millis(),
            solution: notice
                .solution
                .as_ref()
                .map(|solution| solution.as_str().to_owned()),
            change,
            late: notice.late,
        }
    }

    /// Returns the notice; `None`: it has a word this build does not know.
    pub(crate) fn restore(self) -> Option<Notice> {
        let change = match self.change {
            ChangeV1::MqaEntered(moment) => Change::MqaEntered(Box::new(moment.restore()?)),
            ChangeV1::MqaLeft(moment) => Change::MqaLeft(Box::new(moment.restore()?)),
            ChangeV1::MqaRevised { since } => Change::MqaRevised {
                since: since.map(Timestamp::from_millis),
            },
            ChangeV1::BandChanged { from, to } => Change::BandChanged {
                from: Band::parse(&from)?,
                to: Band::parse(&to)?,
            },
            ChangeV1::Engaged { contact } => Change::Engaged {
                contact: ContactNo(contact),
            },
            ChangeV1::Cooled { contact } => Change::Cooled {
                contact: ContactNo(contact),
            },
            ChangeV1::GapOpened { gap } => Change::GapOpened { gap: gap.into() },
            ChangeV1::GapClosed { gap } => Change::GapClosed { gap: gap.into() },
        };
        Some(Notice {
            at: Timestamp::from_millis(self.at),
            solution: self.solution.map(Solution::trusted),
            change,
            late: self.late,
        })
    }
}

impl MomentV1 {
    fn of(moment: &Moment) -> Self {
        Self {
            intent_points: moment.intent_points,
            heat: moment.heat,
            engaged: moment.engaged.iter().map(|contact| contact.0).collect(),
            conditions: moment.conditions.iter().map(ConditionV1::of).collect(),
            act_now: moment.act_now,
            ended_by: moment
                .ended_by
                .iter()
                .map(|kind| kind.as_str().to_owned())
                .collect(),
        }
    }

    fn restore(self) -> Option<Moment> {
        Some(Moment {
            intent_points: self.intent_points,
            heat: self.heat,
            engaged: self.engaged.into_iter().map(ContactNo).collect(),
            conditions: self
                .conditions
                .into_iter()
                .map(ConditionV1::restore)
                .collect::<Option<_>>()?,
            act_now: self.act_now,
            ended_by: self
                .ended_by
                .iter()
                .map(|kind| ConditionKind::parse(kind))
                .collect::<Option<_>>()?,
        })
    }
}

impl ConditionV1 {
    fn of(condition: &ConditionState) -> Self {
        Self {
            kind: condition.kind.as_str().to_owned(),
            met: condition.met,
            needed: MeasureV1::of(&condition.needed),
            actual: MeasureV1::of(&condition.actual),
            failing_since: condition.failing_since.map(Timestamp::as_millis),
        }
    }

    fn restore(self) -> Option<ConditionState> {
        Some(ConditionState {
            kind: ConditionKind::parse(&self.kind)?,
            met: self.met,
            needed: self.needed.restore()?,
            actual: self.actual.restore()?,
            failing_since: self.failing_since.map(Timestamp::from_millis),
        })
    }
}

impl MeasureV1 {
    fn of(measure: &Measure) -> Self {
        match measure {
            Measure::Number(number) => Self::Number(*number),
            Measure::Grade(grade) => Self::Grade(grade.as_str().to_owned()),
            Measure::Roles(roles) => Self::Roles(roles.iter().map(|role| role.as_str().to_owned()).collect()),
            Measure::Flag(flag) => Self::Flag(*flag),
            Measure::Nothing => Self::Nothing,
        }
    }

    fn restore(self) -> Option<Measure> {
        Some(match self {
            Self::Number(number) => Measure::Number(number),
            Self::Grade(grade) => Measure::Grade(Grade::parse(&grade)?),
            Self::Roles(roles) => Measure::Roles(roles.into_iter().map(Role::trusted).collect()),
            Self::Flag(flag) => Measure::Flag(flag),
            Self::Nothing => Measure::Nothing,
        })
    }
}

#[cfg(test)]
mod tests;
