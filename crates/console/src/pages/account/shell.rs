//! What all pages of an account share: who it is, the tiles, the tabs, the bar over a page of the past.

use actix_web::HttpRequest;
use quorate_domain::account::field;
use quorate_domain::value::Value;
use quorate_engine::Engine;
use quorate_engine::view::AccountView;

use super::asked::{self, Asked};
use super::beside::{Beside, ListLinks};
use super::tiles::{TileLinks, Tiles};
use crate::access::Visitor;
use crate::pages::board::RowView;
use crate::pages::frame::Frame;
use crate::reply::PageError;
use crate::words;

/// Which page of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Committee,
    Qualification,
    Signals,
    History,
    Details,
    /// One below a tab, such as a person: no tab is the current one.
    Below,
}

/// The tabs, in order: a page that is not there yet has none.
const TABS: [(Place, &str, &str); 6] = [
    (Place::Overview, "Overview", ""),
    (Place::Committee, "Committee", "/committee"),
    (Place::Qualification, "Qualification", "/qualification"),
    (Place::Signals, "Signals", "/signals"),
    (Place::History, "History", "/history"),
    (Place::Details, "Details", "/details"),
];

/// What stands around the part that differs.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) head: Head,
    pub(crate) tiles: Tiles,
    pub(crate) links: TileLinks,
    pub(crate) tabs: Vec<Tab>,
    /// The bar over a page of the past.
    pub(crate) past: Option<PastBar>,
    /// What was not understood.
    pub(crate) notes: Vec<String>,
    /// What the live stream watches; `None`: the page stands still.
    pub(crate) live: Option<Watched>,
    /// The list the account was opened from; `None`: it was not opened from one.
    pub(crate) list: Option<ListLinks>,
    /// Where a signal is logged; `None`: the visitor may not, or looks at the past.
    pub(crate) log: Option<String>,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) initials: String,
    pub(crate) facts: Vec<String>,
    pub(crate) owner: Option<Owner>,
    pub(crate) href: String,
}

/// Who looks after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) name: String,
    pub(crate) initials: String,
}

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Says that this is the past, and leads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastBar {
    pub(crate) at: String,
    pub(crate) machine: String,
    pub(crate) now: String,
}

/// The account in the live stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) version: String,
}

impl Shell {
    /// - `week_ago`: heat seven days before the instant the page shows; `None`: not known.
    ///
    /// # Errors
    /// When a template fails, or the list it was opened from cannot be looked at.
    pub(crate) async fn of(
        engine: &Engine,
        asked: &Asked,
        visitor: &Visitor,
        view: &AccountView,
        week_ago: Option<f64>,
        place: Place,
    ) -> Result<Self, PageError> {
        let tail = TABS
            .iter()
            .find(|(of, _, _)| *of == place)
            .map_or("", |(_, _, tail)| tail);
        let beside = Beside::look_up(engine, asked).await?;
        let live = if asked.at.is_none() {
            let row = RowView::of(&asked.row, view.reading.at).render()?;
            Some(Watched {
                key: row.key,
                id: row.id.as_str().to_owned(),
                version: row.version,
            })
        } else {
            None
        };
        let signals = usize::try_from(view.state.signals).unwrap_or(usize::MAX);
        let tab = |(of, name, tail): (Place, &'static str, &'static str)| Tab {
            name,
            number: match of {
                Place::Signals => words::count(signals),
                Place::Committee => words::count(view.state.contacts.len()),
                Place::Overview | Place::Qualification | Place::History | Place::Details | Place::Below => {
                    String::new()
                }
            },
            href: asked.links.to(tail, &[]),
            current: of == place,
        };
        Ok(Self {
            head: Head::of(asked, view),
            tiles: Tiles::of(view, week_ago),
            links: TileLinks::of(&asked.links),
            tabs: TABS.into_iter().map(tab).collect(),
            past: asked.at.map(|at| PastBar {
                at: asked::in_full(at),
                machine: at.to_string(),
                now: asked.links.now(tail),
            }),
            notes: asked.notes.clone(),
            list: beside.map(|beside| beside.links(&asked.links, tail)),
            live,
            log: (visitor.may_write() && asked.at.is_none()).then(|| asked.links.now("/signals/new")),
        })
    }
}

impl Head {
    fn of(asked: &Asked, view: &AccountView) -> Self {
        let text = |name: &str| view.state.text(name).map(str::to_owned);
        let name = text(field::NAME).unwrap_or_else(|| asked.id.as_str().to_owned());
        let employees = view.state.value("employees").and_then(Value::as_number);
        let facts = [
            text(field::DOMAINS),
            text("industry"),
            text("country"),
            employees.map(|employees| format!("{} employees", words::whole(employees))),
            text(field::TIER).map(|tier| format!("Tier {tier}")),
        ];
        Self {
            initials: words::initials(&name),
            name,
            facts: facts.into_iter().flatten().collect(),
            owner: text(field::OWNER).map(|name| Owner {
                initials: words::initials(&name),
                name,
            }),
            href: asked.links.to("", &[]),
        }
    }
}

/// Returns the frame of an account's page; one of the past says of when it is.
pub(crate) fn frame(
    title: &str,
    request: &HttpRequest,
    visitor: &Visitor,
    asked: &Asked,
    view: &AccountView,
) -> Frame {
    let frame = Frame::new(title, request, visitor, view.reading.at);
    match asked.at {
        Some(at) => frame.with_past(at),
        None => frame,
    }
}
