//! A look into an account from the side of a list: why, the conditions, and what is missing most. A page of its own
//! where scripts are off.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::view::AccountView;

use super::asked::Asked;
use super::conditions::{self, ConditionLine};
use super::people::{self, SeatLine};
use super::sentence::Sentence;
use super::why::Why;
use super::{NOT_FOUND, outlook, past, shell, tiles};
use crate::access::Visitor;
use crate::pages::board::RowView;
use crate::pages::frame::Frame;
use crate::partials::{HeatChip, Status};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

/// Gaps a look shows.
const GAPS: usize = 3;

/// The page.
#[derive(Debug, Template)]
#[template(path = "peek.html")]
struct Page {
    frame: Frame,
    look: Look,
}

/// What a look shows.
#[derive(Clone, Debug, PartialEq)]
struct Look {
    name: String,
    href: String,
    facts: String,
    heat: HeatChip,
    status: Status,
    why: Sentence,
    outlook: Sentence,
    /// `3 of 5 conditions met`; nothing: the model has no rule.
    met: String,
    conditions: Vec<ConditionLine>,
    /// Seats that are not engaged, the heaviest first.
    gaps: Vec<SeatLine>,
    /// How many seats beyond those named are not engaged.
    more_gaps: usize,
    seats: usize,
}

/// `GET /accounts/{id}/peek`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let engine = &state.engine;
    let asked = Asked::of(engine, &request, account.into_inner(), &[])?;
    let (view, groups) = engine
        .explanation(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let coming = match asked.at {
        // What came of it is known.
        Some(_) => None,
        None => Some(engine.forecast(&asked.id).await?.ok_or(NOT_FOUND)?.1),
    };
    let now = view.reading.at;
    let week_ago = past::heat_at(engine, &asked.id, tiles::week_before(now)).await?;
    let why = Why::of(&view, &groups, week_ago, &asked.links);
    let outlook = outlook::forecast(&view, coming.as_deref(), &asked.links);
    let look = Look::of(&asked, &view, why.text, outlook);
    let frame = shell::frame(&asked.row.name, &request, &visitor, &asked, &view);
    reply::html(&Page { frame, look })
}

impl Look {
    fn of(asked: &Asked, view: &AccountView, why: Sentence, outlook: Sentence) -> Self {
        let links = &asked.links;
        let shown = RowView::of(&asked.row, view.reading.at);
        let conditions = conditions::lines(view);
        let met = conditions.iter().filter(|condition| condition.met).count();
        let met = if conditions.is_empty() {
            String::new()
        } else {
            format!("{met} of {} conditions met", conditions.len())
        };
        let best = view.reading.best();
        let seats = best
            .map(|group| people::seats(view, group, links))
            .unwrap_or_default();
        let weights = view
            .reading
            .best()
            .map(|group| group.quorum.seats.as_slice())
            .unwrap_or_default();
        let mut open: Vec<(f64, SeatLine)> = weights
            .iter()
            .zip(&seats)
            .map(|(seat, line)| (seat.seat.weight * (1.0 - seat.worth), line.clone()))
            .filter(|(missing, _)| *missing > 0.0)
            .collect();
        open.sort_by(|a, b| b.0.total_cmp(&a.0));
        Self {
            name: shown.account.name,
            href: links.to("", &[]),
            facts: shown.account.facts,
            heat: match (asked.at, best) {
                (Some(_), Some(best)) => HeatChip::of(best.heat, best.band),
                (Some(_) | None, _) => shown.heat,
            }
            .sized("lg"),
            status: match asked.at {
                // Its row is that of now. What was missing then the conditions say.
                Some(at) => Status::of(
                    view.reading.stage(),
                    view.reading.mqa_since(),
                    view.mqa_ends_at,
                    at,
                ),
                None => shown.status,
            },
            why,
            outlook,
            met,
            conditions,
            more_gaps: open.len().saturating_sub(GAPS),
            gaps: open.into_iter().take(GAPS).map(|(_, line)| line).collect(),
            seats: seats.len(),
        }
    }
}
