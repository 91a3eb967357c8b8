//! Accounts: read, list, change, and what lies below one.

pub(crate) mod committee;
pub(crate) mod explanation;
pub(crate) mod forecast;
pub(crate) mod framework;
pub(crate) mod gaps;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod notice;
pub(crate) mod put;
pub(crate) mod record;
pub(crate) mod row;
pub(crate) mod standing;
pub(crate) mod timeline;
pub(crate) mod value;
