//! What the console's words mean and which keys it has: two pages that everybody may read.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::frame::Frame;
use crate::access::Visitor;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

mod glossary;
mod shortcuts;

use glossary::{GLOSSARY, Word};
use shortcuts::{Group, SHORTCUTS};

/// The glossary.
#[derive(Debug, Template)]
#[template(path = "words.html")]
struct Words {
    frame: Frame,
    words: &'static [Word],
}

/// The list of keys.
#[derive(Debug, Template)]
#[template(path = "shortcuts.html")]
struct Shortcuts {
    frame: Frame,
    groups: &'static [Group],
}

/// `GET /words`: every term that is underlined with dots leads to its place here.
pub(crate) async fn words(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let frame = Frame::new("Words", &request, &visitor, state.engine.now());
    reply::html(&Words {
        frame,
        words: GLOSSARY,
    })
}

/// `GET /shortcuts`.
pub(crate) async fn shortcuts(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let frame = Frame::new("Keys", &request, &visitor, state.engine.now());
    reply::html(&Shortcuts {
        frame,
        groups: SHORTCUTS,
    })
}

#[cfg(test)]
mod tests;
