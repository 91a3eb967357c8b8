//! `/accounts/{id}/qualification`: a framework element by element, what each rests on, who said so and when; and the
//! forms that add evidence, take it back, or record that somebody denies it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::framework::FrameworkReading;
use quorate_domain::standing::GroupReading;
use quorate_domain::words as domain_words;
use quorate_engine::AsOf;
use quorate_engine::view::AccountView;

use super::asked::{self, Asked, Links};
use super::shell::{self, Place, Shell};
use super::{NOT_FOUND, committee, forms, past, tiles};
use crate::access::{Editor, Visitor, check_origin};
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

mod champion;
mod element;
mod sent;

use champion::ChampionLine;
use element::ElementRow;
pub(crate) use element::anchor;
use sent::Sent;

/// The keys of the address besides `as_of`.
const KEYS: [&str; 2] = ["framework", "solution"];

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/qualification.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    /// `None`: the model uses no framework.
    card: Option<Card>,
    /// What is wrong with what was sent.
    problem: Option<String>,
}

/// A framework as a scorecard.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) name: String,
    /// The frameworks in use, when there are several: name, address, whether it is the one shown.
    pub(crate) frameworks: Vec<(String, String, bool)>,
    /// The solutions, when the model lists several: likewise.
    pub(crate) solutions: Vec<(String, String, bool)>,
    /// `45%`.
    pub(crate) completeness: String,
    /// In words, with what holds it.
    pub(crate) verdict: String,
    /// `2 of 8 validated`.
    pub(crate) counted: String,
    /// The element to work on first: name and address on the page.
    pub(crate) weakest: Option<(String, String)>,
    /// What decides which elements are in scope.
    pub(crate) amount: String,
    pub(crate) elements: Vec<ElementRow>,
    pub(crate) champions: Vec<ChampionLine>,
    /// How much evidence there is for elements the model has no more.
    pub(crate) unlisted: String,
    /// `None`: the visitor may not change anything, or looks at the past.
    pub(crate) edit: Option<Offer>,
}

/// What the forms offer.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) action: String,
    pub(crate) people: Vec<(String, String)>,
    /// The latest day evidence may be dated to.
    pub(crate) today: String,
}

/// `GET /accounts/{id}/qualification`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &KEYS)?;
    reply::html(&page(&visitor, &request, &state, asked, None).await?)
}

/// `POST /accounts/{id}/qualification`: one change of evidence, then the page again, at the element it is about.
pub(crate) async fn change(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &KEYS)?;
    let view = state
        .engine
        .account(&asked.id, AsOf::default())
        .await?
        .ok_or(NOT_FOUND)?;
    let group = committee::group(&view, asked.key("solution")).ok_or(NOT_FOUND)?;
    let reading = framework(group, asked.key("framework")).ok_or(NOT_FOUND)?;
    let command = sent.command(&view, group.solution.as_ref(), &reading.name);
    let Some(problem) = forms::refusal(&state.engine, &asked.id, command).await? else {
        let here = address(&asked.links, reading, group);
        let at = element::anchor(&sent.element);
        return Ok(reply::see_other(format!("{here}#{at}")));
    };
    let page = page(&editor.0, &request, &state, asked, Some(problem)).await?;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
}

async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    mut asked: Asked,
    problem: Option<String>,
) -> Result<Page, PageError> {
    let view = state
        .engine
        .account(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let may_edit = visitor.may_write() && asked.at.is_none();
    let group = committee::group(&view, asked.key("solution"));
    let reading = group.and_then(|group| framework(group, asked.key("framework")));
    let unknown = asked
        .key("framework")
        .filter(|name| reading.is_none_or(|reading| *reading.name != **name))
        .map(|name| format!("“{name}” is no framework in use: this is the first one."));
    asked.notes.extend(unknown);
    let mut shell = Shell::of(
        &state.engine,
        &asked,
        visitor,
        &view,
        week_ago,
        Place::Qualification,
    )
    .await?;
    // A form is not exchanged under the hands of who fills it in.
    shell.live = None;
    let title = format!("Qualification, {}", asked.row.name);
    Ok(Page {
        frame: shell::frame(&title, request, visitor, &asked, &view),
        shell,
        card: group
            .zip(reading)
            .map(|(group, reading)| Card::of(&view, group, reading, &asked.links, may_edit)),
        problem,
    })
}

/// Returns the framework of a name; without one, or with one that is not in use, the first.
fn framework<'a>(group: &'a GroupReading, name: Option<&str>) -> Option<&'a FrameworkReading> {
    let named = name.and_then(|name| group.frameworks.iter().find(|reading| *reading.name == *name));
    named.or_else(|| group.frameworks.first())
}

/// Returns where a framework of a group is shown.
fn address(links: &Links, reading: &FrameworkReading, group: &GroupReading) -> String {
    let first = group.frameworks.first().map(|first| &first.name);
    let framework = (first != Some(&reading.name)).then_some(("framework", &*reading.name));
    let solution = group
        .solution
        .as_ref()
        .map(|solution| ("solution", solution.as_str()));
    let keys: Vec<(&str, &str)> = framework.into_iter().chain(solution).collect();
    links.to("/qualification", &keys)
}

impl Card {
    pub(crate) fn of(
        view: &AccountView,
        group: &GroupReading,
        reading: &FrameworkReading,
        links: &Links,
        may_edit: bool,
    ) -> Self {
        let elements: Vec<ElementRow> = reading
            .elements
            .iter()
            .map(|element| ElementRow::of(view, reading, element, links))
            .collect();
        let several = group.frameworks.len() > 1;
        let switch = |other: &FrameworkReading| {
            let name = domain_words::shouted(&other.name);
            (name, address(links, other, group), other.name == reading.name)
        };
        let weakest = reading.weakest.and_then(|place| reading.elements.get(place));
        Self {
            name: domain_words::shouted(&reading.name),
            frameworks: group.frameworks.iter().filter(|_| several).map(switch).collect(),
            solutions: solutions(view, group, reading, links),
            completeness: reading.completeness.map_or(words::UNKNOWN.to_owned(), |percent| {
                format!("{}%", words::whole(percent))
            }),
            verdict: verdict(reading),
            counted: counted(reading),
            weakest: weakest.map(|element| {
                let at = format!("#{}", element::anchor(&element.key));
                (element.name.to_string(), at)
            }),
            amount: amount(view, reading),
            elements,
            champions: reading
                .champions
                .iter()
                .map(|champion| ChampionLine::of(view, champion, links))
                .collect(),
            unlisted: match reading.unlisted.len() {
                0 => String::new(),
                kept => {
                    let what = words::counted(kept, "piece of evidence is", "pieces of evidence are");
                    format!("{what} kept for elements that the model has no more.")
                }
            },
            edit: may_edit.then(|| Offer {
                action: address(links, reading, group),
                people: forms::known_people(view),
                today: asked::day(view.reading.at),
            }),
        }
    }
}

/// "Under-qualified: held by Champion, which is below its gate".
fn verdict(reading: &FrameworkReading) -> String {
    let Some(verdict) = reading.verdict else {
        return "No element is in scope".to_owned();
    };
    let text = words::capitalised(domain_words::verdict(verdict));
    let holding: Vec<&str> = reading
        .elements
        .iter()
        .filter(|element| element.holds())
        .map(|element| &*element.name)
        .collect();
    match holding.as_slice() {
        [] => text,
        [one] => format!("{text}: {one} is below its gate"),
        several => format!("{text}: {} are below their gates", several.join(" and ")),
    }
}

fn counted(reading: &FrameworkReading) -> String {
    use quorate_domain::evidence::Level;
    let in_scope = reading.elements.iter().filter(|element| element.in_scope);
    let validated = in_scope
        .clone()
        .filter(|element| element.level == Some(Level::Validated))
        .count();
    format!(
        "{} of {} elements in scope validated",
        words::count(validated),
        words::count(in_scope.count())
    )
}

fn amount(view: &AccountView, reading: &FrameworkReading) -> String {
    let Some(amount) = reading.amount else {
        return "No open amount is known, so that every element is in scope.".to_owned();
    };
    let currency = view.model.frameworks.currency.as_deref().or_else(|| {
        let opportunities = view.state.opportunities.values();
        opportunities
            .filter(|opportunity| opportunity.amount == Some(amount))
            .find_map(|opportunity| opportunity.currency.as_deref())
    });
    let unit = currency
        .map(|currency| format!(" {currency}"))
        .unwrap_or_default();
    format!(
        "The largest open amount, {}{unit}, decides what is in scope.",
        words::number(amount)
    )
}

fn solutions(
    view: &AccountView,
    shown: &GroupReading,
    reading: &FrameworkReading,
    links: &Links,
) -> Vec<(String, String, bool)> {
    if view.reading.groups.len() < 2 {
        return Vec::new();
    }
    let choice = |group: &GroupReading| {
        let solution = group.solution.as_ref()?;
        let rule = view.model.solutions.iter().find(|rule| rule.name == *solution);
        let label = rule.and_then(|rule| rule.label.as_deref());
        let name = label.unwrap_or(solution.as_str()).to_owned();
        Some((
            name,
            address(links, reading, group),
            group.solution == shown.solution,
        ))
    };
    view.reading.groups.iter().filter_map(choice).collect()
}

#[cfg(test)]
mod tests;
