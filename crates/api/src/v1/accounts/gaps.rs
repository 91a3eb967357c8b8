//! `GET /v1/accounts/{account}/gaps`: what keeps quorum, MQA or completeness from 100 %, most helpful first.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::gap::{About, Gap, GapKind};
use quorate_domain::mqa::ConditionKind;
use quorate_domain::standing::GroupReading;
use quorate_domain::words::{GapWords, Speaker};
use quorate_engine::view::AccountView;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::get::as_of;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::{Instant, maybe};
use crate::v1::path::{AccountPath, no_account};

/// What an account lacks.
#[derive(Serialize, ToSchema)]
#[schema(as = Gaps)]
pub(crate) struct GapsBody {
    /// The gaps of every buying group, the one that speaks for the account first; most helpful first.
    items: Vec<GapBody>,
    /// The instant they are read at.
    as_of: Instant,
}

/// A gap.
#[derive(Serialize, ToSchema)]
#[schema(as = Gap)]
pub(crate) struct GapBody {
    /// Its id, stable while it is open.
    id: String,
    /// What kind: `empty_seat`, `cold_seat`, `opposed_seat`, `short_seat`, `no_path`, `unproven_element`,
    /// `stale_element`, `missing_signal`, `missing_attribute`, `blocker`, `single_threaded`, `leaving_mqa` or
    /// `mqa_condition`.
    kind: &'static str,
    /// Of which solution's buying group.
    solution: Option<String>,
    /// What is missing, in words.
    what: String,
    /// What shows it.
    proof: String,
    /// What to do next.
    next: String,
    /// What closing it adds, in words.
    worth: String,
    /// Points of quorum that closing it adds.
    quorum: f64,
    /// Points of completeness that closing it adds.
    completeness: f64,
    /// Conditions of the MQA rule that fail and that closing it would meet.
    closes: Vec<&'static str>,
    /// Whom it concerns.
    contacts: Vec<ContactName>,
    /// Whom to ask.
    ask: Option<ContactName>,
    /// The request that closes it with what shows that it is closed; null: no single one does.
    done_by: Option<DoneBy>,
    /// Since when it has been seen.
    since: Option<Instant>,
    /// Until when it is put off; null: it is not.
    snoozed_until: Option<Instant>,
    /// Why it is put off.
    snoozed_reason: Option<String>,
}

/// A request that closes a gap.
#[derive(Serialize, ToSchema)]
#[schema(as = GapDoneBy)]
pub(crate) struct DoneBy {
    /// The method.
    method: &'static str,
    /// The path; what stands in braces is to be filled in.
    path: &'static str,
    /// What the body says already.
    #[schema(value_type = Object)]
    body: Value,
    /// The fields that say what was done and what shows it.
    needs: &'static [&'static str],
}

impl DoneBy {
    fn of(gap: &Gap, group: &GroupReading) -> Option<Self> {
        match &gap.about {
            About::Element { key, .. } => {
                let framework = &group.frameworks.first()?.name;
                Some(Self {
                    method: "POST",
                    path: "/v1/accounts/{account}/evidence",
                    body: json!({"framework": &**framework, "element": &**key}),
                    needs: &["level", "note", "said_by", "artefact"],
                })
            }
            About::Path { .. } => Some(Self {
                method: "POST",
                path: "/v1/accounts/{account}/relations",
                body: json!({}),
                needs: &["from", "to", "kind"],
            }),
            About::Role { role, .. } if gap.kind == GapKind::EmptySeat => Some(Self {
                method: "PUT",
                path: "/v1/accounts/{account}/contacts/{contact}",
                body: json!({"roles": [role.as_str()]}),
                needs: &["name", "title", "email"],
            }),
            About::Attribute { .. } => Some(Self {
                method: "PUT",
                path: "/v1/accounts/{account}",
                body: json!({}),
                needs: &["attributes"],
            }),
            About::Signal { .. } => Some(Self {
                method: "POST",
                path: "/v1/signals",
                body: json!({}),
                needs: &["account", "contact", "kind", "occurred_at"],
            }),
            About::Role { .. }
            | About::Blocker { .. }
            | About::Alone
            | About::Leaving { .. }
            | About::Condition { .. } => None,
        }
    }
}

impl GapBody {
    fn of(gap: &Gap, group: &GroupReading, view: &AccountView) -> Self {
        let speaker = Speaker {
            state: &view.state,
            directory: &view.directory,
            model: &view.model,
            people: &group.people,
            at: view.reading.at,
        };
        let words = GapWords::of(gap, &speaker);
        let name = |no| name_of(no, &view.directory);
        Self {
            id: gap.id.to_string(),
            kind: gap.kind.as_str(),
            solution: group.solution.as_ref().map(ToString::to_string),
            what: words.what,
            proof: words.proof,
            next: words.next,
            worth: words.worth,
            quorum: gap.quorum,
            completeness: gap.completeness,
            closes: gap.closes.iter().copied().map(ConditionKind::as_str).collect(),
            contacts: gap.contacts.iter().copied().map(name).collect(),
            ask: gap.ask.map(name),
            done_by: DoneBy::of(gap, group),
            since: maybe(gap.since.0),
            snoozed_until: maybe(gap.snoozed.as_ref().map(|snooze| snooze.until)),
            snoozed_reason: gap
                .snoozed
                .as_ref()
                .and_then(|snooze| snooze.reason.as_deref())
                .map(str::to_owned),
        }
    }
}

/// Lists what an account lacks, with what to do next. What was put off is left out unless it is asked for.
#[utoipa::path(get, path = "/v1/accounts/{account}/gaps", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("snoozed" = Option<bool>, Query, description = "Whether to show what was put off, too"),
        ("as_of" = Option<String>, Query, description = "A past instant, by all that is known now"),
        ("known_at" = Option<String>, Query, description = "Leaves out what was recorded after this instant"),
    ),
    responses((status = 200, description = "The gaps", body = GapsBody)))]
pub(crate) async fn gaps(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let id = path.account()?;
    let mut params = Params::of(&request, &["snoozed", "as_of", "known_at"]);
    let snoozed = params.parsed("snoozed", |word| match word {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!(
            "{:?} is neither true nor false",
            crate::query::short(other)
        )),
    });
    let as_of = as_of(&mut params, api.engine.now());
    params.finish(())?;
    let view = api
        .engine
        .account(&id, as_of)
        .await?
        .ok_or_else(|| no_account(&id))?;
    let best = view.reading.best().into_iter();
    let others = view.reading.groups.iter().enumerate();
    let others = others
        .filter(|(place, _)| *place != view.reading.best)
        .map(|(_, group)| group);
    let items = best
        .chain(others)
        .flat_map(|group| group.gaps.iter().map(move |gap| (group, gap)))
        .filter(|(_, gap)| snoozed == Some(true) || gap.snoozed.is_none())
        .map(|(group, gap)| GapBody::of(gap, group, &view))
        .collect();
    Ok(HttpResponse::Ok().json(GapsBody {
        items,
        as_of: view.reading.at.into(),
    }))
}
