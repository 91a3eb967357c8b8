//! Relations between contacts of an account.

pub(crate) mod delete;
pub(crate) mod post;
