//! Gaps of all accounts, and gaps put off.

pub(crate) mod list;
pub(crate) mod snooze;
