//! The pages, one a file, and the frame around them.

pub(crate) mod account;
pub(crate) mod board;
pub(crate) mod demo;
pub(crate) mod export;
pub(crate) mod frame;
pub(crate) mod gaps;
pub(crate) mod help;
pub(crate) mod imports;
pub(crate) mod lists;
pub(crate) mod sign_in;
pub(crate) mod theme;
