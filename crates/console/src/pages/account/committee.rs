//! `/accounts/{id}/committee`: who is there, how they are related, whether a champion reaches the buyer, and what it
//! may fail by; and the forms that change it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::standing::GroupReading;
use quorate_engine::AsOf;
use quorate_engine::view::AccountView;

use super::asked::{Asked, Links};
use super::people::SeatLine;
use super::shell::{self, Place, Shell};
use super::{NOT_FOUND, forms, past, people, tiles};
use crate::access::{Editor, Visitor, check_origin};
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

mod caption;
mod drawing;
mod edit;
mod layout;
mod roster;
mod route;
mod scene;

use caption::{Caption, RiskLine};
use drawing::Drawing;
use edit::{Choices, Sent};
use roster::{PersonRow, RelationRow};
use scene::Scene;

/// The most people side by side on the tab, and in the overview's panel.
const TAB_COLUMNS: usize = 7;
const PANEL_COLUMNS: usize = 3;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/committee.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    tab: Tab,
}

/// What stands below the tabs.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    /// The solutions, when the model lists several: name, address, whether it is the one shown.
    pub(crate) solutions: Vec<(String, String, bool)>,
    pub(crate) counted: String,
    /// `None`: nobody is known and no seat is empty.
    pub(crate) graph: Option<Drawing>,
    pub(crate) caption: Caption,
    pub(crate) risks: Vec<RiskLine>,
    pub(crate) people: Vec<PersonRow>,
    pub(crate) seats: Vec<SeatLine>,
    pub(crate) quorum: String,
    pub(crate) relations: Vec<RelationRow>,
    /// `None`: the visitor may not change anything, or looks at the past.
    pub(crate) edit: Option<Choices>,
    /// What is wrong with what was sent.
    pub(crate) problem: Option<String>,
}

/// The committee in the overview.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) counted: String,
    pub(crate) graph: Option<Drawing>,
    pub(crate) caption: Caption,
    pub(crate) href: String,
}

impl Panel {
    /// Returns the committee of the group that speaks for the account; `None`: it has none.
    pub(crate) fn of(view: &AccountView, links: &Links) -> Option<Self> {
        let scene = Scene::of(view, view.reading.best()?);
        let href = links.to("/committee", &[]);
        Some(Self {
            counted: counted(&scene),
            graph: graph(&scene, PANEL_COLUMNS, links, &format!("{href}#seats")),
            caption: caption::access(&scene),
            href,
        })
    }
}

/// `GET /accounts/{id}/committee`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &["solution"])?;
    reply::html(&page(&visitor, &request, &state, &asked, None).await?)
}

/// `POST /accounts/{id}/committee`: one change of a person or a relation, then the page again.
pub(crate) async fn change(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &["solution"])?;
    let view = state
        .engine
        .account(&asked.id, AsOf::default())
        .await?
        .ok_or(NOT_FOUND)?;
    let solution = group(&view, asked.key("solution")).and_then(|group| group.solution.clone());
    let command = sent.command(&view, solution.as_ref());
    let Some(problem) = forms::refusal(&state.engine, &asked.id, command).await? else {
        let keys: Vec<(&str, &str)> = asked
            .key("solution")
            .map(|name| ("solution", name))
            .into_iter()
            .collect();
        return Ok(reply::see_other(asked.links.to("/committee", &keys)));
    };
    let page = page(&editor.0, &request, &state, &asked, Some(problem)).await?;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
}

async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    asked: &Asked,
    problem: Option<String>,
) -> Result<Page, PageError> {
    let view = state
        .engine
        .account(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let title = format!("Committee, {}", asked.row.name);
    let mut shell = Shell::of(&state.engine, asked, visitor, &view, week_ago, Place::Committee).await?;
    // A form is not exchanged under the hands of who fills it in.
    shell.live = None;
    let may_edit = visitor.may_write() && asked.at.is_none();
    let group = group(&view, asked.key("solution")).ok_or(NOT_FOUND)?;
    Ok(Page {
        frame: shell::frame(&title, request, visitor, asked, &view),
        shell,
        tab: Tab::of(&view, group, &asked.links, may_edit, problem),
    })
}

/// Returns the group of a solution; without one, or with one that is not there, that which speaks for the account.
pub(super) fn group<'a>(view: &'a AccountView, solution: Option<&str>) -> Option<&'a GroupReading> {
    let named = solution.and_then(|name| {
        let mut groups = view.reading.groups.iter();
        groups.find(|group| group.solution.as_ref().is_some_and(|own| own.as_str() == name))
    });
    named.or_else(|| view.reading.best())
}

impl Tab {
    pub(crate) fn of(
        view: &AccountView,
        group: &GroupReading,
        links: &Links,
        may_edit: bool,
        problem: Option<String>,
    ) -> Self {
        let scene = Scene::of(view, group);
        let of_solution = group
            .solution
            .as_ref()
            .map(|solution| ("solution", solution.as_str()));
        let keys: Vec<(&str, &str)> = of_solution.into_iter().collect();
        let here = links.to("/committee", &keys);
        Self {
            solutions: solutions(view, group, links),
            counted: counted(&scene),
            graph: graph(&scene, TAB_COLUMNS, links, "#seats"),
            caption: caption::access(&scene),
            risks: caption::risks(&scene),
            people: roster::people(&scene, |no| links.person(no)),
            seats: people::seats(view, group, links),
            quorum: group.quorum.percent.map_or(words::UNKNOWN.to_owned(), |percent| {
                format!("{}%", words::whole(percent))
            }),
            relations: roster::relations(&scene),
            edit: may_edit.then(|| Choices::of(view, here)),
            problem,
        }
    }
}

fn solutions(view: &AccountView, shown: &GroupReading, links: &Links) -> Vec<(String, String, bool)> {
    let rules = view.model.solutions.iter();
    let choice = |rule: &quorate_domain::model::SolutionRule| {
        let name = rule.label.as_deref().unwrap_or(rule.name.as_str()).to_owned();
        let href = links.to("/committee", &[("solution", rule.name.as_str())]);
        (name, href, shown.solution.as_ref() == Some(&rule.name))
    };
    if view.model.solutions.len() > 1 {
        rules.map(choice).collect()
    } else {
        Vec::new()
    }
}

fn counted(scene: &Scene<'_>) -> String {
    let people = words::counted(scene.view.state.contacts.len(), "person", "people");
    let seats = words::counted(scene.group.quorum.seats.len(), "seat", "seats");
    format!("{people}, {seats}")
}

fn graph(scene: &Scene<'_>, columns: usize, links: &Links, seats: &str) -> Option<Drawing> {
    let drawing = Drawing::of(scene, columns, |no| links.person(no), seats);
    (!drawing.nodes.is_empty()).then_some(drawing)
}

#[cfg(test)]
pub(super) mod tests;
