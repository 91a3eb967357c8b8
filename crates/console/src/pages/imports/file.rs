//! `/imports/new`: the first step. A file is sent or rows are pasted, and a list is chosen.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::value::Source;
use quorate_engine::Engine;
use quorate_engine::imports::{Import, ImportError, NewImport};
use quorate_engine::lists::{ListEdit, Slug};
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{Use, Wishes};

use super::upload::{Unread, Upload};
use super::{Step, StepMark, address, sentence, steps};
use crate::access::{Editor, check_origin};
use crate::pages::frame::Frame;
use crate::pages::lists;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// A few rows to see what a file looks like.
const SAMPLE: &str = "Account Name,Website,Industry,Number of Employees,Annual Revenue,Billing Country,Tier,Account Owner\n\
    Halden Biologics,haldenbio.example,Biotech,640,92000000,Denmark,1,Ana Maric\n\
    Larkspur Rail,larkspur-rail.example,Transport,9800,\"1,420,000,000\",France,2,Jonas Peeters\n\
    Windrow Agri,windrow.example,Agritech,310,41 Mio,Netherlands,2,Noor Salim\n";

/// The page.
#[derive(Debug, Template)]
#[template(path = "import/file.html")]
pub(crate) struct Page {
    frame: Frame,
    steps: Vec<StepMark>,
    form: Form,
}

/// The form, filled in as far as it was. A browser forgets the file itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Slug, name, whether it is chosen.
    pub(crate) lists: Vec<(String, String, bool)>,
    pub(crate) new_list: String,
    pub(crate) leave_out_bad_cells: bool,
    pub(crate) keep_unknown: bool,
    /// The rows that were pasted.
    pub(crate) text: String,
    /// `32 MB`.
    pub(crate) largest: String,
    pub(crate) problem: Option<String>,
}

/// `GET /imports/new?list=..`.
pub(crate) async fn show(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    asked: web::Query<lists::Wanted>,
) -> Result<HttpResponse, PageError> {
    let sent = Upload {
        list: asked.list.clone(),
        ..Upload::default()
    };
    let page = page(&editor, &request, &state, &sent, None).await?;
    reply::html(&page)
}

/// `POST /imports/new`.
pub(crate) async fn take_in(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    form: Result<Multipart, actix_web::Error>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let read = match form {
        Ok(form) => Upload::read(form, state.import_bytes_max).await,
        Err(_) => Err(Unread::Broken),
    };
    let upload = match read {
        Ok(upload) => upload,
        Err(why) => {
            let (status, problem) = match why {
                Unread::TooLarge => (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!(
                        "The file is larger than {}. Divide it, or leave out columns that say nothing of an account.",
                        megabytes(state.import_bytes_max)
                    ),
                ),
                Unread::Broken => (
                    StatusCode::BAD_REQUEST,
                    "The file did not come in whole. Choose it again.".to_owned(),
                ),
            };
            let page = page(&editor, &request, &state, &Upload::default(), Some(problem)).await?;
            return Ok(reply::page(status).body(page.render()?));
        }
    };
    editor.0.check_form(&upload.form_token)?;
    match begin(&state.engine, &editor, &upload).await? {
        Ok(import) => Ok(reply::see_other(address(&import, next_step(&import)))),
        Err(problem) => {
            let page = page(&editor, &request, &state, &upload, Some(problem)).await?;
            Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
        }
    }
}

/// `GET /imports/sample.csv`.
pub(crate) async fn sample(_editor: Editor) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"target-accounts.csv\"",
        ))
        .body(SAMPLE)
}

/// Reads what was sent; returns the import, or what is wrong for a person.
async fn begin(
    engine: &Engine,
    editor: &Editor,
    upload: &Upload,
) -> Result<Result<Import, String>, PageError> {
    if upload.bytes.is_empty() {
        return Ok(Err("Choose a file, or paste its rows.".to_owned()));
    }
    let list = match list(upload) {
        Ok(list) => list,
        Err(problem) => return Ok(Err(problem)),
    };
    let new = NewImport {
        bytes: upload.bytes.clone(),
        file: upload.file.as_deref().map(Arc::from),
        wishes: Wishes {
            keep_unknown: upload.keep_unknown,
            ..Wishes::default()
        },
        bad_cells: if upload.leave_out_bad_cells {
            BadCells::LeaveOut
        } else {
            BadCells::Fail
        },
        list: list.clone(),
        source: Source(Arc::from("list")),
        by: Arc::from(editor.0.key_id().unwrap_or("open")),
    };
    let import = match engine.imports().begin(new).await {
        Ok(import) => import,
        Err(error @ (ImportError::File(_) | ImportError::Mapping(_))) => {
            return Ok(Err(sentence(&error.to_string())));
        }
        Err(
            error @ (ImportError::Unknown { .. }
            | ImportError::NoSuchRow { .. }
            | ImportError::NoQuestion { .. }
            | ImportError::Applying
            | ImportError::TooManyWait
            | ImportError::Damaged { .. }
            | ImportError::Engine(_)),
        ) => return Err(error.into()),
    };
    // A list gets the name that somebody gave it; applying would make it by its slug alone.
    if let Some(slug) = list.filter(|_| !upload.new_list.is_empty())
        && engine.lists().get(&slug).await.is_err()
    {
        let edit = ListEdit {
            name: Some(Arc::from(upload.new_list.as_str())),
            ..ListEdit::default()
        };
        engine.lists().put(&slug, edit).await?;
    }
    Ok(Ok(import))
}

fn list(upload: &Upload) -> Result<Option<Slug>, String> {
    if !upload.new_list.is_empty() {
        return lists::slug_of(&upload.new_list).map(Some).ok_or_else(|| {
            format!(
                "A list cannot be called “{}”: use letters or digits.",
                upload.new_list
            )
        });
    }
    if upload.list.is_empty() {
        return Ok(None);
    }
    Slug::new(&upload.list)
        .map(Some)
        .map_err(|_| "Choose the list again: it has another name now.".to_owned())
}

/// Returns where to go on: past the columns when nothing about them is to be said.
fn next_step(import: &Import) -> &'static str {
    let all_used = import
        .mapping
        .columns
        .iter()
        .all(|(_, column)| matches!(column, Use::Field { .. } | Use::LeftOut));
    if all_used && import.mapping.identifies() {
        "review"
    } else {
        "columns"
    }
}

fn megabytes(bytes: usize) -> String {
    format!("{} MB", words::count(bytes / (1024 * 1024)))
}

async fn page(
    editor: &Editor,
    request: &HttpRequest,
    state: &ConsoleState,
    sent: &Upload,
    problem: Option<String>,
) -> Result<Page, PageError> {
    let engine = &state.engine;
    let lists = engine.lists().described().await?;
    let choice = |list: quorate_engine::lists::List| {
        let chosen = sent.new_list.is_empty() && list.slug.as_str() == sent.list;
        (list.slug.to_string(), list.name.to_string(), chosen)
    };
    let pasted = sent.file.is_none() && problem.is_some();
    Ok(Page {
        frame: Frame::new("Import accounts", request, &editor.0, engine.now()),
        steps: steps(None, Step::File),
        form: Form {
            lists: lists.into_iter().map(choice).collect(),
            new_list: sent.new_list.clone(),
            leave_out_bad_cells: sent.leave_out_bad_cells,
            keep_unknown: sent.keep_unknown,
            text: if pasted {
                String::from_utf8_lossy(&sent.bytes).into_owned()
            } else {
                String::new()
            },
            largest: megabytes(state.import_bytes_max),
            problem,
        },
    })
}
