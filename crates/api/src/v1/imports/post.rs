//! `POST /v1/imports`: a file to a review, and with `apply` to the accounts.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use quorate_domain::value::Source;
use quorate_engine::imports::NewImport;
use quorate_engine::lists::Slug;
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{Field, Wishes};

use super::ImportBody;
use crate::auth::{Caller, Write};
use crate::body;
use crate::idempotency;
use crate::problem::{Kind, Problem};
use crate::query::{Params, flag, short};
use crate::state::Api;

const KNOWN: [&str; 7] = [
    "list",
    "source",
    "apply",
    "map",
    "keep_unknown",
    "bad_cells",
    "file",
];

/// A file of rows: `text/csv`, `text/tab-separated-values`, `text/plain`, any bytes, or no type at all.
pub(crate) struct FileBody(Vec<u8>);

impl FromRequest for FileBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        const TYPES: [&str; 6] = [
            "",
            "text/csv",
            "application/csv",
            "text/tab-separated-values",
            "text/plain",
            "application/octet-stream",
        ];
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let Some(api) = request.app_data::<web::Data<Api>>() else {
                return Err(Problem::new(
                    Kind::Internal,
                    "this server is not set up to read bodies",
                ));
            };
            let media_type = body::media_type(&request);
            if !TYPES.contains(&media_type.as_str()) {
                let detail = format!("the body is {media_type:?}; send the file itself as text/csv");
                return Err(Problem::new(Kind::UnsupportedMediaType, detail));
            }
            let max = api.config.import_body_bytes_max;
            let bytes = body::read(&request, &mut payload, api, max).await?;
            Ok(Self(bytes.to_vec()))
        })
    }
}

/// Reviews a file of accounts: what every row would do, and nothing is done yet. With `apply=true` what is certain is
/// applied at once.
#[utoipa::path(post, path = "/v1/imports", tag = "imports",
    params(
        ("list" = Option<String>, Query, description = "The list its accounts are put on, by slug; made when it is not there"),
        ("source" = Option<String>, Query, description = "Who says all this: `person`, `crm`, `marketing_automation`, `list`, `vendor`, or what the model ranks; left out: `list`. A weaker source never overwrites a stronger one"),
        ("apply" = Option<bool>, Query, description = "Applies what is certain without a stop at the review"),
        ("map" = Option<Vec<String>>, Query, description = "`HEADER=FIELD`, several times: what a column is. Fields: `id`, `name`, `domains`, `industry`, `employees`, `annual_revenue`, `country`, `region`, `city`, `tier`, `owner`, `parent`, `technologies`, `deleted`, `attribute:NAME`; `HEADER=` leaves it out"),
        ("keep_unknown" = Option<bool>, Query, description = "Keeps columns nobody knows as attributes"),
        ("bad_cells" = Option<String>, Query, description = "`fail` (a row with a cell that cannot be read fails) or `leave_out` (the cell is left out, with a note)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own for this request, such as a UUID: the same request with the same key again gets the same answer, and nothing is made twice"),
        ("file" = Option<String>, Query, description = "The file's name, for people"),
    ),
    request_body(content = String, content_type = "text/csv", description = "The file, with a header; gzip with Content-Encoding"),
    responses(
        (status = 201, description = "The review", body = ImportBody),
        (status = 202, description = "It is being applied", body = ImportBody),
    ))]
pub(crate) async fn post(
    caller: Caller<Write>,
    request: HttpRequest,
    api: web::Data<Api>,
    FileBody(bytes): FileBody,
) -> Result<HttpResponse, Problem> {
    let (new, apply) = asked(&request, &caller, bytes)?;
    let imports = api.engine.imports();
    idempotency::once(&caller, &request, &api, async move {
        let mut import = imports.review(new).await?;
        let mut response = if apply {
            import = imports.apply(&import.id).await?;
            HttpResponse::Accepted()
        } else {
            HttpResponse::Created()
        };
        response.insert_header((header::LOCATION, format!("/v1/imports/{}", import.id)));
        Ok(response.json(ImportBody::from(&import)))
    })
    .await
}

fn asked(
    request: &HttpRequest,
    caller: &Caller<Write>,
    bytes: Vec<u8>,
) -> Result<(NewImport, bool), Problem> {
    let mut params = Params::of(request, &KNOWN);
    let list = params.parsed("list", |text| {
        Slug::new(text).map_err(|error| format!("{:?} {error}", short(text)))
    });
    let source = params
        .parsed("source", |text| word(text, 64))
        .unwrap_or_else(|| "list".to_owned());
    let file = params.parsed("file", |text| word(text, 256));
    let apply = params.parsed("apply", flag).unwrap_or(false);
    let keep_unknown = params.parsed("keep_unknown", flag).unwrap_or(false);
    let bad_cells = params
        .parsed("bad_cells", |text| match text {
            "fail" => Ok(BadCells::Fail),
            "leave_out" => Ok(BadCells::LeaveOut),
            _ => Err(format!("{:?} is neither fail nor leave_out", short(text))),
        })
        .unwrap_or_default();
    let columns = params.every("map", column);
    let new = NewImport {
        bytes,
        file: file.map(Arc::from),
        wishes: Wishes {
            columns,
            keep_unknown,
        },
        bad_cells,
        list,
        source: Source(Arc::from(source)),
        by: Arc::clone(&caller.grant.id),
    };
    params.finish((new, apply))
}

fn word(text: &str, length_max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.len() > length_max || text.chars().any(char::is_control) {
        return Err(format!(
            "is longer than {length_max} bytes or has control characters"
        ));
    }
    Ok(text.to_owned())
}

fn column(text: &str) -> Result<(String, Option<Field>), String> {
    let (header, field) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("{:?} is no HEADER=FIELD", short(text)))?;
    let field = match field.trim() {
        "" => None,
        name => Some(Field::parse(name).ok_or_else(|| {
            let known = Field::ALL.map(|field| field.as_str().to_owned());
            crate::suggest::unknown(
                "field",
                name,
                &known.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        })?),
    };
    Ok((header.trim().to_owned(), field))
}
