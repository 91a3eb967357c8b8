//! The pages `type` points at: a few words for a person, the same as JSON for a program.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Kind, Problem};
use crate::conditional::{self, OF_THE_BUILD};

/// A kind of problem, explained.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// The page's address.
    #[serde(rename = "type")]
    page: String,
    /// What every problem of the kind is called.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The kind as a word for programs.
    code: &'static str,
    /// What it means and what to do.
    explanation: &'static str,
    /// Whether sending the same request again may help.
    may_be_sent_again: bool,
}

impl ProblemKind {
    fn of(kind: Kind) -> Self {
        Self {
            page: kind.page(),
            title: kind.title(),
            status: kind.status().as_u16(),
            code: kind.code(),
            explanation: kind.explanation(),
            may_be_sent_again: kind.may_be_sent_again(),
        }
    }
}

/// Explains a kind of problem, as a page for browsers and as JSON for all others.
#[utoipa::path(get, path = "/problems/{slug}", tag = "operations", security(()),
    params(
        ("slug" = String, Path, description = "The last part of a problem's `type`", example = "invalid-json"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what you have"),
    ),
    responses((status = 200, description = "What it means and what to do",
        content((ProblemKind = "application/json"), (String = "text/html")))))]
pub(crate) async fn show(request: HttpRequest, slug: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = Kind::of_slug(&slug).ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            "there is no such kind of problem; /problems lists them",
        )
    })?;
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !wants_page {
        return json(&request, &ProblemKind::of(kind));
    }
    // Every text is ours and holds no markup.
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} - Quorate</title>\
         <h1>{title}</h1><p>{explanation}</p><p>HTTP status {status}, code <code>{code}</code>.</p>\
         <p><a href=\"/problems\">All kinds of problems</a></p></html>",
        title = kind.title(),
        explanation = kind.explanation(),
        status = kind.status().as_u16(),
        code = kind.code(),
    );
    Ok(varied(conditional::hashed(
        &request,
        OF_THE_BUILD,
        "text/html; charset=utf-8",
        page,
    )))
}

/// Lists all kinds of problems.
#[utoipa::path(get, path = "/problems", tag = "operations", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of what you have")),
    responses((status = 200, description = "All kinds", body = [ProblemKind])))]
pub(crate) async fn list(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let kinds: Vec<ProblemKind> = Kind::ALL.iter().copied().map(ProblemKind::of).collect();
    json(&request, &kinds)
}

fn json<T: Serialize>(request: &HttpRequest, body: &T) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Problem::new(Kind::Internal, "the answer cannot be written")
    })?;
    Ok(varied(conditional::hashed(
        request,
        OF_THE_BUILD,
        "application/json",
        bytes,
    )))
}

/// The same address is a page for browsers.
fn varied(mut answer: HttpResponse) -> HttpResponse {
    answer
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
    answer
}
