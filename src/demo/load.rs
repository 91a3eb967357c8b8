//! Companies, people and their history, into the engine.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use futures_util::StreamExt as _;
use futures_util::stream;
use quorate_domain::account::{
    AccountChange, Command, ContactChange, ContactRef, NewSignal, OpportunityChange, Patch, Relate,
    StateEvidence, field,
};
use quorate_domain::contact::HeldRole;
use quorate_domain::id::{AccountId, ContactId, EvidenceNo, Kind, OpportunityId, Role, SignalId};
use quorate_domain::signal::SignalSource;
use quorate_domain::time::{Days, Timestamp};
use quorate_domain::value::{Source, Value};
use quorate_engine::view::ItemOutcome;
use quorate_engine::{AccountRef, AsOf, Engine, IncomingSignal};

use super::company::{Company, Person, shared};
use super::evidence::{self, Known};
use super::story::Happening;
use super::{HISTORY_DAYS, World, lists};

/// Accounts that are made at once: enough for a group commit to be worth its sync.
const AT_ONCE: usize = 256;

/// How many accounts are made between two words on how far it is.
const TOLD_EVERY: usize = 100;

/// Puts a world and its history into an engine whose clock shows `start`.
///
/// - `goes_on`: an earlier attempt was broken off; what it put in stays, and the rest comes. Most commands change nothing
///   when they are said again, and signals go by their ids; only what would be there twice is looked for.
///
/// # Errors
/// When the engine does not take something.
pub(crate) async fn load(
    engine: &Engine,
    world: &World,
    start: Timestamp,
    goes_on: bool,
) -> anyhow::Result<()> {
    // Facts first: what is said before any signal needs nothing told anew.
    let is_asked = engine.models().iter().any(|model| {
        let mut frameworks = model.model.frameworks.in_use.iter();
        frameworks.any(|framework| *framework.name == *evidence::FRAMEWORK)
    });
    let introductions = world.companies.iter().enumerate().map(|(subject, company)| {
        let known = if is_asked {
            world.known(subject, company)
        } else {
            Known::default()
        };
        introduce(engine, company, known, start, goes_on)
    });
    let mut introduced = stream::iter(introductions).buffer_unordered(AT_ONCE);
    let mut made = 0_usize;
    while let Some(result) = introduced.next().await {
        result?;
        made += 1;
        if made.is_multiple_of(TOLD_EVERY) {
            tracing::info!(
                accounts.made = made,
                accounts.all = world.companies.len(),
                "the demo is being filled"
            );
        }
    }
    let mut signals = Vec::new();
    for (subject, company) in world.companies.iter().enumerate() {
        for day in -HISTORY_DAYS..0 {
            for (id, happening) in world.day(subject, company, day) {
                if happening.day < 0.0 {
                    signals.push(signal(company, id, &happening, start));
                }
            }
        }
    }
    if is_asked {
        for (subject, company) in world.companies.iter().enumerate() {
            let done = world.known(subject, company).done;
            let steps = done.iter().zip(1_u32..);
            signals.extend(
                steps.map(|(done, number)| signal(company, format!("demo:closing:{number}"), done, start)),
            );
        }
    }
    record(engine, signals).await?;
    lists::load(engine, world, goes_on).await
}

/// How many signals are recorded in one go: fewer than an engine takes on at once.
const SIGNALS_AT_ONCE: usize = 10_000;

/// Records signals that a healthy engine takes whole.
///
/// # Errors
/// When one is not taken.
pub(super) async fn record(engine: &Engine, signals: Vec<IncomingSignal>) -> anyhow::Result<()> {
    let mut signals = signals.into_iter();
    loop {
        let part: Vec<IncomingSignal> = signals.by_ref().take(SIGNALS_AT_ONCE).collect();
        if part.is_empty() {
            return Ok(());
        }
        for outcome in engine.record_signals(part).await? {
            match outcome {
                ItemOutcome::Decided(quorate_domain::account::Outcome::Rejected(reason)) => {
                    return Err(anyhow!("a demo signal was rejected: {reason}"));
                }
                ItemOutcome::Decided(_) | ItemOutcome::Unmatched => {}
                ItemOutcome::Unavailable { reason } | ItemOutcome::Quarantined { reason } => {
                    return Err(anyhow!("a demo signal was not recorded: {reason}"));
                }
            }
        }
    }
}

/// Returns a happening as a signal; dated from the demo's start.
pub(super) fn signal(
    company: &Company,
    id: String,
    happening: &Happening,
    start: Timestamp,
) -> IncomingSignal {
    let contact = happening.person.and_then(|place| company.people.get(place));
    let source = match happening.kind.split('.').next() {
        Some("intent" | "review" | "company") => SignalSource::ThirdParty,
        Some("product" | "trial") => SignalSource::Product,
        Some("meeting" | "call" | "deal") => SignalSource::Sales,
        Some(_) | None => SignalSource::FirstParty,
    };
    IncomingSignal {
        account: AccountRef::Id(AccountId::trusted(company.id.as_str())),
        signal: NewSignal {
            id: SignalId::trusted(id),
            kind: Kind::trusted(happening.kind),
            contact: contact.map(|person| ContactRef::Id(contact_id(person))),
            occurred_at: Some(instant(happening, start)),
            strength: happening.strength,
            source,
            solution: None,
            object: happening.object.map(shared),
            properties: None,
        },
    }
}

/// Returns when something happens, if the demo started at `start`.
pub(super) fn instant(happening: &Happening, start: Timestamp) -> Timestamp {
    start.plus_days(Days(happening.day))
}

async fn introduce(
    engine: &Engine,
    company: &Company,
    known: Known,
    start: Timestamp,
    goes_on: bool,
) -> anyhow::Result<()> {
    let id = AccountId::trusted(company.id.as_str());
    let there = if goes_on {
        engine.account(&id, AsOf::default()).await?
    } else {
        None
    };
    let is_said = |no: EvidenceNo| there.as_ref().is_some_and(|view| no <= view.state.evidence_last);
    let is_denied = |no: EvidenceNo| {
        let evidence = there.as_ref().and_then(|view| view.state.evidence.get(&no));
        evidence.is_some_and(|evidence| evidence.contested.is_some())
    };
    let commands = std::iter::once(account(company))
        .chain(company.people.iter().map(|person| contact(company, person)))
        .chain(relations(company))
        .chain(qualifying(company, known, start, is_said, is_denied))
        .chain(lists::joins(company));
    for command in commands {
        engine
            .execute(id.clone(), command, None)
            .await
            .with_context(|| format!("the demo's company {id} was not taken"))?;
    }
    Ok(())
}

fn account(company: &Company) -> Command {
    let text = |text: &str| Some(Value::text(text));
    let fields = [
        (field::NAME, text(&company.name)),
        (field::DOMAINS, Some(Value::List(vec![shared(&company.domain())]))),
        (field::OWNER, text(company.owner)),
        (field::TIER, text(company.tier)),
        ("industry", text(company.industry)),
        ("country", text(company.country)),
        ("region", text(company.region)),
        ("city", text(company.city)),
        ("employees", Some(Value::Number(f64::from(company.employees)))),
        ("annual_revenue", Some(Value::Number(company.annual_revenue))),
        (
            "technologies",
            Some(Value::List(
                company.technologies.iter().copied().map(shared).collect(),
            ))
            .filter(|_| !company.technologies.is_empty()),
        ),
    ];
    Command::ChangeAccount(AccountChange {
        fields: fields
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, value)| (shared(name), value))
            .collect(),
        source: crm(),
    })
}

fn contact(company: &Company, person: &Person) -> Command {
    let mut change = ContactChange::new(contact_id(person), crm());
    change.name = Patch::Set(shared(&person.name));
    change.title = Patch::Set(shared(&person.title));
    change.emails = Some(vec![shared(&person.email(company))]);
    if person.is_stated {
        let role = Role::trusted(person.role);
        change.roles = Patch::Set(vec![HeldRole { role, solution: None }]);
    }
    if let Some(level) = person.seniority {
        change.seniority = Patch::Set(level);
    }
    if let Some(attitude) = person.attitude {
        change.attitude = Patch::Set(attitude);
    }
    let boss = person.reports_to.and_then(|place| company.people.get(place));
    if let Some(boss) = boss.filter(|boss| boss.id != person.id) {
        change.reports_to = Patch::Set(contact_id(boss));
    }
    Command::ChangeContact(change)
}

fn relations(company: &Company) -> impl Iterator<Item = Command> {
    company.relations.iter().filter_map(|(from, kind, to, strength)| {
        Some(Command::Relate(Relate {
            from: contact_id(company.people.get(*from)?),
            to: contact_id(company.people.get(*to)?),
            kind: *kind,
            strength: *strength,
        }))
    })
}

/// What the sellers know: an opportunity, and evidence from the oldest on, without what is there already.
fn qualifying(
    company: &Company,
    known: Known,
    start: Timestamp,
    is_said: impl Fn(EvidenceNo) -> bool,
    is_denied: impl Fn(EvidenceNo) -> bool,
) -> impl Iterator<Item = Command> {
    let opportunity = known.amount.map(|amount| {
        let mut change = OpportunityChange::new(OpportunityId::trusted("first"), crm());
        change.name = Patch::Set(shared(&format!("{}, first order", company.name)));
        change.amount = Patch::Set(amount);
        Command::ChangeOpportunity(change)
    });
    let mut evidence = known.evidence;
    evidence.sort_by(|a, b| a.day.total_cmp(&b.day));
    let stated = evidence
        .into_iter()
        .zip((1..).map(EvidenceNo))
        .flat_map(move |(said, no)| {
            let person = said.person.and_then(|place| company.people.get(place));
            let denier = said.contested_by.and_then(|place| company.people.get(place));
            let contest = denier
                .filter(|_| !is_denied(no))
                .map(|person| Command::ContestEvidence {
                    evidence: no,
                    by: contact_id(person),
                    note: Some(shared(evidence::DENIAL)),
                    source: Source::person(),
                });
            let stated = Command::StateEvidence(StateEvidence {
                solution: None,
                framework: shared(evidence::FRAMEWORK),
                element: shared(said.element),
                level: said.level,
                artefact: said.artefact.map(shared),
                said_by: person.map(contact_id),
                note: Some(shared(said.note)),
                said_at: Some(start.plus_days(Days(said.day))),
                source: Source::person(),
            });
            let stated = (!is_said(no)).then_some(stated);
            stated.into_iter().chain(contest)
        });
    opportunity.into_iter().chain(stated)
}

fn contact_id(person: &Person) -> ContactId {
    ContactId::trusted(Arc::<str>::from(person.id.as_str()))
}

fn crm() -> Source {
    Source(Arc::from("crm"))
}
