//! `quorate export-archive`: all that a store holds, in one file.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use quorate_engine::Clock;
use quorate_store::archive::{self, Damaged, Origin};

use super::Outcome;
use super::archive_file::{self, Progress};
use crate::config::{self, Asked, Home};
use crate::host;

/// Writes all that a store holds into one file, to move it or to get it back
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The store is a data folder whose server is stopped, or a Redis, whose server may run. `quorate backup` does the same
through a running server. The file holds personal data: only its owner may read it. It is read back before it gets its
name.

Examples:
  quorate export-archive --data ./data --to quorate.archive
  quorate export-archive --store redis://127.0.0.1:6379 --to quorate.archive

Exit codes: 0 written, 1 failed, 2 the command line is wrong.")]
pub(super) struct Args {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// Replaces a file of that name
    #[arg(long)]
    replace: bool,

    /// Leaves accounts out that are damaged, and says which, instead of writing nothing
    #[arg(long)]
    leave_out_damaged: bool,

    #[command(flatten)]
    store: StoreArgs,

    /// Prints JSON
    #[arg(long)]
    json: bool,
}

/// Which store.
#[derive(Debug, clap::Args)]
pub(super) struct StoreArgs {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,

    /// Where data is kept: `embedded` (in the data folder) or `redis://HOST:PORT`, as for serve [default: embedded]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// The configuration file [default: ./quorate.toml if it is there]
    #[arg(long, value_name = "FILE", env = "QUORATE_CONFIG")]
    config: Option<PathBuf>,
}

impl StoreArgs {
    pub(super) fn config(&self) -> anyhow::Result<config::Config> {
        let flags = [
            ("store.data", "--data", &self.data),
            ("store.url", "--store", &self.store),
        ];
        let asked = Asked {
            file: self.config.clone(),
            env: config::environment(),
            flags: flags
                .into_iter()
                .filter_map(|(key, flag, value)| Some((key, flag, value.clone()?)))
                .collect(),
        };
        Ok(config::load(&asked)?.config)
    }
}

/// Writes the file and says what is in it.
pub(super) fn run(args: &Args) -> Outcome {
    let config = args.store.config()?;
    host::log::start(&config.log)?;
    if let Home::Folder(folder) = config.store.home()
        && !folder.is_dir()
    {
        return Err(anyhow!(
            "{} is no data folder; give the server's with --data DIR",
            folder.display()
        ));
    }
    let store = host::open_any_store(&config)?.store;
    let made_at = Clock::wall().now().to_string();
    let origin = Origin {
        build: env!("CARGO_PKG_VERSION"),
        made_at: &made_at,
    };
    let damaged = if args.leave_out_damaged {
        Damaged::LeaveOut
    } else {
        Damaged::Refuse
    };
    let progress = Progress::new("reading the store");
    let written = archive_file::write(&args.to, args.replace, |mut to| {
        archive::export(&*store, origin, damaged, &mut to, &mut |so_far| {
            progress.show(so_far);
        })
        .map_err(host::archive_failed)?;
        Ok(())
    })?;
    drop(progress);
    io::stdout().write_all(archive_file::told(&args.to, &written, args.json).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
