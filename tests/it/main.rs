//! Black-box tests of the built binary, and the walls of the house.
//!
//! One test binary with a module a subject, in the order of the alphabet: `api`, `console`, `crash`, `restart`,
//! `score`, `serve`, .. each beside this file. They start `env!("CARGO_BIN_EXE_quorate")` through testkit and
//! know the product from outside only.

mod api;
mod api_guide;
mod archive;
mod clock;
mod crash;
mod demo;
mod import;
mod readme;
mod restart;
mod score;
mod serve;
mod walls;
