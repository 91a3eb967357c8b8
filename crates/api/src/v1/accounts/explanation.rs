//! `GET /v1/accounts/{account}/explanation`: where intent points come from, down to each signal.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Directory;
use quorate_domain::explain::{Cause, GroupExplanation, KindExplanation, Line, PersonExplanation};
use serde::Serialize;
use utoipa::ToSchema;

use super::get::as_of;
use super::standing::StandingBody;
use crate::auth::{Caller, Read};
use crate::conditional;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::Instant;
use crate::v1::path::{AccountPath, no_account};

/// Where an account's intent points come from.
#[derive(Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationBody {
    /// Which account.
    id: String,
    /// How it stands, with the conditions of its MQA status.
    #[serde(flatten)]
    standing: StandingBody,
    /// One a solution. The points of each group's people add up to its intent points.
    groups: Vec<GroupBody>,
}

/// Where one buying group's intent points come from.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupExplanation)]
pub(crate) struct GroupBody {
    /// The solution; null when the model lists none.
    solution: Option<String>,
    /// `H`.
    intent_points: f64,
    /// The anonymous visitor and the contacts.
    people: Vec<PersonBody>,
}

/// What one person brings.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonExplanation)]
pub(crate) struct PersonBody {
    /// Who; null: the anonymous visitor.
    contact: Option<ContactName>,
    /// What a point of it counts.
    weight: f64,
    /// The sum of its kinds' contributions.
    engagement: f64,
    /// What it brings to the group: weight times engagement.
    points: f64,
    /// By kind.
    kinds: Vec<KindBody>,
}

/// What one person's signals of one kind contribute.
#[derive(Serialize, ToSchema)]
#[schema(as = KindExplanation)]
pub(crate) struct KindBody {
    /// The kind.
    kind: String,
    /// What people read.
    label: Option<String>,
    /// What they contribute, before the person's weight; the lines add up to it.
    contribution: f64,
    /// Signals oldest first, then what combining took away.
    lines: Vec<LineBody>,
}

/// One addend of a contribution.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplanationLine)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub(crate) enum LineBody {
    /// One signal.
    Signal {
        /// Points now.
        points: f64,
        /// Its id; null once it is older than the retention.
        id: Option<String>,
        /// When it happened.
        occurred_at: Instant,
        /// Its strength.
        strength: f64,
        /// Points it had when it happened.
        points_then: f64,
        /// What is left of one of them, from 0 to 1.
        remaining: f64,
    },
    /// What the cap took away.
    Cap {
        /// Points now.
        points: f64,
    },
    /// What signals would bring that another one of a gauge stands in for.
    Superseded {
        /// Points now.
        points: f64,
    },
    /// What signals would bring that repeat one of their day.
    SameDay {
        /// Points now.
        points: f64,
    },
}

impl GroupBody {
    fn of(group: GroupExplanation, directory: &Directory) -> Self {
        Self {
            solution: group.solution.as_ref().map(ToString::to_string),
            intent_points: group.intent_points,
            people: group
                .people
                .into_iter()
                .map(|person| PersonBody::of(person, directory))
                .collect(),
        }
    }
}

impl PersonBody {
    fn of(person: PersonExplanation, directory: &Directory) -> Self {
        Self {
            contact: person.contact.map(|no| name_of(no, directory)),
            weight: person.weight,
            engagement: person.engagement,
            points: person.points,
            kinds: person.kinds.into_iter().map(KindBody::from).collect(),
        }
    }
}

impl From<KindExplanation> for KindBody {
    fn from(kind: KindExplanation) -> Self {
        Self {
            kind: kind.kind.to_string(),
            label: kind.label.as_deref().map(str::to_owned),
            contribution: kind.contribution,
            lines: kind.lines.into_iter().map(LineBody::from).collect(),
        }
    }
}

impl From<Line> for LineBody {
    fn from(Line { points, cause }: Line) -> Self {
        match cause {
            Cause::Signal {
                id,
                occurred_at,
                strength,
                points_then,
                remaining,
            } => Self::Signal {
                points,
                id: id.told().map(str::to_owned),
                occurred_at: occurred_at.into(),
                strength,
                points_then,
                remaining,
            },
            Cause::Cap => Self::Cap { points },
            Cause::Superseded => Self::Superseded { points },
            Cause::SameDay => Self::SameDay { points },
        }
    }
}

/// Explains an account's intent points down to each signal.
#[utoipa::path(get, path = "/v1/accounts/{account}/explanation", tag = "accounts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("as_of" = Option<String>, Query, description = "A past instant, by all that is known now"),
        ("known_at" = Option<String>, Query, description = "Leaves out what was recorded after this instant"),
        ("If-None-Match" = Option<String>, Header, description = "With `as_of`: the ETag of what you have"),
    ),
    responses((status = 200, description = "Where its intent points come from", body = ExplanationBody)))]
pub(crate) async fn explanation(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let id = path.account()?;
    let mut params = Params::of(&request, &["as_of", "known_at"]);
    let as_of = as_of(&mut params, api.engine.now());
    params.finish(())?;
    let (view, groups) = api
        .engine
        .explanation(&id, as_of)
        .await?
        .ok_or_else(|| no_account(&id))?;
    let body = ExplanationBody {
        id: id.to_string(),
        standing: (&view).into(),
        groups: groups
            .into_iter()
            .map(|group| GroupBody::of(group, &view.directory))
            .collect(),
    };
    conditional::read(&request, as_of, &body, |body| HttpResponse::Ok().json(body))
}
