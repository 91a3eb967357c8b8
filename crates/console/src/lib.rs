//! The console: server-rendered pages over the engine's handle.
//!
//! A page is a route, a view struct built by plain code and tested as data, and a template without arithmetic. Every
//! page works as plain HTML; scripts of our own and htmx add live values and quicker steps.
//!
//! Invariants:
//! - Nothing is asked of another host, no script or style stands inside a page, and the answer's policy says so to
//!   the browser.
//! - Every view is an address. Nobody's name stands in one, in a log or in the live stream.
//! - A stream of live values ends as soon as the server is told to stop.
//! - A page that shows something of an account names a `Visitor` in its signature: without one it
//!   is not let in.

pub mod access;
mod assets;
mod demo;
mod instant;
mod live;
mod pages;
mod partials;
mod reply;
mod routes;
mod state;
mod words;

pub use demo::{Demo, DemoClock, DemoLead, DemoOffer};
pub use routes::configure;
pub use state::ConsoleState;
