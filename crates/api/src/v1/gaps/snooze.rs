//! `POST /v1/accounts/{account}/gaps/{gap}/snooze`: puts a gap off.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, SnoozeGap};
use quorate_domain::id::Solution;
use quorate_domain::time::{Days, Timestamp};
use quorate_engine::AsOf;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks};
use crate::v1::path::{GapPath, no_account};

/// How long a gap is put off when nobody says: two weeks.
const FOR_DAYS: Days = Days(14.0);

/// Until when, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"until": "2026-07-01T00:00:00Z", "reason": "On leave until July"}))]
pub(crate) struct SnoozePost {
    /// Until when; left out: two weeks. An instant that is over shows it again.
    #[serde(default)]
    until: Option<String>,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
    /// Of which solution's buying group; left out: the one that speaks for the account.
    #[serde(default)]
    solution: Option<String>,
    /// Shows it again, whatever `until` says.
    #[serde(default)]
    show_again: bool,
    /// Who says so; left out: the key's source.
    #[serde(default)]
    source: Option<String>,
}

/// Puts a gap off until a date: it is left out of lists, and comes back by itself.
#[utoipa::path(post, path = "/v1/accounts/{account}/gaps/{gap}/snooze", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("gap" = String, Path, description = "The gap's id, such as `cold_seat:economic_buyer`"),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    request_body = SnoozePost,
    responses((status = 200, description = "It is recorded", body = ChangeAnswer)))]
pub(crate) async fn snooze(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<GapPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<SnoozePost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let (account, gap) = path.parts()?;
    let expected = edit::expected(&request)?;
    let mut checks = Checks::default();
    let until = body
        .until
        .and_then(|text| checks.parsed("/until", &text, str::parse::<Timestamp>));
    let solution = body
        .solution
        .and_then(|name| checks.parsed("/solution", &name, |name| Solution::new(name)));
    let source = checks.source(body.source.as_deref(), &caller.grant);
    checks.finish(())?;
    let view = api
        .engine
        .account(&account, AsOf::default())
        .await?
        .ok_or_else(|| no_account(&account))?;
    let group = match &solution {
        Some(_) => view
            .reading
            .groups
            .iter()
            .find(|group| group.solution == solution),
        None => view.reading.best(),
    };
    let open = group.and_then(|group| {
        group
            .gaps
            .iter()
            .find(|open| *open.id == *gap)
            .map(|open| (group, open))
    });
    let Some((group, open)) = open else {
        let detail = format!("the account has no gap {gap:?} now; GET its gaps lists those it has");
        return Err(Problem::new(Kind::GapNotFound, detail));
    };
    let until = until.unwrap_or_else(|| view.reading.at.plus_days(FOR_DAYS));
    let command = Command::SnoozeGap(SnoozeGap {
        solution: group.solution.clone(),
        gap: open.id.clone(),
        until: (!body.show_again).then_some(until),
        reason: body.reason.map(Into::into),
        source,
    });
    let receipt = api.engine.execute(account.clone(), command, expected).await?;
    Ok(edit::answer(account.as_str(), false, &receipt))
}
