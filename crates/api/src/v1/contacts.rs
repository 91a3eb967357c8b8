//! Contacts of an account.

pub(crate) mod put;
