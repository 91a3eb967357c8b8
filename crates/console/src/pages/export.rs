//! Lists as CSV: page by page as they are found, in full precision.

use actix_web::HttpResponse;
use actix_web::error::BlockingError;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use futures_util::stream::unfold;
use quorate_engine::Listing;
use quorate_intake::sheet;

/// Tells a spreadsheet that the text is UTF-8.
const MARK: &str = "\u{feff}";

/// The next rows, and what asks for those after them; `None`: that was all.
pub(crate) struct Part<Q> {
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) next: Option<Q>,
}

/// Returns a file that is written while it is found. An error breaks the transfer off, so that nobody takes a part for
/// the whole.
///
/// - `name`: the file's, without the day.
/// - `first`: asks for the first rows.
/// - `find`: finds rows; off the threads that answer.
pub(crate) fn csv<Q: Send + 'static>(
    listing: &Listing,
    name: &str,
    heads: &'static [&'static str],
    first: Q,
    find: fn(&Listing, Q) -> Part<Q>,
) -> HttpResponse {
    let day = crate::instant::day(listing.at());
    let start = text(vec![heads.iter().map(ToString::to_string).collect()]);
    let start = format!("{MARK}{start}");
    let body = unfold(
        (listing.clone(), Some(first), start),
        move |(listing, next, start)| async move {
            let finder = listing.clone();
            let query = next?;
            let found = web::block(move || find(&finder, query)).await;
            let (piece, next): (Result<Bytes, BlockingError>, _) = match found {
                Ok(part) => (Ok(Bytes::from(start + &text(part.rows))), part.next),
                Err(error) => (Err(error), None),
            };
            Some((piece, (listing, next, String::new())))
        },
    );
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{day}.csv\""),
        ))
        .streaming(Box::pin(body))
}

/// Returns rows as CSV.
fn text(rows: Vec<Vec<String>>) -> String {
    // Cells are text, and the writer puts ASCII between them.
    String::from_utf8_lossy(&sheet::write(rows)).into_owned()
}
