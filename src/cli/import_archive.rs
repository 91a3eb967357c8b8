//! `quorate import-archive`: an empty store is filled from an archive.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use quorate_store::archive;
use serde_json::Value;

use super::Outcome;
use super::archive_file::{self, Progress};
use super::export_archive::StoreArgs;
use crate::host;

/// Fills an empty store from an archive, and proves that it holds the same
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The archive is checked to its end before anything is written; the store is read back and compared before this says
done. A store with anything in it is refused. Keys are among what comes back: those of the archive's store let in.

Examples:
  quorate import-archive --from quorate.archive --data ./restored
  quorate import-archive --from quorate.archive --store redis://127.0.0.1:6379
  quorate import-archive --from quorate.archive --check

Exit codes: 0 done, 1 failed, 2 the command line is wrong.")]
pub(super) struct Args {
    /// The archive
    #[arg(long, value_name = "FILE")]
    from: PathBuf,

    /// Checks the archive and writes nothing
    #[arg(long, conflicts_with_all = ["data", "store"])]
    check: bool,

    #[command(flatten)]
    store: StoreArgs,

    /// Prints JSON
    #[arg(long)]
    json: bool,
}

/// Fills the store, or only checks the archive, and says what is in it.
pub(super) fn run(args: &Args) -> Outcome {
    let mut from = archive_file::open(&args.from)?;
    let config = args.store.config()?;
    host::log::start(&config.log)?;
    let (checked, place) = if args.check {
        let checked = archive::check(&mut from).map_err(host::archive_failed)?;
        (checked, None)
    } else {
        let opened = host::open_any_store(&config)?;
        let progress = Progress::new("checking the archive");
        let imported = archive::import(&*opened.store, &mut from, &mut |so_far| progress.show(so_far))
            .map_err(host::archive_failed)?;
        (imported, Some(opened.place))
    };
    let text = if args.json {
        archive_file::as_json(&checked, &[("into", Value::from(place))])
    } else {
        let done = match place {
            Some(place) => format!("{place} holds what the archive does"),
            None => "The archive is whole".to_owned(),
        };
        let header = &checked.header;
        format!(
            "{done}: of a store {}, written by Quorate {} at {}\n{}",
            header.store,
            header.build,
            header.made_at,
            archive_file::words(&checked)
        )
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
