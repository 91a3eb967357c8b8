//! The command line: one command a file under `cli/`, each arguments -> one library call -> words for a person, or
//! `--json` for a program.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

mod archive_file;
mod backup;
mod check;
mod config;
mod demo;
mod export_archive;
mod import;
mod import_archive;
mod keys;
mod score;
mod serve;

/// Qualifies accounts: heat, buying committees and MQA status, exact and explained.
#[derive(Debug, Parser)]
#[command(
    name = "quorate",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 the store failed under way."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Score(score::Args),
    Import(import::Args),
    Keys(keys::Args),
    Config(config::Args),
    Check(check::Args),
    Backup(backup::Args),
    ExportArchive(export_archive::Args),
    ImportArchive(import_archive::Args),
}

/// What a command comes to. An error is printed by [`run`], each cause on a line of its own.
type Outcome = anyhow::Result<ExitCode>;

/// Does what the command line says, and returns the exit code: 0 done, 1 failed, 2 the command line is wrong, 3 the store failed.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for by what clap calls an error, too. Nothing is left to do when the
            // reader of our output has gone away.
            let _gone = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = match cli.command {
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Keys(args)) => keys::run(&args),
        Some(Command::Config(args)) => config::run(&args),
        Some(Command::Score(args)) => score::run(&args),
        Some(Command::Import(args)) => import::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Backup(args)) => backup::run(&args),
        Some(Command::ExportArchive(args)) => export_archive::run(&args),
        Some(Command::ImportArchive(args)) => import_archive::run(&args),
        None => Cli::command()
            .print_help()
            .map(|()| ExitCode::SUCCESS)
            .map_err(anyhow::Error::from),
    };
    outcome.unwrap_or_else(|error| {
        let mut message = format!("error: {error}");
        for cause in error.chain().skip(1) {
            message.push_str("\n  ");
            message.push_str(&cause.to_string());
        }
        let _gone = writeln!(io::stderr(), "{message}");
        ExitCode::FAILURE
    })
}
