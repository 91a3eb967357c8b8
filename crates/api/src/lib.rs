//! The HTTP API: JSON, live events, OpenAPI.
//!
//! A handler checks what came in, calls the engine once, and shows what it answered; it holds no rule. What is sent
//! has types of its own in `v1`, so that renaming a field inside is never a change of the wire.
//!
//! Invariants:
//! - An answer of success to a change is sent after the engine has made it durable.
//! - A handler under `/v1` names the permission it needs in its type ([`Caller`]); without one it cannot be routed.
//! - Every failure is a [`Problem`]; nothing internal is in it, and no name, address or body is in the log.
//! - One bad signal never loses the good ones beside it.

mod auth;
mod body;
mod conditional;
mod config;
mod docs;
mod health;
mod idempotency;
mod observe;
mod openapi;
mod page;
mod problem;
mod query;
mod rate;
mod routes;
mod server;
mod state;
mod suggest;
mod v1;

pub use auth::{
    Admin, Auth, Caller, Grant, Ingest, KeyError, KeyRecord, KeyText, Keys, Need, NewKey, Read, Scope, Write,
};
pub use config::{ApiConfig, RateLimit};
pub use openapi::document as openapi_document;
pub use problem::{FieldError, Kind as ProblemKind, Problem};
pub use routes::{Route, table as routes};
pub use server::{ApiServer, BindError, StopHandle};
pub use state::{Api, RenderMetrics};
pub use suggest::did_you_mean;
pub use v1::imports::{import_json, import_row_json};
