//! A gap of the past in words: its id is all that is kept of it.

use quorate_domain::gap::GapKind;
use quorate_domain::id::ContactNo;
use quorate_domain::mqa::ConditionKind;
use quorate_engine::view::AccountView;

use crate::pages::account::people;
use crate::words;

/// Returns what a gap was, by its id: "economic buyer known but cold".
pub(crate) fn told(view: &AccountView, id: &str) -> String {
    let (kind, about) = id.split_once(':').unwrap_or((id, ""));
    let Some(kind) = GapKind::parse(kind) else {
        return words::spaced(&id.replace(':', " "));
    };
    let role = words::spaced(about);
    match kind {
        GapKind::EmptySeat => format!("no {role} known"),
        GapKind::ColdSeat => format!("{role} known but cold"),
        GapKind::OpposedSeat => format!("{role} against it"),
        GapKind::ShortSeat => format!("too few people as {role}"),
        GapKind::StaleElement => format!("evidence for {} out of date", element(view, about)),
        GapKind::UnprovenElement => format!("{} not proven", element(view, about)),
        GapKind::NoPath => match about.split_once('-') {
            Some((from, to)) => format!(
                "no strong path from {} to {}",
                words::spaced(from),
                words::spaced(to)
            ),
            None => "no strong path".to_owned(),
        },
        GapKind::MissingSignal => match about.split_once('.') {
            Some((key, pattern)) => {
                let label = view.model.rule(pattern).and_then(|rule| rule.label.as_deref());
                let label = label.map_or_else(|| format!("“{pattern}”"), str::to_lowercase);
                format!("no {label} lately, for {}", element(view, key))
            }
            None => "no such signal lately".to_owned(),
        },
        GapKind::MissingAttribute => match about.split_once('.') {
            Some((key, name)) => format!("{} not known, for {}", words::spaced(name), element(view, key)),
            None => "an attribute not known".to_owned(),
        },
        GapKind::MqaCondition => format!("MQA condition not met, {}", condition(about)),
        GapKind::LeavingMqa => "MQA ends within two weeks".to_owned(),
        GapKind::SingleThreaded => match person(view, about) {
            Some(name) => format!("everything hangs on {name}"),
            None => "only one person engaged".to_owned(),
        },
        GapKind::Blocker => match person(view, about) {
            Some(name) => format!("{name} against it, near the buyer"),
            None => "somebody against it, near the buyer".to_owned(),
        },
    }
}

fn condition(kind: &str) -> &'static str {
    match ConditionKind::ALL
        .into_iter()
        .find(|known| known.as_str() == kind)
    {
        Some(ConditionKind::Heat) => "heat",
        Some(ConditionKind::EngagedContacts) => "engaged people",
        Some(ConditionKind::EngagedRoles) => "engaged roles",
        Some(ConditionKind::AnyRoleEngaged) => "one of the listed roles",
        Some(ConditionKind::AllRolesEngaged) => "all of the listed roles",
        Some(ConditionKind::Fit) => "fit",
        Some(ConditionKind::Quorum) => "quorum",
        Some(ConditionKind::NotExcluded) => "not excluded",
        Some(ConditionKind::NotDisqualified) => "not disqualified",
        None => "one of an earlier model",
    }
}

/// Returns what people call an element, of whatever framework; one the model has no more by its key.
pub(crate) fn element(view: &AccountView, key: &str) -> String {
    let elements = view
        .model
        .frameworks
        .in_use
        .iter()
        .flat_map(|framework| &framework.elements);
    let name = elements
        .filter(|element| *element.key == *key)
        .map(|element| element.name.to_string())
        .next();
    name.unwrap_or_else(|| words::capitalised(&words::spaced(key)))
}

fn person(view: &AccountView, number: &str) -> Option<String> {
    let no = number.parse().map(ContactNo).ok()?;
    Some(people::name(view, Some(no)))
}
