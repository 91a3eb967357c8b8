//! `POST /v1/backup`: all that is kept, in one file, while the server runs.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::auth::{Admin, Caller};
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::Api;

/// Pieces that wait for a client that reads slowly.
const PIECES_MAX: usize = 4;
/// The size of a piece, in bytes.
const PIECE_BYTES: usize = 256 * 1024;
/// How long a client may read nothing before its backup is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Streams an archive of all that is kept: accounts with their whole history, cards of contacts, models, keys (their
/// hashes), lists, imports. `quorate import-archive` fills an empty store from it, in a folder or in Redis.
///
/// Signals may come in meanwhile: each account is as of one instant of its own, and everything that was acknowledged
/// before the request is there. An archive that breaks off has no end mark and is refused when it is read:
/// `quorate backup` checks that. One backup at a time.
#[utoipa::path(post, path = "/v1/backup", tag = "operations",
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn post(
    caller: Caller<Admin>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let place = Arc::clone(&api.backups).try_acquire_owned().map_err(|_| {
        let detail = "another backup is under way; ask again when it is done";
        Problem::new(Kind::Overloaded, detail)
    })?;
    let (to, from) = mpsc::channel(PIECES_MAX);
    let mut pieces = Pieces {
        piece: Vec::with_capacity(PIECE_BYTES),
        to: to.clone(),
        runtime: Handle::current(),
        stopping: api.stopping.clone(),
    };
    let engine = api.engine.clone();
    let key = caller.grant.id.to_string();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        match engine.back_up(env!("CARGO_PKG_VERSION"), &mut pieces) {
            Ok(contents) => tracing::info!(
                key.id = key,
                accounts = contents.accounts,
                records = contents.records,
                digest = %contents.digest,
                "all that is kept was backed up"
            ),
            Err(error) => {
                let cause: &dyn std::error::Error = &error;
                tracing::error!(key.id = key, error = cause, "a backup broke off");
                // The answer ends in the middle, so that no client takes it for whole. One that is gone needs no word.
                let _gone = to.try_send(Err(io::Error::other("the backup broke off")));
            }
        }
    });
    let name = format!("attachment; filename=\"quorate-{}.archive\"", api.engine.now());
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, name.replace(':', "-")))
        .streaming(stream(from)))
}

type Piece = Result<Bytes, io::Error>;

fn stream(from: Receiver<Piece>) -> impl Stream<Item = Piece> {
    unfold(from, |mut from| async move {
        let piece = from.recv().await?;
        Some((piece, from))
    })
}

/// Gathers what is written into pieces and hands them on, as fast as the client reads.
struct Pieces {
    piece: Vec<u8>,
    to: Sender<Piece>,
    runtime: Handle,
    stopping: watch::Receiver<bool>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        if *self.stopping.borrow() {
            return Err(io::Error::other("the server is stopping"));
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        let sent = self
            .runtime
            .block_on(timeout(PATIENCE, self.to.send(Ok(Bytes::from(piece)))));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone")),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client reads nothing any more",
            )),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}
