//! `GET /v1/events`: what happens, as it happens, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::Stream;
use futures_util::stream::unfold;
use quorate_domain::account::Directory;
use quorate_domain::id::AccountId;
use quorate_engine::imports::Progress;
use quorate_engine::view::{LiveChange, LiveEvent, change_name};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::accounts::notice::NoticeBody;
use super::accounts::row::RowBody;
use super::instant::Instant;
use crate::auth::{Caller, Read};
use crate::observe;
use crate::problem::{Kind, Problem};
use crate::query::{Params, named};
use crate::state::Api;

/// How far an import is. It is about no account and has no number.
const IMPORT_PROGRESS: &str = "import.progress";

/// All events a listener may ask for.
const TYPES: [&str; 10] = [
    "account.changed",
    "contact.cooled",
    "contact.engaged",
    "gap.closed",
    "gap.opened",
    "heat.band_changed",
    IMPORT_PROGRESS,
    "mqa.entered",
    "mqa.left",
    "mqa.revised",
];

/// Something was recorded of an account: its row as it is now.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountChanged)]
struct ChangedBody<'a> {
    account: &'a str,
    row: RowBody<'a>,
}

/// An account's standing changed.
#[derive(Serialize, ToSchema)]
#[schema(as = StandingChanged)]
struct NoticedBody<'a> {
    account: &'a str,
    #[serde(flatten)]
    notice: NoticeBody,
}

/// An import is being applied, or is done.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportProgress)]
struct ProgressBody<'a> {
    import: &'a str,
    state: &'static str,
    done: usize,
    to_do: usize,
    at: Instant,
}

/// Which events a listener wants; empty: all.
#[derive(Debug, Default)]
struct Wanted {
    accounts: Vec<AccountId>,
    types: Vec<&'static str>,
}

impl Wanted {
    fn wants_progress(&self) -> bool {
        self.accounts.is_empty() && (self.types.is_empty() || self.types.contains(&IMPORT_PROGRESS))
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&event.account))
            && (self.types.is_empty() || self.types.contains(&type_of(event)))
    }
}

fn type_of(event: &LiveEvent) -> &'static str {
    match &event.what {
        LiveChange::AccountChanged(_) => "account.changed",
        LiveChange::Notice(notice) => change_name(&notice.change),
    }
}

/// Streams what happens as server-sent events, each with `id`, `event` and JSON `data`.
///
/// The stream starts now; it does not repeat what was missed. A listener that falls behind gets `event: lagged`
/// with how many it missed, one that connects anew after a break the same without a number: read again what you
/// show.
#[utoipa::path(get, path = "/v1/events", tag = "events",
    params(
        ("account" = Option<String>, Query, description = "Only of these accounts, divided by commas"),
        ("types" = Option<String>, Query, description = "Only these events: `account.changed`, `mqa.entered`, \
            `mqa.left`, `mqa.revised`, `heat.band_changed`, `contact.engaged`, `contact.cooled`, `gap.opened`, `gap.closed`, `import.progress`"),
    ),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream")))]
pub(crate) async fn events(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::of(&request, &["account", "types"]);
    let wanted = Wanted {
        accounts: params.several("account", |id| {
            AccountId::new(id).map_err(|error| error.to_string())
        }),
        types: params.several("types", |word| {
            named(
                "event",
                word,
                |word| TYPES.into_iter().find(|known| *known == word),
                &TYPES,
            )
        }),
    };
    params.finish(())?;
    let place = Arc::clone(&api.listeners).try_acquire_owned().map_err(|_| {
        let detail = "as many listeners as this server takes on are there already; come back later";
        Problem::new(Kind::Overloaded, detail)
    })?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        // A stream without a body would never end.
        return Ok(response.finish());
    }
    let came_back = request.headers().contains_key("last-event-id");
    let listener = Listener {
        events: api.engine.listen(),
        progress: api.engine.imports().listen(),
        stopping: api.stopping.clone(),
        wanted,
        heartbeat: api.config.heartbeat,
        waiting: VecDeque::from([opening(came_back)]),
        _counted: Counted::new(place),
    };
    Ok(response.streaming(stream(listener)))
}

/// What a stream starts with: how soon to come back when it breaks, and whether something was missed.
fn opening(came_back: bool) -> Bytes {
    if came_back {
        Bytes::from_static(b"retry: 1000\n\nevent: lagged\ndata: {\"missed\":null}\n\n")
    } else {
        Bytes::from_static(b"retry: 1000\n\n: welcome\n\n")
    }
}

/// Counts a listener for as long as it is there.
struct Counted {
    _place: OwnedSemaphorePermit,
}

impl Counted {
    fn new(place: OwnedSemaphorePermit) -> Self {
        metrics::gauge!(observe::LISTENERS).increment(1.0);
        Self { _place: place }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!(observe::LISTENERS).decrement(1.0);
    }
}

struct Listener {
    events: Receiver<Arc<LiveEvent>>,
    progress: Receiver<Arc<Progress>>,
    stopping: watch::Receiver<bool>,
    wanted: Wanted,
    heartbeat: Duration,
    waiting: VecDeque<Bytes>,
    _counted: Counted,
}

fn stream(listener: Listener) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(listener, |mut listener| async move {
        let chunk = listener.next().await?;
        Some((Ok(chunk), listener))
    })
}

impl Listener {
    /// Returns the next piece of the stream; `None`: it ends.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(chunk) = self.waiting.pop_front() {
            return Some(chunk);
        }
        loop {
            if *self.stopping.borrow() {
                return None;
            }
            let received = tokio::select! {
                changed = self.stopping.changed() => match changed {
                    Ok(()) => continue,
                    // Nobody is left who could stop it: the server is gone.
                    Err(_) => return None,
                },
                progress = self.progress.recv() => match progress {
                    Ok(progress) if self.wanted.wants_progress() => return Some(told(&progress)),
                    // What was missed is told anew by the next one.
                    Ok(_) | Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return None,
                },
                received = timeout(self.heartbeat, self.events.recv()) => received,
            };
            match received {
                Ok(Ok(event)) if self.wanted.wants(&event) => return Some(written(&event)),
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Lagged(missed))) => {
                    return Some(Bytes::from(format!(
                        "event: lagged\ndata: {{\"missed\":{missed}}}\n\n"
                    )));
                }
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => return Some(Bytes::from_static(b": still here\n\n")),
            }
        }
    }
}

fn told(progress: &Progress) -> Bytes {
    let body = ProgressBody {
        import: &progress.id,
        state: progress.state.as_str(),
        done: progress.done,
        to_do: progress.to_do,
        at: progress.at.into(),
    };
    // Numbers and texts always make JSON.
    let data = serde_json::to_string(&body).unwrap_or_default();
    Bytes::from(format!("event: {IMPORT_PROGRESS}\ndata: {data}\n\n"))
}

fn written(event: &LiveEvent) -> Bytes {
    let account = event.account.as_str();
    let data = match &event.what {
        LiveChange::AccountChanged(row) => serde_json::to_string(&ChangedBody {
            account,
            row: RowBody::from(&**row),
        }),
        LiveChange::Notice(notice) => {
            // Names are not told here: the stream holds no directory. Contacts have their number.
            let notice = NoticeBody::of(notice, &Directory::default());
            serde_json::to_string(&NoticedBody { account, notice })
        }
    };
    // Numbers and texts always make JSON.
    let data = data.unwrap_or_default();
    Bytes::from(format!(
        "id: {}\nevent: {}\ndata: {data}\n\n",
        event.no,
        type_of(event)
    ))
}
