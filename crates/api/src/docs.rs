//! `/docs`: the API's description as a page that can be read, searched and tried out.
//!
//! Swagger UI lies in `assets/vendor` as it was published, compressed, and is served by us: nothing is fetched when
//! this is built, and the page asks no other host. Its policy allows no inline script.

use std::io::Read as _;

use actix_web::http::header::{self, AcceptEncoding, Encoding, Header as _, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::read::GzDecoder;

use crate::conditional::{self, OF_THE_BUILD};
use crate::problem::{Kind, Problem};

#[cfg(test)]
mod tests;

/// Swagger UI sets `style` attributes as it draws; a style can neither run nor send anything here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct File {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    /// Whether `bytes` are compressed.
    gzip: bool,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

const FILES: [File; 4] = [
    File {
        name: "docs.css",
        media_type: CSS,
        bytes: include_bytes!("../assets/docs.css"),
        gzip: false,
    },
    File {
        name: "docs.js",
        media_type: JAVASCRIPT,
        bytes: include_bytes!("../assets/docs.js"),
        gzip: false,
    },
    File {
        name: "swagger-ui.css",
        media_type: CSS,
        bytes: include_bytes!("../assets/vendor/swagger-ui.css.gz"),
        gzip: true,
    },
    File {
        name: "swagger-ui-bundle.js",
        media_type: JAVASCRIPT,
        bytes: include_bytes!("../assets/vendor/swagger-ui-bundle.js.gz"),
        gzip: true,
    },
];

/// Shows this description as a page, where requests can be tried out with a key.
#[utoipa::path(get, path = "/docs", tag = "operations", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of what you have")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
pub(crate) async fn page(request: HttpRequest) -> HttpResponse {
    let html = Bytes::from_static(include_bytes!("../assets/docs.html"));
    let mut answer = conditional::hashed(&request, OF_THE_BUILD, "text/html; charset=utf-8", html);
    let policy = HeaderValue::from_static(POLICY);
    answer
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    answer
}

/// Serves a file of that page.
#[utoipa::path(get, path = "/docs/{file}", tag = "operations", security(()),
    params(
        ("file" = String, Path, description = "The file's name, as the page asks for it", example = "docs.css"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what you have"),
    ),
    responses((status = 200, description = "The file",
        content((String = "text/css"), (String = "text/javascript")))))]
pub(crate) async fn file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = FILES.iter().find(|file| file.name == *name).ok_or_else(|| {
        let detail = "the page at /docs has no such file";
        Problem::new(Kind::NotFound, detail)
    })?;
    if !file.gzip {
        let bytes = Bytes::from_static(file.bytes);
        return Ok(conditional::hashed(
            &request,
            OF_THE_BUILD,
            file.media_type,
            bytes,
        ));
    }
    let packed = takes_gzip(&request);
    let bytes = if packed {
        Bytes::from_static(file.bytes)
    } else {
        unpacked(file.bytes)?
    };
    let mut answer = conditional::hashed(&request, OF_THE_BUILD, file.media_type, bytes);
    let headers = answer.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(answer)
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let named = request.headers().contains_key(header::ACCEPT_ENCODING);
    let supported = [Encoding::gzip(), Encoding::identity()];
    named
        && AcceptEncoding::parse(request)
            .ok()
            .and_then(|accept| accept.negotiate(supported.iter()))
            .is_some_and(|chosen| chosen == Encoding::gzip())
}

fn unpacked(bytes: &[u8]) -> Result<Bytes, Problem> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).map_err(|error| {
        tracing::error!(%error, "a built-in file cannot be unpacked");
        Problem::new(Kind::Internal, "a built-in file cannot be unpacked")
    })?;
    Ok(plain.into())
}
