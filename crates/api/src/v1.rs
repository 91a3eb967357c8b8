//! Version 1 of the wire: a module a noun, below it a file an operation. What is sent has types of its own here.

pub(crate) mod accounts;
pub(crate) mod backup;
pub(crate) mod clock;
pub(crate) mod contact_name;
pub(crate) mod contacts;
pub(crate) mod edit;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod gaps;
pub(crate) mod imports;
pub(crate) mod instant;
pub(crate) mod lists;
pub(crate) mod opportunities;
pub(crate) mod path;
pub(crate) mod relations;
pub(crate) mod set_aside;
pub(crate) mod signals;
