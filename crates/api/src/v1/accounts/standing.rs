//! An account's standing on the wire: heat, fit, quorum, MQA and its conditions, buying groups.

use std::borrow::Cow;

use quorate_domain::fit::{Fit, Grade};
use quorate_domain::id::{ModelVersion, Role};
use quorate_domain::model::Model;
use quorate_domain::mqa::{ConditionState, Measure};
use quorate_domain::standing::GroupReading;
use quorate_engine::view::AccountView;
use serde::Serialize;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::v1::instant::{Instant, maybe};

/// How well an account fits.
#[derive(Serialize, ToSchema)]
#[schema(as = Fit)]
pub(crate) struct FitBody {
    /// From 0 to 100; null: nothing is known that a rule asks for.
    score: Option<f64>,
    /// `A` to `D`; null: too little is known.
    grade: Option<&'static str>,
    /// The share of positive weight whose attribute is known, from 0 to 1.
    known: f64,
    /// Whether a rule excludes the account.
    excluded: bool,
}

impl From<&Fit> for FitBody {
    fn from(fit: &Fit) -> Self {
        Self {
            score: fit.score,
            grade: fit.grade.map(Grade::as_str),
            known: fit.known,
            excluded: fit.excluded,
        }
    }
}

/// Whether an account is an MQA.
#[derive(Serialize, ToSchema)]
#[schema(as = Mqa)]
pub(crate) struct MqaBody {
    /// Whether it is.
    qualified: bool,
    /// Since when.
    since: Option<Instant>,
    /// When it ends if nothing new happens; null: it is none, or nothing makes it end.
    ends_at: Option<Instant>,
    /// The conditions of the group that speaks for the account; empty: the model has no rule.
    conditions: Vec<ConditionBody>,
}

/// A condition with what it needs and what there is.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition)]
pub(crate) struct ConditionBody {
    /// `heat`, `engaged_contacts`, `engaged_roles`, `any_role_engaged`, `all_roles_engaged`, `fit`, `quorum`,
    /// `not_excluded` or `not_disqualified`.
    condition: &'static str,
    /// Whether it holds.
    met: bool,
    /// What it needs.
    needed: MeasureBody,
    /// What there is.
    actual: MeasureBody,
    /// Since when it fails, of an account that is in and may yet recover.
    failing_since: Option<Instant>,
}

impl From<&ConditionState> for ConditionBody {
    fn from(state: &ConditionState) -> Self {
        Self {
            condition: state.kind.as_str(),
            met: state.met,
            needed: (&state.needed).into(),
            actual: (&state.actual).into(),
            failing_since: maybe(state.failing_since),
        }
    }
}

/// A number, a grade, a list of roles, yes or no, or null when undefined.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum MeasureBody {
    /// Heat, a count, a percentage.
    Number(f64),
    /// A grade.
    Grade(&'static str),
    /// Roles.
    Roles(Vec<String>),
    /// Yes or no.
    Flag(bool),
    /// Undefined.
    Nothing(Option<()>),
}

impl PartialSchema for MeasureBody {
    fn schema() -> RefOr<Schema> {
        let one = |of: Type| ObjectBuilder::new().schema_type(of);
        OneOfBuilder::new()
            .item(one(Type::Number))
            .item(one(Type::String))
            .item(ArrayBuilder::new().items(one(Type::String)))
            .item(one(Type::Boolean))
            .item(one(Type::Null))
            .description(Some(
                "Heat, a count or a percentage; a grade; roles; yes or no; null: undefined",
            ))
            .into()
    }
}

impl ToSchema for MeasureBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Measure")
    }
}

impl From<&Measure> for MeasureBody {
    fn from(measure: &Measure) -> Self {
        match measure {
            Measure::Number(number) => Self::Number(*number),
            Measure::Grade(grade) => Self::Grade(grade.as_str()),
            Measure::Roles(names) => Self::Roles(roles(names)),
            Measure::Flag(flag) => Self::Flag(*flag),
            Measure::Nothing => Self::Nothing(None),
        }
    }
}

/// A buying group: account x solution.
#[derive(Serialize, ToSchema)]
#[schema(as = BuyingGroup)]
pub(crate) struct GroupBody {
    /// The solution; null when the model lists none.
    solution: Option<String>,
    /// `H`.
    intent_points: f64,
    /// From 0 to 100.
    heat: f64,
    /// `cold`, `warm`, `hot` or `burning`.
    band: &'static str,
    /// The fast rate of points over the slow one; null: too few points to tell.
    momentum: Option<f64>,
    /// How many contacts are engaged.
    engaged_contacts: usize,
    /// Their distinct roles, sorted.
    engaged_roles: Vec<String>,
    /// In percent; null: the model has no seats.
    quorum: Option<f64>,
    /// How much of it rests on inferred roles alone.
    quorum_inferred: f64,
    /// Whether it is qualified.
    mqa: GroupMqaBody,
    /// How far it has come.
    stage: &'static str,
}

/// Whether a buying group is qualified.
#[derive(Serialize, ToSchema)]
#[schema(as = BuyingGroupMqa)]
pub(crate) struct GroupMqaBody {
    /// Whether it is.
    qualified: bool,
    /// Since when.
    since: Option<Instant>,
    /// Until when an act-now signal qualifies it whatever the rest says.
    act_now_until: Option<Instant>,
    /// Its conditions.
    conditions: Vec<ConditionBody>,
    /// When it was qualified, oldest first.
    spans: Vec<SpanBody>,
}

/// A time in which a group was qualified.
#[derive(Serialize, ToSchema)]
#[schema(as = MqaSpan)]
pub(crate) struct SpanBody {
    /// When it entered.
    entered: Instant,
    /// When it left; null: it is still in.
    left: Option<Instant>,
}

impl From<&GroupReading> for GroupBody {
    fn from(group: &GroupReading) -> Self {
        Self {
            solution: group.solution.as_ref().map(ToString::to_string),
            intent_points: group.intent_points,
            heat: group.heat,
            band: group.band.as_str(),
            momentum: group.momentum,
            engaged_contacts: group.engaged_contacts,
            engaged_roles: roles(&group.engaged_roles),
            quorum: group.quorum.percent,
            quorum_inferred: group.quorum.inferred,
            mqa: GroupMqaBody {
                qualified: group.mqa_since.is_some(),
                since: maybe(group.mqa_since),
                act_now_until: maybe(group.act_now_until),
                conditions: group.conditions.iter().map(ConditionBody::from).collect(),
                spans: group
                    .spans
                    .iter()
                    .map(|span| SpanBody {
                        entered: span.entered.into(),
                        left: maybe(span.left),
                    })
                    .collect(),
            },
            stage: group.stage.as_str(),
        }
    }
}

/// Which model an answer rests on.
#[derive(Serialize, ToSchema)]
#[schema(as = ModelVersion)]
pub(crate) struct ModelBody {
    /// Its name.
    name: String,
    /// Its version; equal versions have equal content.
    version: String,
}

impl ModelBody {
    pub(crate) fn of(model: &Model, version: ModelVersion) -> Self {
        Self {
            name: model.name.to_string(),
            version: format!("{:016x}", version.0),
        }
    }
}

/// What an account's standing is, beside its facts.
#[derive(Serialize, ToSchema)]
#[schema(as = Standing)]
pub(crate) struct StandingBody {
    /// `H`, of the group that speaks for the account.
    intent_points: f64,
    /// From 0 to 100.
    heat: f64,
    /// `cold`, `warm`, `hot` or `burning`.
    band: &'static str,
    /// The fast rate of points over the slow one: above 1.5 surging, below 0.5 cooling; null: too few points.
    momentum: Option<f64>,
    /// How well it fits.
    fit: FitBody,
    /// How many contacts are engaged.
    engaged_contacts: usize,
    /// Their distinct roles, sorted.
    engaged_roles: Vec<String>,
    /// In percent; null: the model has no seats.
    quorum: Option<f64>,
    /// Whether it is a marketing-qualified account.
    mqa: MqaBody,
    /// `target`, `aware`, `engaged`, `mqa` or `disqualified`.
    stage: &'static str,
    /// Completeness of the first framework in use, in percent; null: none is computed.
    completeness: Option<f64>,
    /// One a solution.
    buying_groups: Vec<GroupBody>,
    /// The instant all this is true of.
    as_of: Instant,
    /// The model it was read with.
    model: ModelBody,
}

impl From<&AccountView> for StandingBody {
    fn from(view: &AccountView) -> Self {
        let reading = &view.reading;
        let best = reading.best();
        Self {
            intent_points: best.map_or(0.0, |group| group.intent_points),
            heat: best.map_or(0.0, |group| group.heat),
            band: best.map_or("cold", |group| group.band.as_str()),
            momentum: best.and_then(|group| group.momentum),
            fit: (&reading.fit).into(),
            engaged_contacts: best.map_or(0, |group| group.engaged_contacts),
            engaged_roles: best.map(|group| roles(&group.engaged_roles)).unwrap_or_default(),
            quorum: best.and_then(|group| group.quorum.percent),
            mqa: MqaBody {
                qualified: reading.is_mqa(),
                since: maybe(reading.mqa_since()),
                ends_at: maybe(view.mqa_ends_at),
                conditions: best
                    .map(|group| group.conditions.iter().map(ConditionBody::from).collect())
                    .unwrap_or_default(),
            },
            stage: reading.stage().as_str(),
            completeness: best.and_then(|group| group.completeness),
            buying_groups: reading.groups.iter().map(GroupBody::from).collect(),
            as_of: reading.at.into(),
            model: ModelBody::of(&view.model, view.model_version),
        }
    }
}

/// Returns roles as text.
pub(crate) fn roles(roles: &[Role]) -> Vec<String> {
    roles.iter().map(ToString::to_string).collect()
}
