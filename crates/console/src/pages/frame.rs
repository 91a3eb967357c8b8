//! What stands around every page: navigation, search, the live line, the theme.

use actix_web::HttpRequest;
use quorate_domain::time::Timestamp;

use super::demo::DemoLine;
use super::theme::Theme;
use crate::access::Visitor;
use crate::{assets, instant, words};
pub(crate) use nav::NavItem;

mod nav;

/// What stands around a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Of the window; ours stands behind it.
    pub(crate) title: String,
    /// The main pages.
    pub(crate) nav: Vec<NavItem>,
    /// The person's choice; `None`: the system's.
    pub(crate) theme: Option<&'static str>,
    /// What the theme button switches to from the system's or the person's choice.
    pub(crate) next_theme: &'static str,
    /// `14:32 UTC`.
    pub(crate) clock: String,
    /// Whether the page shows a past instant: nothing on it is live.
    pub(crate) past: bool,
    /// The past instant that looking for an account keeps, as an address has it.
    pub(crate) as_of: Option<String>,
    /// What is being looked for.
    pub(crate) search: String,
    /// Where forms come back to.
    pub(crate) here: String,
    /// The id of the key somebody signed in with; `None`: everybody is let in.
    pub(crate) key_id: Option<String>,
    /// What forms carry.
    pub(crate) form_token: String,
    pub(crate) css: String,
    pub(crate) htmx: String,
    /// Which build wrote the page.
    pub(crate) build: String,
    /// Modules of ours.
    pub(crate) scripts: Vec<String>,
    pub(crate) mark: String,
    /// The demo's line; `None`: no demo, dismissed, or not on this page.
    pub(crate) demo: Option<DemoLine>,
}

impl Frame {
    pub(crate) fn new(title: &str, request: &HttpRequest, visitor: &Visitor, now: Timestamp) -> Self {
        let theme = Theme::of(request);
        Self {
            title: title.to_owned(),
            nav: nav::items(request.path()),
            theme: theme.attribute(),
            next_theme: theme.next().as_str(),
            clock: words::clock(now),
            past: false,
            as_of: None,
            search: String::new(),
            here: request
                .uri()
                .path_and_query()
                .map_or("/board", |path| path.as_str())
                .to_owned(),
            key_id: visitor.key_id().map(str::to_owned),
            form_token: visitor.form_token().unwrap_or_default().to_owned(),
            css: assets::url("console.css"),
            htmx: assets::url("htmx.js"),
            build: assets::build(),
            scripts: assets::SCRIPTS.map(assets::url).to_vec(),
            mark: assets::url("mark.svg"),
            demo: None,
        }
    }

    /// The same frame around a page of a past instant.
    pub(crate) fn with_past(self, at: Timestamp) -> Self {
        Self {
            clock: words::moment(at),
            past: true,
            as_of: Some(instant::short(at)),
            ..self
        }
    }

    /// The same frame with one script more.
    pub(crate) fn with_script(mut self, name: &str) -> Self {
        self.scripts.push(assets::url(name));
        self
    }

    /// The same frame with the demo's line.
    pub(crate) fn with_demo(mut self, line: Option<DemoLine>) -> Self {
        if line.is_some() {
            self.scripts.push(assets::url("demo.js"));
        }
        self.demo = line;
        self
    }
}
