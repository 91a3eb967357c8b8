//! The account's pages: its numbers, why they are so, who is there, what happened, and what comes next.
//!
//! Every page asks what its address means (`asked`), reads the account as of that instant, and stands in one shell of
//! head, tiles and tabs. A further tab is a line in `shell` and a page that extends `account/shell.html`.

use crate::reply::PageError;

pub(crate) mod committee;
pub(crate) mod details;
pub(crate) mod gaps;
pub(crate) mod history;
pub(crate) mod log_signal;
pub(crate) mod overview;
pub(crate) mod peek;
pub(crate) mod person;
pub(crate) mod qualification;
pub(crate) mod signals;

pub(super) mod asked;
mod beside;
mod chart;
mod compare;
mod conditions;
mod deeds;
mod entries;
mod forms;
mod outlook;
mod paging;
mod past;
mod people;
mod sentence;
mod shell;
mod tiles;
mod why;

pub(crate) use tiles::value as value_text;

/// Days of heat the chart looks back.
const BACK_DAYS: i64 = 180;
/// Entries and signals of one account that its pages look through.
const ENTRIES_MAX: usize = 200_000;

const NOT_FOUND: PageError = PageError::NotFound { what: "this account" };

#[cfg(test)]
mod tests;
