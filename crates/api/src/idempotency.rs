//! `Idempotency-Key`: a creation that is sent again is answered again, not made again.
//!
//! - A key belongs to its caller: two callers may use the same one.
//! - Only a success is kept. A request that failed made nothing, so its key is still free.
//! - Answers are kept on disk for 24 hours ([`KEPT_FOR_MS`]), and at most [`ApiConfig::idempotency_answers_max`] a caller; the
//!   oldest leave first. An answer larger than [`ANSWER_BYTES_MAX`] is not kept.
//! - A request with a key is carried through even when its connection breaks: that is what the key is for.
//! - The answer is kept after what it tells of is durable. When the process dies between the two, the request is
//!   carried out again; a handler whose second time does harm must take the id of what it makes from the key.
//!
//! Source: draft-ietf-httpapi-idempotency-key-header-07.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::body::to_bytes;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, rt, web};
use quorate_domain::time::Timestamp;
use quorate_engine::Engine;
use sha2::{Digest as _, Sha256};

use self::stored::StoredAnswerV1;
use crate::auth::Caller;
use crate::config::ApiConfig;
use crate::observe;
use crate::problem::{Kind, Problem};
use crate::state::Api;

mod stored;
#[cfg(test)]
mod tests;

/// The header.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was kept, and given again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
const KEY_LENGTH_MAX: usize = 255;
/// How long an answer is kept.
pub(crate) const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1_000;
/// The largest answer that is kept.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Where answers lie in the store.
const COLLECTION: &str = "idempotency";

/// A caller and its key, as one hash: nothing a client chose becomes a name in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Hash);

/// What was asked: method, address and body, as one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint(Hash);

type Hash = [u8; 32];

/// The hash of a body, left in the request's extensions by whoever reads it.
#[derive(Clone, Copy)]
struct BodyHash(Hash);

/// Notes a request's body, if the request has a key. Whoever reads bodies calls this.
pub(crate) fn note_body(request: &HttpRequest, body: &[u8]) {
    if request.headers().contains_key(IDEMPOTENCY_KEY) {
        let hash = BodyHash(Sha256::digest(body).into());
        request.extensions_mut().insert(hash);
    }
}

/// Carries out a request that makes something; at most once when it has a key.
///
/// `make` is given after everything was read and checked, the body by [`crate::body`].
///
/// # Errors
/// - What `make` fails with.
/// - [`Kind::InvalidHeader`]: the key cannot be read.
/// - [`Kind::IdempotencyKeyReused`]: the key was used for another request.
/// - [`Kind::RequestRunning`]: the same request is being carried out.
pub(crate) async fn once<N, F>(
    caller: &Caller<N>,
    request: &HttpRequest,
    api: &Api,
    make: F,
) -> Result<HttpResponse, Problem>
where
    F: Future<Output = Result<HttpResponse, Problem>> + 'static,
{
    let Some(key) = key(request)? else {
        return make.await;
    };
    let caller = Arc::clone(&caller.grant.id);
    let place = Place::of(&caller, &key);
    let answers = &api.answers;
    let now = api.engine.now();
    let turn = match answers.begin(&caller, place, fingerprint(request), now) {
        Begun::First(turn) => turn,
        Begun::Again => return answers.replay(place).await,
        Begun::Running => {
            let detail = "a request with this Idempotency-Key is being carried out; ask again for its answer";
            return Err(Problem::new(Kind::RequestRunning, detail));
        }
        Begun::Other => {
            let detail = "this Idempotency-Key was used for another request: another path or body; \
                take a new key for a new request";
            return Err(Problem::new(Kind::IdempotencyKeyReused, detail));
        }
    };
    // In a task of its own: a handler's future is dropped when its connection breaks.
    let task = rt::spawn(async move {
        let response = make.await?;
        Ok(turn.finish(response).await)
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request with an idempotency key was not carried through");
        Err(Problem::new(Kind::Internal, "something failed inside"))
    })
}

/// Returns a request's key; `None`: it has none.
///
/// The draft writes it as a string in quotes; most clients leave them out, so both are read.
fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut given = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(first) = given.next() else {
        return Ok(None);
    };
    let refuse = |what: &str| {
        let detail = format!(
            "Idempotency-Key {what}: it takes one text of 1 to {KEY_LENGTH_MAX} visible ASCII characters, \
             such as a UUID"
        );
        Err(Problem::new(Kind::InvalidHeader, detail))
    };
    if given.next().is_some() {
        return refuse("is given twice");
    }
    let Ok(text) = first.to_str() else {
        return refuse("is not ASCII");
    };
    let text = text.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    if text.is_empty() {
        refuse("is empty")
    } else if text.len() > KEY_LENGTH_MAX {
        refuse("is too long")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') {
        refuse("has a space, a quote or a control character")
    } else {
        Ok(Some(text.to_owned()))
    }
}

fn fingerprint(request: &HttpRequest) -> Fingerprint {
    let body = request.extensions().get::<BodyHash>().map(|hash| hash.0);
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update(b"\n");
    hash.update(request.uri().to_string());
    hash.update(b"\n");
    hash.update(body.unwrap_or_default());
    Fingerprint(hash.finalize().into())
}

impl Place {
    fn of(caller: &str, key: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(caller);
        hash.update(b"\0");
        hash.update(key);
        Self(hash.finalize().into())
    }

    fn name(self) -> String {
        crate::auth::hex(&self.0)
    }
}

/// The answers that are kept, and the requests with a key that are being carried out. Clones share one memory.
#[derive(Clone)]
pub(crate) struct Answers {
    engine: Engine,
    kept_max: usize,
    callers: Arc<Mutex<BTreeMap<Arc<str>, OfCaller>>>,
}

/// What is known of one caller's keys. The answers themselves are on disk.
#[derive(Debug, Default)]
struct OfCaller {
    running: BTreeMap<Place, Fingerprint>,
    kept: BTreeMap<Place, Kept>,
    /// The same, the oldest first.
    by_age: BTreeSet<(Timestamp, Place)>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    fingerprint: Fingerprint,
    at: Timestamp,
}

/// How a request with a key begins.
enum Begun {
    /// It is the first: it is carried out.
    First(Turn),
    /// It was answered before.
    Again,
    /// It is being carried out.
    Running,
    /// Its key was used for another request.
    Other,
}

/// The right to carry out a request. Dropped without an answer, it leaves the key free.
struct Turn {
    answers: Answers,
    caller: Arc<str>,
    place: Place,
    fingerprint: Fingerprint,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("kept_max", &self.kept_max)
            .finish_non_exhaustive()
    }
}

impl Answers {
    /// Reads what is kept in the store, and forgets what is too old. Blocks on the disk.
    ///
    /// # Errors
    /// What the store says, when it cannot be read.
    pub(crate) fn load(engine: Engine, config: &ApiConfig) -> Result<Self, String> {
        let now = engine.now();
        let mut callers: BTreeMap<Arc<str>, OfCaller> = BTreeMap::new();
        let mut stale = Vec::new();
        let mut visit = |name: &str, bytes: &[u8]| match StoredAnswerV1::read(bytes) {
            Some(answer) if answer.at.plus_millis(KEPT_FOR_MS) > now => {
                let of = callers.entry(answer.caller).or_default();
                of.keep(answer.place, answer.fingerprint, answer.at);
            }
            Some(_) => stale.push(name.to_owned()),
            None => {
                tracing::warn!(answer = name, "a kept answer cannot be read and is forgotten");
                stale.push(name.to_owned());
            }
        };
        let store = engine.store();
        store
            .scan_docs(COLLECTION, "", &mut visit)
            .map_err(|error| error.to_string())?;
        for name in stale {
            store
                .delete_doc(COLLECTION, &name)
                .map_err(|error| error.to_string())?;
        }
        Ok(Self {
            engine,
            kept_max: config.idempotency_answers_max.max(1),
            callers: Arc::new(Mutex::new(callers)),
        })
    }

    fn begin(&self, caller: &Arc<str>, place: Place, fingerprint: Fingerprint, now: Timestamp) -> Begun {
        let mut callers = self.lock();
        let of = callers.entry(Arc::clone(caller)).or_default();
        if let Some(running) = of.running.get(&place) {
            return if *running == fingerprint {
                Begun::Running
            } else {
                Begun::Other
            };
        }
        if let Some(kept) = of.kept.get(&place)
            && kept.at.plus_millis(KEPT_FOR_MS) > now
        {
            return if kept.fingerprint == fingerprint {
                Begun::Again
            } else {
                Begun::Other
            };
        }
        of.running.insert(place, fingerprint);
        Begun::First(Turn {
            answers: self.clone(),
            caller: Arc::clone(caller),
            place,
            fingerprint,
        })
    }

    /// Gives a kept answer again.
    async fn replay(&self, place: Place) -> Result<HttpResponse, Problem> {
        let store = self.engine.store();
        let read = web::block(move || store.get_doc(COLLECTION, &place.name())).await;
        let answer = match read {
            Ok(Ok(bytes)) => bytes.as_deref().and_then(StoredAnswerV1::read),
            Ok(Err(error)) => {
                tracing::error!(%error, "a kept answer cannot be read");
                None
            }
            Err(_) => None,
        };
        let Some(answer) = answer else {
            let detail = "this request was carried out before, and its answer cannot be read now";
            return Err(Problem::new(Kind::Unavailable, detail));
        };
        let mut response = HttpResponse::build(answer.status);
        response.insert_header((REPLAYED, "true"));
        for (name, value) in answer.headers {
            response.insert_header((name, value));
        }
        Ok(response.body(answer.body))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, OfCaller>> {
        // A panic while the lock was held leaves a map that is whole enough: at worst a key is forgotten.
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OfCaller {
    fn keep(&mut self, place: Place, fingerprint: Fingerprint, at: Timestamp) {
        if let Some(before) = self.kept.insert(place, Kept { fingerprint, at }) {
            self.by_age.remove(&(before.at, place));
        }
        self.by_age.insert((at, place));
    }

    /// Takes out what is too old at `now`, and the oldest of what is too much.
    fn forget(&mut self, now: Timestamp, kept_max: usize) -> Vec<Place> {
        let mut forgotten = Vec::new();
        while let Some((at, place)) = self.by_age.first().copied() {
            if at.plus_millis(KEPT_FOR_MS) > now && self.by_age.len() <= kept_max {
                break;
            }
            self.by_age.pop_first();
            self.kept.remove(&place);
            forgotten.push(place);
        }
        forgotten
    }
}

impl Turn {
    /// Keeps an answer, if it is one to keep, and returns it.
    async fn finish(self, response: HttpResponse) -> HttpResponse {
        if !response.status().is_success() {
            return response;
        }
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body).await else {
            tracing::error!("an answer's body failed; it is not kept");
            return HttpResponse::InternalServerError().finish();
        };
        if body.len() <= ANSWER_BYTES_MAX {
            self.keep(&head, &body).await;
        } else {
            tracing::warn!(size_bytes = body.len(), "an answer is too large to be kept");
        }
        head.set_body(body).map_into_boxed_body()
    }

    async fn keep(&self, head: &HttpResponse<()>, body: &Bytes) {
        let at = self.answers.engine.now();
        let answer = StoredAnswerV1 {
            caller: Arc::clone(&self.caller),
            place: self.place,
            fingerprint: self.fingerprint,
            at,
            status: head.status(),
            headers: kept_headers(head),
            body: body.clone(),
        };
        let Some(bytes) = answer.write() else {
            tracing::warn!("an answer is no text and is not kept");
            return;
        };
        let forgotten = {
            let mut callers = self.answers.lock();
            let of = callers.entry(Arc::clone(&self.caller)).or_default();
            of.keep(self.place, self.fingerprint, at);
            of.forget(at, self.answers.kept_max)
        };
        let kept: usize = self.answers.lock().values().map(|of| of.kept.len()).sum();
        observe::answers_kept(kept);
        let store = self.answers.engine.store();
        let place = self.place;
        let written = web::block(move || {
            store
                .put_doc(COLLECTION, &place.name(), bytes)
                .map_err(|error| error.to_string())?;
            forgotten.into_iter().try_for_each(|place| {
                store
                    .delete_doc(COLLECTION, &place.name())
                    .map_err(|error| error.to_string())
            })
        });
        // What was made is durable, and its maker is told so; only a repeat of the request would not be known.
        if let Err(reason) = written.await.unwrap_or_else(|error| Err(error.to_string())) {
            tracing::error!(reason, "an answer could not be kept");
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut callers = self.answers.lock();
        if let Some(of) = callers.get_mut(&self.caller) {
            of.running.remove(&self.place);
            if of.running.is_empty() && of.kept.is_empty() {
                callers.remove(&self.caller);
            }
        }
    }
}

/// The headers of an answer that are part of what it says.
fn kept_headers(head: &HttpResponse<()>) -> Vec<(String, String)> {
    let names = [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::LINK];
    names
        .into_iter()
        .filter_map(|name| {
            let value = head.headers().get(&name)?.to_str().ok()?.to_owned();
            Some((name.to_string(), value))
        })
        .collect()
}
