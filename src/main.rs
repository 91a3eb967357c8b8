//! The `quorate` binary: what to do is said on the command line.

use std::process::ExitCode;

mod cli;
mod config;
mod demo;
mod host;
mod score;

fn main() -> ExitCode {
    cli::run()
}
