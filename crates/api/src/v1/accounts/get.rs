//! `GET /v1/accounts/{account}`: an account now, or at a past instant.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{AccountState, field};
use quorate_domain::time::Timestamp;
use quorate_domain::value::Value;
use quorate_engine::AsOf;
use quorate_engine::view::AccountView;
use serde::Serialize;
use utoipa::ToSchema;

use super::standing::StandingBody;
use super::value::AttributeValue;
use crate::auth::{Caller, Read};
use crate::conditional;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::etag;
use crate::v1::instant::{Instant, maybe};
use crate::v1::path::{AccountPath, no_account};

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountBody {
    /// Its id.
    id: String,
    /// Its name; its id when it has none.
    name: String,
    /// Its domains.
    domains: Vec<String>,
    /// Who looks after it.
    owner: Option<String>,
    /// Its tier in the target account list.
    tier: Option<String>,
    /// The account it belongs to.
    parent: Option<String>,
    /// The lists it is on.
    lists: Vec<String>,
    /// Its attributes.
    attributes: BTreeMap<String, AttributeValue>,
    /// Who states each field and attribute, and since when.
    sources: BTreeMap<String, StatedBy>,
    /// Why sales disqualified it; null: it did not.
    disqualified: Option<Disqualified>,
    /// How it stands.
    #[serde(flatten)]
    standing: StandingBody,
    /// How many contacts are known.
    contacts: usize,
    /// What came in.
    signals: SignalCounts,
    /// Its newest signal.
    last_signal_at: Option<Instant>,
    /// When its first record was made.
    created_at: Option<Instant>,
    /// Its version, which every record raises.
    version: u64,
}

/// Who states a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatedBy {
    /// Who.
    source: String,
    /// Since when.
    at: Instant,
}

/// Why an account is disqualified.
#[derive(Serialize, ToSchema)]
pub(crate) struct Disqualified {
    /// Why.
    reason: String,
    /// Who says so.
    source: String,
    /// Since when.
    at: Instant,
}

/// How many signals came in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignalCounts {
    /// All that are recorded.
    recorded: u64,
    /// Those the model gives points.
    counted: u64,
    /// Those of kinds the model does not know: worth nothing.
    unknown_kind: u64,
    /// Those older than signals are kept when they came in: worth nothing.
    expired: u64,
}

impl From<&AccountView> for AccountBody {
    fn from(view: &AccountView) -> Self {
        let state = &view.state;
        let text = |name| state.text(name).map(str::to_owned);
        let (attributes, sources) = stated(state);
        Self {
            id: state.id.to_string(),
            name: text(field::NAME).unwrap_or_else(|| state.id.to_string()),
            domains: texts(state, field::DOMAINS),
            owner: text(field::OWNER),
            tier: text(field::TIER),
            parent: text(field::PARENT),
            lists: texts(state, field::LISTS),
            attributes,
            sources,
            disqualified: state.disqualified.as_ref().map(|stated| Disqualified {
                reason: stated.value.to_string(),
                source: stated.source.0.to_string(),
                at: stated.at.into(),
            }),
            standing: view.into(),
            contacts: state.contacts.len(),
            signals: SignalCounts {
                recorded: state.signals,
                counted: view.counted,
                unknown_kind: view.unknown,
                expired: state.expired,
            },
            last_signal_at: maybe(state.last_signal_at),
            created_at: maybe(state.created_at),
            version: view.seq.0,
        }
    }
}

fn texts(state: &AccountState, name: &str) -> Vec<String> {
    state
        .value(name)
        .into_iter()
        .flat_map(Value::texts)
        .map(str::to_owned)
        .collect()
}

fn stated(state: &AccountState) -> (BTreeMap<String, AttributeValue>, BTreeMap<String, StatedBy>) {
    let mut attributes = BTreeMap::new();
    let mut sources = BTreeMap::new();
    for (name, stated) in &state.fields {
        if !field::ALL.contains(&&**name) {
            attributes.insert(name.to_string(), AttributeValue(stated.value.clone()));
        }
        let by = StatedBy {
            source: stated.source.0.to_string(),
            at: stated.at.into(),
        };
        sources.insert(name.to_string(), by);
    }
    (attributes, sources)
}

/// Reads the instant a read is about: `as_of` and `known_at`, neither in the future.
pub(super) fn as_of(params: &mut Params, now: Timestamp) -> AsOf {
    let mut past = |name: &str| {
        let instant = params.instant(name)?;
        if instant > now {
            params.refuse(
                name,
                format!("{instant} is in the future; /forecast tells what comes"),
            );
        }
        Some(instant)
    };
    AsOf {
        at: past("as_of"),
        known_at: past("known_at"),
    }
}

/// Reads an account now, or as it was.
#[utoipa::path(get, path = "/v1/accounts/{account}", tag = "accounts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("as_of" = Option<String>, Query, description = "A past instant, by all that is known now"),
        ("known_at" = Option<String>, Query, description = "Leaves out what was recorded after this instant"),
        ("If-None-Match" = Option<String>, Header, description = "With `as_of`: the ETag of what you have"),
    ),
    responses((status = 200, description = "The account", body = AccountBody,
        headers(("ETag" = String, description = "The version of what is recorded of it; `If-Match` takes it. With \
            `as_of`: the hash of this answer; `If-None-Match` takes it")))))]
pub(crate) async fn get(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let id = path.account()?;
    let mut params = Params::of(&request, &["as_of", "known_at"]);
    let as_of = as_of(&mut params, api.engine.now());
    params.finish(())?;
    let view = api
        .engine
        .account(&id, as_of)
        .await?
        .ok_or_else(|| no_account(&id))?;
    conditional::read(&request, as_of, &AccountBody::from(&view), |body| {
        let mut response = HttpResponse::Ok();
        if as_of == AsOf::default() {
            response.insert_header((header::ETAG, etag(view.seq)));
        }
        response.json(body)
    })
}
