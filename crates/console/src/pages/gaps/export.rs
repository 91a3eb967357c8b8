//! `GET /gaps/export.csv`: all gaps of a list, in its order, as they are found.

use actix_web::error::BlockingError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use quorate_engine::list::{GapQuery, LIMIT_MAX};
use quorate_engine::view::AccountGap;

use super::Asked;
use crate::access::Visitor;
use crate::pages::board::export::{MARK, plain};
use crate::reply::PageError;
use crate::state::ConsoleState;

const HEADS: [&str; 9] = [
    "account",
    "name",
    "owner",
    "stage",
    "gap",
    "kind",
    "quorum",
    "completeness",
    "closes_mqa_condition",
];

/// What is still to be sent.
struct Rest {
    state: web::Data<ConsoleState>,
    /// The next page; `None`: all is said.
    next: Option<GapQuery>,
    /// Whether the heads were said.
    begun: bool,
}

/// `GET /gaps/export.csv?..`: the same keys as the page.
pub(crate) async fn show(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::parse(request.query_string());
    let day: String = state.engine.now().to_string().chars().take(10).collect();
    let rest = Rest {
        next: Some(GapQuery {
            limit: LIMIT_MAX,
            after: None,
            ..asked.query()
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
            format!("attachment; filename=\"gaps-{day}.csv\""),
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
        let page = match web::block(move || state.engine.gaps(&asked)).await {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        let text = lines(&page.gaps, !self.begun);
        self.begun = true;
        let last = page.gaps.last().filter(|_| page.more);
        self.next = last.map(|last| GapQuery {
            after: Some(last.place.clone()),
            ..query
        });
        Some(Ok(text))
    }
}

pub(super) fn lines(gaps: &[AccountGap], first: bool) -> String {
    let mut text = String::new();
    if first {
        text.push(MARK);
        text.push_str(&HEADS.join(","));
        text.push_str("\r\n");
    }
    for gap in gaps {
        text.push_str(&cells(gap).join(","));
        text.push_str("\r\n");
    }
    text
}

fn cells(found: &AccountGap) -> [String; 9] {
    let (account, gap) = (&found.account, &found.gap);
    [
        plain(account.id.as_str()),
        plain(&account.name),
        account.owner.as_deref().map(plain).unwrap_or_default(),
        account.stage.as_str().to_owned(),
        plain(&gap.id),
        gap.kind.as_str().to_owned(),
        gap.quorum.to_string(),
        gap.completeness.to_string(),
        gap.closes.to_string(),
    ]
}
