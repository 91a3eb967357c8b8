//! `POST /v1/signals`: one signal, an array, or one a line; one bad item never loses the good ones.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::SignalId;
use quorate_engine::view::ItemOutcome;
use quorate_engine::{Error, IncomingSignal};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, AnswerSchema, Verdict};
use super::check;
use super::item::{Item, Loose};
use super::split::{self, Piece};
use crate::auth::{Caller, Ingest};
use crate::body;
use crate::problem::{Kind, Problem, RETRY_AFTER_SECONDS};
use crate::query::Params;
use crate::state::Api;

/// How many signals are handed to the engine at once: a large body is recorded in parts.
const PART_MAX: usize = 5_000;

/// A signal: something that happened at an account.
#[derive(Serialize, ToSchema)]
#[schema(as = Signal, example = json!({
    "id": "evt-1", "kind": "page.pricing", "account": "acme", "contact": {"email": "jane@acme.com"},
    "occurred_at": "2026-09-01T12:00:00Z"
}))]
pub(crate) struct SignalSchema {
    /// Unique within its account: the same id again is a duplicate, not a second signal.
    id: String,
    /// What happened, dotted by convention.
    kind: String,
    /// Whose: an id, or an object with `domain` or `name` to match. May be left out when the contact has an email.
    account: Option<AccountReference>,
    /// Who: an id, or an object with `email` and perhaps `name`. Left out: an anonymous visitor.
    contact: Option<ContactReference>,
    /// When it happened; left out: now. More than 5 minutes ahead is refused.
    #[schema(format = DateTime)]
    occurred_at: Option<String>,
    /// How strong, from 0; left out: 1.
    #[schema(minimum = 0.0, maximum = 1_000_000.0)]
    strength: Option<f64>,
    /// `first_party` (when left out), `third_party`, `product` or `sales`.
    source: Option<String>,
    /// Which solution it is about.
    solution: Option<String>,
    /// What it is about: a page, an asset.
    object: Option<String>,
    /// Whatever else you want to keep.
    #[schema(value_type = Option<Object>)]
    properties: Option<()>,
}

/// An account: its id, or what to match it by.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the form as the document shows it; it is read in `item`")]
pub(crate) enum AccountReference {
    /// Its id.
    Id(String),
    /// What to match it by.
    Described {
        /// Its domain.
        domain: Option<String>,
        /// Its exact name.
        name: Option<String>,
    },
}

/// A contact: its id, or what to match it by.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the form as the document shows it; it is read in `item`")]
pub(crate) enum ContactReference {
    /// Its id, unique within its account.
    Id(String),
    /// What to match it by.
    Described {
        /// Its address.
        email: Option<String>,
        /// Its name, should it be new.
        name: Option<String>,
    },
}

/// Several signals, or one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Signals)]
#[expect(
    dead_code,
    reason = "the form as the document shows it; it is read in `split`"
)]
pub(crate) enum SignalsSchema {
    /// One.
    One(Box<SignalSchema>),
    /// Several.
    Several(Vec<SignalSchema>),
}

/// Records signals. An answer of `accepted` means that the signal is on disk.
///
/// Send one object, an array, or one object a line (`application/x-ndjson`). Each item has its own outcome: a bad
/// one never loses the good ones.
#[utoipa::path(post, path = "/v1/signals", tag = "signals",
    params(("Idempotency-Key" = Option<String>, Header, description = "Taken and not needed: signals are recorded once \
        by their own ids")),
    request_body(content(
        (SignalsSchema = "application/json", examples(
            ("one" = (summary = "One signal", value = json!({
                "id": "evt-1", "kind": "page.pricing", "account": "acme", "contact": "ann"
            }))),
            ("several" = (summary = "Several, one by a matched contact", value = json!([
                {"id": "evt-2", "kind": "page.view", "account": "acme"},
                {"id": "evt-3", "kind": "content.download", "contact": {"email": "jane@acme.com"},
                    "occurred_at": "2026-09-01T12:00:00Z"}
            ]))),
        )),
        (String = "application/x-ndjson")
    )),
    responses(
        (status = 200, description = "What happened to each", body = AnswerSchema),
        (status = 503, description = "Some should be sent again: those whose outcome is `unavailable`",
            body = AnswerSchema, headers(("Retry-After" = u32, description = "Seconds to wait"))),
    ))]
pub(crate) async fn post(
    _caller: Caller<Ingest>,
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let media_type = body::media_type(&request);
    let Some(form) = split::form(&media_type) else {
        let detail = format!("the body is {media_type:?}; send application/json or application/x-ndjson");
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    };
    let config = &api.config;
    let bytes = body::read(
        &request,
        &mut payload.into_inner(),
        &api,
        config.signals_body_bytes_max,
    )
    .await?;
    let pieces = split::split(&bytes, form)?;
    let mut answer = Answer::with_capacity(pieces.items.len());
    let mut parts = pieces.items.into_iter();
    loop {
        let part: Vec<Piece<'_>> = parts.by_ref().take(PART_MAX).collect();
        if part.is_empty() {
            break;
        }
        record(&api, part, &mut answer).await;
    }
    for (outcome, count) in answer.tallies() {
        if count > 0 {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            metrics::counter!(crate::observe::SIGNALS_TOTAL, "outcome" => outcome).increment(count);
        }
    }
    let mut response = if answer.unavailable() > 0 {
        let mut response = HttpResponse::ServiceUnavailable();
        response.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()));
        response
    } else {
        HttpResponse::Ok()
    };
    let json = answer.into_json(api.engine.durability().as_str());
    Ok(response.content_type("application/json").body(json))
}

/// What is told of an item when the engine has answered.
enum Slot<'a> {
    /// The engine decides; the id, and a field that was ignored.
    Sent(SignalId, Option<std::borrow::Cow<'a, str>>),
    /// It was refused here.
    Refused(Option<std::borrow::Cow<'a, str>>, Verdict),
}

async fn record(api: &Api, part: Vec<Piece<'_>>, answer: &mut Answer) {
    let mut sent: Vec<IncomingSignal> = Vec::with_capacity(part.len());
    let slots: Vec<Slot<'_>> = part
        .into_iter()
        .map(|piece| slot(piece, api.config.properties_bytes_max, &mut sent))
        .collect();
    let outcomes = if sent.is_empty() {
        Ok(Vec::new())
    } else {
        api.engine.record_signals(sent).await
    };
    let (mut outcomes, failure) = match outcomes {
        Ok(outcomes) => {
            log_troubles(&outcomes);
            (outcomes.into_iter(), None)
        }
        Err(error) => (Vec::new().into_iter(), Some(error)),
    };
    for slot in slots {
        match slot {
            Slot::Refused(id, verdict) => answer.push(id.as_deref(), &verdict),
            Slot::Sent(id, ignored) => {
                let mut verdict = match outcomes.next() {
                    Some(outcome) => Verdict::of(outcome),
                    None => not_taken(failure.as_ref()),
                };
                if let Some(field) = ignored
                    && verdict.detail.is_none()
                {
                    verdict.detail = Some(check::unknown_field(&field).into());
                }
                answer.push(Some(id.as_str()), &verdict);
            }
        }
    }
}

/// Logs why signals were not recorded: a line a reason, not a line a signal.
fn log_troubles(outcomes: &[ItemOutcome]) {
    let mut troubles: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for outcome in outcomes {
        let (what, reason) = match outcome {
            ItemOutcome::Unavailable { reason } => ("signals could not be made durable", reason),
            ItemOutcome::Quarantined { reason } => {
                ("signals came in for accounts that are set aside", reason)
            }
            ItemOutcome::Decided(_) | ItemOutcome::Unmatched => continue,
        };
        *troubles.entry((what, reason)).or_default() += 1;
    }
    for ((what, reason), signals) in troubles {
        tracing::warn!(reason, signals, "{what}");
    }
}

fn slot<'a>(piece: Piece<'a>, properties_bytes_max: usize, sent: &mut Vec<IncomingSignal>) -> Slot<'a> {
    let mut item: Item<'a> = match piece {
        Ok(item) => item,
        Err(error) => return Slot::Refused(None, Verdict::rejected("invalid_json", error)),
    };
    let ignored = item.unknown.take();
    // Kept for the answer should the item be refused; a borrowed one costs nothing.
    let id = match &item.id {
        Loose::Text(std::borrow::Cow::Borrowed(id)) => Some(std::borrow::Cow::Borrowed(*id)),
        Loose::Text(std::borrow::Cow::Owned(id)) => Some(std::borrow::Cow::Owned(id.clone())),
        Loose::Absent | Loose::Number(_) | Loose::Flag | Loose::List | Loose::Object(_) => None,
    };
    match check::check(item, properties_bytes_max) {
        Ok(signal) => {
            let id = signal.signal.id.clone();
            sent.push(signal);
            Slot::Sent(id, ignored)
        }
        Err(refusal) => Slot::Refused(id, Verdict::rejected(refusal.code, refusal.detail)),
    }
}

fn not_taken(failure: Option<&Error>) -> Verdict {
    match failure {
        Some(Error::Overloaded { .. }) => Verdict::unavailable(
            "overloaded",
            "more is under way than this server takes on: send it again",
        ),
        Some(Error::Stopping) => {
            Verdict::unavailable("stopping", "this server is shutting down: send it again")
        }
        Some(
            error @ (Error::Rejected(_)
            | Error::Unavailable { .. }
            | Error::Quarantined { .. }
            | Error::VersionMismatch { .. }),
        ) => {
            tracing::error!(%error, "signals could not be recorded");
            Verdict::unavailable(
                "not_durable",
                "it was not recorded, or nobody can say: send it again",
            )
        }
        None => {
            tracing::error!("the engine answered fewer signals than it was given");
            Verdict::unavailable(
                "not_durable",
                "nobody can say whether it was recorded: send it again",
            )
        }
    }
}
