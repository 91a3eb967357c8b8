//! `GET /board/export.csv`: all rows of a view in full precision, in its order, as they are found.

use actix_web::error::BlockingError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use quorate_domain::id::Role;
use quorate_domain::time::Timestamp;
use quorate_engine::list::{LIMIT_MAX, ListQuery};
use quorate_engine::view::{AccountRow, Page};

use super::query::BoardQuery;
use crate::access::Visitor;
use crate::reply::PageError;
use crate::state::ConsoleState;

/// Tells a spreadsheet that the text is UTF-8.
pub(crate) const MARK: char = '\u{feff}';

const HEADS: [&str; 23] = [
    "id",
    "name",
    "domain",
    "owner",
    "tier",
    "industry",
    "country",
    "heat",
    "band",
    "intent_points",
    "momentum",
    "fit",
    "grade",
    "quorum",
    "engaged_contacts",
    "contacts",
    "engaged_roles",
    "stage",
    "mqa_since",
    "mqa_ends_at",
    "last_signal_at",
    "heat_change_7d",
    "lists",
];

/// What is still to be sent.
struct Rest {
    state: web::Data<ConsoleState>,
    /// The next page; `None`: all is said.
    next: Option<ListQuery>,
    /// Whether the heads were said.
    begun: bool,
}

/// `GET /board/export.csv?..`: the same keys as the board.
pub(crate) async fn show(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let (query, _) = BoardQuery::parse(request.query_string());
    let day: String = state.engine.now().to_string().chars().take(10).collect();
    let rest = Rest {
        next: Some(ListQuery {
            limit: LIMIT_MAX,
            ..query.first_page().list()
        }),
        state,
        begun: false,
    };
    let body = unfold(rest, |mut rest| async move {
        let piece = rest.piece().await?;
        Some((piece.map(Bytes::from), rest))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"accounts-{day}.csv\""),
        ))
        .streaming(Box::pin(body)))
}

impl Rest {
    /// Returns the next page as text; `None`: that was all. An error breaks the transfer off, so that nobody takes a
    /// part for the whole.
    async fn piece(&mut self) -> Option<Result<String, BlockingError>> {
        let query = self.next.take()?;
        let state = self.state.clone();
        let asked = query.clone();
        let page = match web::block(move || state.engine.list(&asked)).await {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        let text = lines(&page, !self.begun);
        self.begun = true;
        self.next = page.next.map(|cursor| ListQuery {
            cursor: Some(cursor),
            ..query
        });
        Some(Ok(text))
    }
}

fn lines(page: &Page, first: bool) -> String {
    let mut text = String::new();
    if first {
        text.push(MARK);
        text.push_str(&HEADS.join(","));
        text.push_str("\r\n");
    }
    for row in &page.rows {
        text.push_str(&cells(row).join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(row: &AccountRow) -> [String; 23] {
    let maybe = |value: Option<&str>| value.map(plain).unwrap_or_default();
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let roles: Vec<&str> = row.engaged_roles.iter().map(Role::as_str).collect();
    [
        plain(row.id.as_str()),
        plain(&row.name),
        maybe(row.domain.as_deref()),
        maybe(row.owner.as_deref()),
        maybe(row.tier.as_deref()),
        maybe(row.industry.as_deref()),
        maybe(row.country.as_deref()),
        row.heat.to_string(),
        row.band.as_str().to_owned(),
        row.intent_points.to_string(),
        number(row.momentum),
        number(row.fit),
        maybe(row.grade.map(quorate_domain::fit::Grade::as_str)),
        number(row.quorum),
        row.engaged_contacts.to_string(),
        row.contacts.to_string(),
        plain(&roles.join(";")),
        row.stage.as_str().to_owned(),
        instant(row.mqa_since),
        instant(row.mqa_ends_at),
        instant(row.last_signal_at),
        row.week_change
            .map(|change| change.to_string())
            .unwrap_or_default(),
        plain(&row.lists.join(";")),
    ]
}

/// Returns a text as a cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe.
pub(crate) fn plain(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quote = risky || text.contains(['"', ',', '\n', '\r', ';']) || text.trim() != text;
    let apostrophe = if risky { "'" } else { "" };
    if quote {
        format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
