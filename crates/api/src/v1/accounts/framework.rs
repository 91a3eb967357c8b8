//! `GET /v1/accounts/{account}/frameworks/{framework}`: how complete each buying group is, element by element.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Directory;
use quorate_domain::evidence::Level;
use quorate_domain::framework::{
    ChampionFacts, CheckReading, ElementReading, Found, FrameworkReading, Verdict,
};
use quorate_domain::model::CheckKind;
use quorate_engine::view::AccountView;
use serde::Serialize;
use utoipa::ToSchema;

use super::get::as_of;
use crate::auth::{Caller, Read};
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::Api;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::{Instant, maybe};
use crate::v1::path::{FrameworkPath, no_account};

/// A framework, for each buying group.
#[derive(Serialize, ToSchema)]
#[schema(as = Framework)]
pub(crate) struct FrameworkBody {
    /// Its name.
    name: String,
    /// The instant it is read at.
    as_of: Instant,
    /// The buying groups, in model order.
    groups: Vec<FrameworkGroupBody>,
}

/// A framework at one buying group.
#[derive(Serialize, ToSchema)]
#[schema(as = FrameworkGroup)]
pub(crate) struct FrameworkGroupBody {
    /// The solution; null: the model lists none.
    solution: Option<String>,
    /// In percent; null: no element is in scope.
    completeness: Option<f64>,
    /// `not_qualified`, `under_qualified`, `gapped` or `forecast_ready`.
    verdict: Option<&'static str>,
    /// The key of the weakest element in scope.
    weakest: Option<String>,
    /// The largest open amount; null: there is none, and everything is in scope.
    amount: Option<f64>,
    /// The elements.
    elements: Vec<ElementBody>,
    /// Numbers of evidence for elements the model has no more: kept, and not counted.
    unlisted_evidence: Vec<u32>,
    /// What is known of the champions: power and influence, whether they sell inside, what they gain.
    champions: Vec<ChampionBody>,
}

/// An element of a framework.
#[derive(Serialize, ToSchema)]
#[schema(as = FrameworkElement)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a client reads: each is a question of its own"
)]
pub(crate) struct ElementBody {
    /// Its key.
    key: String,
    /// What people read.
    name: String,
    /// Its weight in completeness.
    weight: f64,
    /// Whether it counts.
    in_scope: bool,
    /// From 0 to 1.
    score: f64,
    /// The score under which it holds the verdict.
    gate: Option<f64>,
    /// Whether it is below its gate.
    holds_verdict: bool,
    /// The level its best evidence counts for: `assumed`, `stated`, `validated`; null: none.
    level: Option<&'static str>,
    /// Whether that evidence lost a step to age.
    stale: bool,
    /// When it went stale, or will.
    stale_at: Option<Instant>,
    /// Whether somebody at the account denies it.
    contested: bool,
    /// Numbers of its evidence, best first.
    evidence: Vec<u32>,
    /// Its checks.
    checks: Vec<CheckBody>,
}

/// A check of an element.
#[derive(Serialize, ToSchema)]
#[schema(as = FrameworkCheck)]
pub(crate) struct CheckBody {
    /// `evidence`, `role_identified`, `role_engaged`, `path`, `signal` or `attribute`.
    kind: &'static str,
    /// What it asks about: a role, two roles, a kind of signal, an attribute.
    about: Option<String>,
    /// Its weight in the element.
    weight: f64,
    /// How far it is passed, from 0 to 1.
    passed: f64,
    /// Those who pass it, or the people of the best path.
    people: Vec<ContactName>,
    /// Of a path: how strong the best one is.
    strength: Option<f64>,
    /// Of a path: how strong it must be.
    needs: Option<f64>,
    /// Of a signal: the newest one.
    last_at: Option<Instant>,
}

/// What is known of a champion.
#[derive(Serialize, ToSchema)]
#[schema(as = ChampionFacts)]
pub(crate) struct ChampionBody {
    /// Who.
    contact: ContactName,
    /// Power: how senior.
    seniority: Option<&'static str>,
    /// Influence: the strength of the path to the economic buyer.
    path: Option<f64>,
    /// Influence: whom they influence.
    influences: Vec<ContactName>,
    /// Sells inside: whether they are engaged.
    engaged: bool,
    /// Sells inside: how they stand to it.
    attitude: &'static str,
    /// Vested interest: numbers of evidence they gave.
    evidence: Vec<u32>,
}

impl FrameworkGroupBody {
    fn of(solution: Option<String>, reading: &FrameworkReading, directory: &Directory) -> Self {
        let weakest = reading.weakest.and_then(|place| reading.elements.get(place));
        Self {
            solution,
            completeness: reading.completeness,
            verdict: reading.verdict.map(Verdict::as_str),
            weakest: weakest.map(|element| element.key.to_string()),
            amount: reading.amount,
            elements: reading
                .elements
                .iter()
                .map(|element| ElementBody::of(element, directory))
                .collect(),
            unlisted_evidence: reading.unlisted.iter().map(|no| no.0).collect(),
            champions: reading
                .champions
                .iter()
                .map(|facts| ChampionBody::of(facts, directory))
                .collect(),
        }
    }
}

impl ElementBody {
    fn of(element: &ElementReading, directory: &Directory) -> Self {
        Self {
            key: element.key.to_string(),
            name: element.name.to_string(),
            weight: element.weight,
            in_scope: element.in_scope,
            score: element.score,
            gate: element.gate,
            holds_verdict: element.holds(),
            level: element.level.map(Level::as_str),
            stale: element.stale,
            stale_at: maybe(element.stale_at),
            contested: element.contested,
            evidence: element.evidence.iter().map(|no| no.0).collect(),
            checks: element
                .checks
                .iter()
                .map(|check| CheckBody::of(check, directory))
                .collect(),
        }
    }
}

impl CheckBody {
    fn of(check: &CheckReading, directory: &Directory) -> Self {
        let (kind, about, needs) = match &check.kind {
            CheckKind::Evidence => ("evidence", None, None),
            CheckKind::RoleIdentified(role) => ("role_identified", Some(role.to_string()), None),
            CheckKind::RoleEngaged(role) => ("role_engaged", Some(role.to_string()), None),
            CheckKind::Path { from, to, strength } => {
                ("path", Some(format!("{from} to {to}")), Some(*strength))
            }
            CheckKind::Signal { pattern, .. } => ("signal", Some(pattern.to_string()), None),
            CheckKind::Attribute(name) => ("attribute", Some(name.to_string()), None),
        };
        let (people, strength, last_at) = match &check.found {
            Found::People(people) => (people.as_slice(), None, None),
            Found::Path(Some(path)) => (path.people.as_slice(), Some(path.strength), None),
            Found::Signal(last) => (&[][..], None, *last),
            Found::Evidence(_) | Found::Path(None) | Found::Known(_) => (&[][..], None, None),
        };
        Self {
            kind,
            about,
            weight: check.weight,
            passed: check.share,
            people: people.iter().map(|no| name_of(*no, directory)).collect(),
            strength,
            needs,
            last_at: maybe(last_at),
        }
    }
}

impl ChampionBody {
    fn of(facts: &ChampionFacts, directory: &Directory) -> Self {
        Self {
            contact: name_of(facts.contact, directory),
            seniority: facts.seniority.map(quorate_domain::contact::Seniority::as_str),
            path: facts.path,
            influences: facts
                .influences
                .iter()
                .map(|no| name_of(*no, directory))
                .collect(),
            engaged: facts.engaged,
            attitude: facts.attitude.as_str(),
            evidence: facts.evidence.iter().map(|no| no.0).collect(),
        }
    }
}

fn body(view: &AccountView, name: &str) -> Option<FrameworkBody> {
    let groups: Option<Vec<FrameworkGroupBody>> = view
        .reading
        .groups
        .iter()
        .map(|group| {
            let reading = group.frameworks.iter().find(|reading| *reading.name == *name)?;
            let solution = group.solution.as_ref().map(ToString::to_string);
            Some(FrameworkGroupBody::of(solution, reading, &view.directory))
        })
        .collect();
    Some(FrameworkBody {
        name: name.to_owned(),
        as_of: view.reading.at.into(),
        groups: groups?,
    })
}

/// Reads a framework: completeness, verdict, and what each element rests on.
#[utoipa::path(get, path = "/v1/accounts/{account}/frameworks/{framework}", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("framework" = String, Path, description = "A framework the model uses, such as `meddpicc`"),
        ("as_of" = Option<String>, Query, description = "A past instant, by all that is known now"),
        ("known_at" = Option<String>, Query, description = "Leaves out what was recorded after this instant"),
    ),
    responses((status = 200, description = "The framework", body = FrameworkBody)))]
pub(crate) async fn framework(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<FrameworkPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (id, name) = path.parts()?;
    let mut params = Params::of(&request, &["as_of", "known_at"]);
    let as_of = as_of(&mut params, api.engine.now());
    params.finish(())?;
    let view = api
        .engine
        .account(&id, as_of)
        .await?
        .ok_or_else(|| no_account(&id))?;
    let body = body(&view, name).ok_or_else(|| {
        let used = view.model.frameworks.in_use.iter();
        let used: Vec<&str> = used.map(|framework| &*framework.name).collect();
        let used = if used.is_empty() {
            "none".to_owned()
        } else {
            used.join(", ")
        };
        let detail = format!("the model uses no framework {name:?}; it uses {used}");
        Problem::new(Kind::FrameworkNotFound, detail)
    })?;
    Ok(HttpResponse::Ok().json(body))
}
