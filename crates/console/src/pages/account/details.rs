//! `GET /accounts/{id}/details`: facts with who said them and when, fit rule by rule, exclusions, how it is kept.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::account::field;
use quorate_domain::id::AccountId;
use quorate_domain::opportunity::Opportunity;
use quorate_engine::Engine;
use quorate_engine::view::AccountView;

use super::asked::Asked;
use super::shell::{self, Place, Shell};
use super::tiles::{self, RuleLine};
use super::{NOT_FOUND, past, people};
use crate::access::Visitor;
use crate::pages::board::escaped;
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/details.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    details: Details,
}

/// What is known of an account.
#[derive(Clone, Debug)]
pub(crate) struct Details {
    pub(crate) facts: Vec<FactLine>,
    pub(crate) rules: Vec<RuleLine>,
    /// What keeps it from qualifying.
    pub(crate) exclusions: Vec<Exclusion>,
    /// What sales opened, open ones first, the largest first.
    pub(crate) opportunities: Vec<OpportunityLine>,
    /// How Quorate keeps it.
    pub(crate) kept: Vec<(&'static str, String)>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FactLine {
    pub(crate) name: String,
    pub(crate) values: Vec<Linked>,
    pub(crate) source: String,
    pub(crate) at: Dated,
}

/// An opportunity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpportunityLine {
    pub(crate) name: String,
    /// Empty: for every solution.
    pub(crate) solution: String,
    pub(crate) state: String,
    /// `180,000 EUR`; empty: nobody said.
    pub(crate) amount: String,
    /// Empty: nobody said.
    pub(crate) closes_on: String,
    pub(crate) source: String,
    pub(crate) at: Dated,
}

/// A text that may lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Linked {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

/// Something that keeps an account or a person out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exclusion {
    pub(crate) what: String,
    pub(crate) href: Option<String>,
    pub(crate) source: String,
    pub(crate) at: Option<Dated>,
}

/// `GET /accounts/{id}/details`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &[])?;
    let view = state
        .engine
        .account(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let models = state.engine.models();
    let number = models
        .iter()
        .position(|model| model.version == view.model_version)
        .map_or(0, |place| place + 1);
    let details = Details::of(&state.engine, &view, &asked, number);
    reply::html(&Page {
        frame: shell::frame(&asked.row.name, &request, &visitor, &asked, &view),
        shell: Shell::of(&state.engine, &asked, &visitor, &view, week_ago, Place::Details).await?,
        details,
    })
}

impl Details {
    /// - `model`: the number of the model the account was read with.
    pub(crate) fn of(engine: &Engine, view: &AccountView, asked: &Asked, model: usize) -> Self {
        let now = view.reading.at;
        let mut facts: Vec<FactLine> = Vec::with_capacity(view.state.fields.len());
        // What every account has first, in a fixed order; then the rest by name.
        let named = field::ALL
            .iter()
            .filter_map(|name| view.state.fields.get_key_value(*name));
        let rest = view
            .state
            .fields
            .iter()
            .filter(|(name, _)| !field::ALL.contains(&&***name));
        for (name, stated) in named.chain(rest) {
            let text = |text: String| Linked { text, href: None };
            let values = match &**name {
                field::PARENT => stated.value.texts().map(|id| parent(engine, id)).collect(),
                _ => vec![text(tiles::value(&stated.value))],
            };
            facts.push(FactLine {
                name: words::capitalised(&words::spaced(name)),
                values,
                source: words::spaced(&stated.source.0),
                at: Dated::ago(stated.at, now),
            });
        }
        Self {
            facts,
            rules: tiles::rules(view),
            exclusions: exclusions(view, asked),
            opportunities: opportunities(view),
            kept: kept(view, asked, model),
        }
    }
}

fn opportunities(view: &AccountView) -> Vec<OpportunityLine> {
    let mut known: Vec<&Opportunity> = view.state.opportunities.values().collect();
    let amount = |opportunity: &Opportunity| opportunity.amount.unwrap_or(-1.0);
    known.sort_by(|a, b| {
        let by_state = a.state.cmp(&b.state);
        by_state
            .then_with(|| amount(b).total_cmp(&amount(a)))
            .then_with(|| a.id.cmp(&b.id))
    });
    let currency = view.model.frameworks.currency.as_deref();
    let line = |opportunity: &Opportunity| {
        let unit = opportunity.currency.as_deref().or(currency).unwrap_or_default();
        let amount = opportunity
            .amount
            .map(|amount| format!("{} {unit}", words::number(amount)));
        OpportunityLine {
            name: opportunity
                .name
                .as_deref()
                .unwrap_or(opportunity.id.as_str())
                .to_owned(),
            solution: opportunity
                .solution
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            state: words::capitalised(opportunity.state.as_str()),
            amount: amount.map(|text| text.trim_end().to_owned()).unwrap_or_default(),
            closes_on: opportunity
                .closes_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            source: words::spaced(&opportunity.source.0),
            at: Dated::ago(opportunity.changed_at, view.reading.at),
        }
    };
    known.into_iter().map(line).collect()
}

fn parent(engine: &Engine, id: &str) -> Linked {
    let known = AccountId::new(id).ok().and_then(|id| engine.listing().row(&id));
    Linked {
        text: known
            .as_ref()
            .map_or_else(|| id.to_owned(), |row| row.name.to_string()),
        href: known.map(|row| format!("/accounts/{}", escaped(row.id.as_str()))),
    }
}

fn exclusions(view: &AccountView, asked: &Asked) -> Vec<Exclusion> {
    let now = view.reading.at;
    let disqualified = view.state.disqualified.as_ref().map(|stated| Exclusion {
        what: format!("Disqualified: {}", stated.value),
        href: None,
        source: words::spaced(&stated.source.0),
        at: Some(Dated::ago(stated.at, now)),
    });
    let excluded = tiles::rules(view)
        .into_iter()
        .filter(|rule| rule.verdict == "excludes")
        .map(|rule| Exclusion {
            what: format!("Excluded by the model: {}", rule.label),
            href: None,
            source: "model".to_owned(),
            at: None,
        });
    let people = view.state.contacts.values().filter_map(|contact| {
        let stated = contact.excluded.as_ref()?;
        Some(Exclusion {
            what: format!(
                "{} does not count: {}",
                people::name(view, Some(contact.no)),
                stated.value
            ),
            href: Some(asked.links.person(contact.no)),
            source: words::spaced(&stated.source.0),
            at: Some(Dated::ago(stated.at, now)),
        })
    });
    disqualified.into_iter().chain(excluded).chain(people).collect()
}

fn kept(view: &AccountView, asked: &Asked, model: usize) -> Vec<(&'static str, String)> {
    let number = |number: u64| words::count(usize::try_from(number).unwrap_or(usize::MAX));
    let mut kept = vec![
        ("Id", asked.id.as_str().to_owned()),
        ("Signals", number(view.state.signals)),
        ("Signals that count", number(view.counted)),
    ];
    if view.unknown > 0 {
        kept.push(("Signals of kinds the model does not know", number(view.unknown)));
    }
    if view.state.expired > 0 {
        kept.push(("Signals that came too late to count", number(view.state.expired)));
    }
    if let Some(created) = view.state.created_at {
        kept.push(("Known since", words::instant(created)));
    }
    kept.push(("Model", format!("v{model}, {}", view.model.name)));
    kept
}
