//! The `quorate` binary: what to do is said on the command line.

use std::process::ExitCode;

mod cli;
mod score;

fn main() -> ExitCode {
    cli::run()
}
