//! `GET /v1/accounts/{account}/committee`: its people, how they are related, and which seats they hold.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::committee::access::{Access, Ways};
use quorate_domain::committee::risk::Risk;
use quorate_domain::committee::{Committee, SeatView};
use quorate_domain::contact::{Contact, InferredRole, Seniority};
use quorate_domain::id::ContactNo;
use quorate_domain::standing::{GroupReading, PersonReading};
use quorate_domain::value::Stated;
use quorate_engine::view::AccountView;
use serde::Serialize;
use utoipa::ToSchema;

use super::get::as_of;
use crate::auth::{Caller, Read};
use crate::conditional;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::Instant;
use crate::v1::path::{AccountPath, no_account};

mod access;
mod risk;

use access::AccessBody;
use risk::RiskBody;

/// An account's buying committee.
#[derive(Serialize, ToSchema)]
#[schema(as = Committee)]
pub(crate) struct CommitteeBody {
    /// Which account.
    id: String,
    /// The instant it is told at.
    as_of: Instant,
    /// In percent, of the group that speaks for the account; null: the model has no seats.
    quorum: Option<f64>,
    /// Its people, by number.
    contacts: Vec<ContactBody>,
    /// How they are related.
    relations: Vec<RelationBody>,
    /// One a solution: its seats and who holds them.
    buying_groups: Vec<GroupBody>,
}

/// A contact.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactBody {
    /// Its number within the account.
    no: u32,
    /// Its id; null: erased.
    id: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Its job title.
    title: Option<String>,
    /// Its addresses.
    emails: Vec<String>,
    /// The roles it holds: the stated ones, else the inferred ones that are no mere candidates.
    roles: Vec<RoleBody>,
    /// Roles its title suggests without giving them: champion, coach and blocker are never more.
    candidates: Vec<RoleBody>,
    /// `c_level`, `vp`, `director`, `manager` or `staff`; null: nobody knows.
    seniority: Option<&'static str>,
    /// Whether somebody stated the seniority; else it is read from the title.
    seniority_stated: bool,
    /// `supporter`, `neutral`, `detractor` or `unknown`.
    attitude: &'static str,
    /// Why it does not count; null: it counts.
    excluded: Option<String>,
    /// Its department or function, as somebody stated it.
    function: Option<String>,
    /// The function read from department or title, by the name the model gives it, such as `finance`; null: neither
    /// tells.
    inferred_function: Option<String>,
    /// How it became known.
    lead_source: Option<String>,
    /// What it agreed to.
    consent: Option<String>,
    /// Engagement points, the largest of all buying groups.
    engagement: f64,
    /// Whether it is engaged in any buying group.
    engaged: bool,
    /// `lead` or `mql`.
    lead_stage: &'static str,
}

/// A role with what it rests on.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldRole)]
pub(crate) struct RoleBody {
    /// The role.
    role: String,
    /// For which solution; null: for all.
    solution: Option<String>,
    /// Whether somebody stated it; else it is inferred.
    stated: bool,
    /// Of a stated one: who says so.
    source: Option<String>,
    /// Of an inferred one: how sure the rule is, from 0 to 1.
    confidence: Option<f64>,
    /// Of an inferred one: the pattern that fired.
    rule: Option<String>,
}

/// A relation between two contacts.
#[derive(Serialize, ToSchema)]
#[schema(as = Relation)]
pub(crate) struct RelationBody {
    /// Where it starts.
    from: ContactName,
    /// Where it ends.
    to: ContactName,
    /// `reports_to`, `influences`, `works_with` or `blocks`.
    kind: &'static str,
    /// How strong, from 0 to 1.
    strength: f64,
    /// Whether somebody stated the strength; else the model gives it.
    strength_stated: bool,
}

/// The seats of a buying group.
#[derive(Serialize, ToSchema)]
#[schema(as = CommitteeGroup)]
pub(crate) struct GroupBody {
    /// The solution; null when the model lists none.
    solution: Option<String>,
    /// In percent; null: the model has no seats.
    quorum: Option<f64>,
    /// How much of it rests on inferred roles alone.
    quorum_inferred: f64,
    /// Its seats, in the model's order.
    seats: Vec<SeatBody>,
    /// Everybody with signals, as this group sees them.
    people: Vec<PersonBody>,
    /// Whether and how a champion reaches an economic buyer.
    access: AccessBody,
    /// What it may fail by.
    risks: RiskBody,
}

/// A seat and who holds it.
#[derive(Serialize, ToSchema)]
#[schema(as = Seat)]
pub(crate) struct SeatBody {
    /// The role that fills it.
    role: String,
    /// How many holders it wants.
    count: u32,
    /// Its weight in the decision.
    weight: f64,
    /// Whether its absence is a gap worth naming.
    required: bool,
    /// `missing`, `opposed`, `identified` or `engaged`.
    state: &'static str,
    /// From 0 to 1.
    worth: f64,
    /// Who holds it, best first.
    holders: Vec<HolderBody>,
}

/// Somebody who holds a seat.
#[derive(Serialize, ToSchema)]
#[schema(as = SeatHolder)]
pub(crate) struct HolderBody {
    /// Who.
    contact: ContactName,
    /// 1 engaged, 0.25 only identified, 0 a detractor or blocker.
    worth: f64,
    /// Whether the role rests on inference alone.
    inferred: bool,
}

/// A person as a buying group sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupPerson)]
pub(crate) struct PersonBody {
    /// Who; null: the anonymous visitor.
    contact: Option<ContactName>,
    /// Engagement points.
    engagement: f64,
    /// What a point of it counts.
    weight: f64,
    /// Whether it is engaged.
    engaged: bool,
    /// The roles it holds here.
    roles: Vec<String>,
}

impl RoleBody {
    fn inferred(role: &InferredRole) -> Self {
        Self {
            role: role.role.to_string(),
            solution: None,
            stated: false,
            source: None,
            confidence: Some(role.confidence),
            rule: Some(role.rule.to_string()),
        }
    }
}

/// What all buying groups together say of a person.
#[derive(Clone, Copy, Default)]
struct Overall {
    engagement: f64,
    engaged: bool,
    mql: bool,
}

impl Overall {
    fn with(self, person: &PersonReading) -> Self {
        Self {
            engagement: self.engagement.max(person.engagement),
            engaged: self.engaged || person.engaged,
            mql: self.mql || person.mql,
        }
    }
}

impl ContactBody {
    fn of(contact: &Contact, view: &AccountView, overall: Overall) -> Self {
        let card = view.directory.card(contact.no);
        let text = |stated: &Option<Stated<std::sync::Arc<str>>>| {
            stated.as_ref().map(|stated| stated.value.to_string())
        };
        let (held, candidates) = roles(contact);
        Self {
            no: contact.no.0,
            id: card
                .and_then(|card| card.outside_id.as_ref())
                .map(ToString::to_string),
            name: card.and_then(|card| card.name.as_deref()).map(str::to_owned),
            title: card.and_then(|card| card.title.as_deref()).map(str::to_owned),
            emails: card
                .map(|card| card.emails.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            roles: held,
            candidates,
            seniority: contact.seniority().map(Seniority::as_str),
            seniority_stated: contact.seniority.is_some(),
            attitude: contact.attitude().as_str(),
            excluded: text(&contact.excluded),
            function: text(&contact.function),
            inferred_function: contact.inferred_function.as_deref().map(str::to_owned),
            lead_source: text(&contact.lead_source),
            consent: text(&contact.consent),
            engagement: overall.engagement,
            engaged: overall.engaged,
            lead_stage: if overall.mql { "mql" } else { "lead" },
        }
    }
}

fn roles(contact: &Contact) -> (Vec<RoleBody>, Vec<RoleBody>) {
    let (candidates, inferred): (Vec<_>, Vec<_>) = contact.inferred.iter().partition(|role| role.candidate);
    let candidates = candidates.into_iter().map(RoleBody::inferred).collect();
    let held = match &contact.roles {
        Some(stated) => stated
            .value
            .iter()
            .map(|held| RoleBody {
                role: held.role.to_string(),
                solution: held.solution.as_ref().map(ToString::to_string),
                stated: true,
                source: Some(stated.source.0.to_string()),
                confidence: None,
                rule: None,
            })
            .collect(),
        None => inferred.into_iter().map(RoleBody::inferred).collect(),
    };
    (held, candidates)
}

impl GroupBody {
    fn of(group: &GroupReading, view: &AccountView, committee: &Committee, ways: &Ways) -> Self {
        let solution = group.solution.as_ref();
        let access = Access::of(&view.state, solution, ways);
        let engaged: BTreeSet<ContactNo> = group
            .people
            .iter()
            .filter(|person| person.engaged)
            .filter_map(|person| person.contact)
            .collect();
        let risk = Risk::of(&view.state, committee, solution, ways, &access, |no| {
            engaged.contains(&no)
        });
        Self {
            access: AccessBody::of(&access, view.state.contacts.keys().copied(), &view.directory),
            risks: RiskBody::of(&risk, &view.directory),
            solution: group.solution.as_ref().map(ToString::to_string),
            quorum: group.quorum.percent,
            quorum_inferred: group.quorum.inferred,
            seats: group
                .quorum
                .seats
                .iter()
                .map(|seat| SeatBody::of(seat, view))
                .collect(),
            people: group
                .people
                .iter()
                .map(|person| PersonBody {
                    contact: person.contact.map(|no| name_of(no, &view.directory)),
                    engagement: person.engagement,
                    weight: person.weight,
                    engaged: person.engaged,
                    roles: super::standing::roles(&person.roles),
                })
                .collect(),
        }
    }
}

impl SeatBody {
    fn of(view: &SeatView, account: &AccountView) -> Self {
        Self {
            role: view.seat.role.to_string(),
            count: view.seat.count,
            weight: view.seat.weight,
            required: view.seat.required,
            state: view.state.as_str(),
            worth: view.worth,
            holders: view
                .holders
                .iter()
                .map(|holder| HolderBody {
                    contact: name_of(holder.contact, &account.directory),
                    worth: holder.worth,
                    inferred: holder.inferred,
                })
                .collect(),
        }
    }
}

impl From<&AccountView> for CommitteeBody {
    fn from(view: &AccountView) -> Self {
        let mut overall: BTreeMap<ContactNo, Overall> = BTreeMap::new();
        for person in view.reading.groups.iter().flat_map(|group| &group.people) {
            if let Some(no) = person.contact {
                let known = overall.entry(no).or_default();
                *known = known.with(person);
            }
        }
        let contacts = view.state.contacts.values();
        let committee = Committee::of(&view.state, &view.model);
        let ways = Ways::of(&view.state, &committee);
        Self {
            id: view.state.id.to_string(),
            as_of: view.reading.at.into(),
            quorum: view.reading.best().and_then(|group| group.quorum.percent),
            contacts: contacts
                .map(|contact| {
                    let overall = overall.get(&contact.no).copied().unwrap_or_default();
                    ContactBody::of(contact, view, overall)
                })
                .collect(),
            relations: committee
                .relations()
                .map(|(from, to, relation)| RelationBody {
                    from: name_of(from, &view.directory),
                    to: name_of(to, &view.directory),
                    kind: relation.kind.as_str(),
                    strength: relation.strength,
                    strength_stated: relation.stated,
                })
                .collect(),
            buying_groups: view
                .reading
                .groups
                .iter()
                .map(|group| GroupBody::of(group, view, &committee, &ways))
                .collect(),
        }
    }
}

/// Reads an account's people, how they are related, and which seats they hold.
#[utoipa::path(get, path = "/v1/accounts/{account}/committee", tag = "accounts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("as_of" = Option<String>, Query, description = "A past instant, by all that is known now"),
        ("known_at" = Option<String>, Query, description = "Leaves out what was recorded after this instant"),
        ("If-None-Match" = Option<String>, Header, description = "With `as_of`: the ETag of what you have"),
    ),
    responses((status = 200, description = "Its committee", body = CommitteeBody)))]
pub(crate) async fn committee(
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
    conditional::read(&request, as_of, &CommitteeBody::from(&view), |body| {
        HttpResponse::Ok().json(body)
    })
}
