//! `quorate score`: accounts out of files, with no server.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{Context, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use quorate_domain::model::{DEFAULT_MODEL, Model};
use quorate_domain::time::{Days, Timestamp};

use super::Outcome;
use crate::score::{self, Job, Rejects, Row};

mod report;

/// Scores accounts from files, without a server
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Signals are NDJSON (one object a line) or CSV with the columns id, account, contact, kind, occurred_at and,
if you have them, strength, solution, object; no contact is an anonymous visitor. Contacts are CSV: contact,
account, role (several by ';'; none: read from the title), title, function, seniority. Accounts are CSV: account
and one column an attribute (lists by ';'). Any file may be compressed with gzip or zstd; '-' is standard input.

The result has one row an account, in the order of account ids. Lines that cannot be used are counted and listed
with line number and reason in the rejects file; they do not fail the run.

Examples:
  quorate score --signals signals.ndjson --contacts contacts.csv --at 2026-09-01T00:00:00Z --out result.csv
  quorate score --model model.toml --accounts accounts.csv --signals signals.csv.gz --at 2026-09-01T00:00:00Z
  zcat logs/*.gz | quorate score --signals - --at 2026-09-01T00:00:00Z --replay --json --out result.csv

Exit codes: 0 done, 1 failed (a file, the model), 2 the command line is wrong.")]
pub(super) struct Args {
    /// The qualification model; the default model if none is given
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,

    /// The signals, NDJSON or CSV
    #[arg(long, value_name = "FILE")]
    signals: PathBuf,

    /// The contacts, CSV
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,

    /// The accounts, CSV
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,

    /// The instant to score at, such as 2026-09-01T00:00:00Z; later signals are left out
    #[arg(long, value_name = "INSTANT")]
    at: Timestamp,

    /// Where the result goes; standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Where rejected lines are listed [default: OUT.rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    /// How old a signal may be to count
    #[arg(long, value_name = "DAYS", default_value = "400", value_parser = retention)]
    retention_days: Days,

    /// Judges MQA at every signal and crossing in time order, with the leaving conditions; slower
    #[arg(long)]
    replay: bool,

    /// How many threads work [default: one a processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    /// Prints the summary as one JSON object, to standard output if the result goes to a file
    #[arg(long)]
    json: bool,
}

fn retention(text: &str) -> Result<Days, String> {
    let days: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if days > 0.0 && days <= 100_000.0 {
        Ok(Days(days))
    } else {
        Err("it is not between 0 and 100000".to_owned())
    }
}

/// Scores, writes the result, and says what became of the input.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the run took is told to a person; no result depends on it"
)]
pub(super) fn run(args: &Args) -> Outcome {
    let started = Instant::now();
    let job = job(args)?;
    let result = args.out.as_deref().map(Pending::create).transpose()?;
    let rejects = args.rejects.clone().or_else(|| args.out.as_deref().map(beside));
    if let Some(path) = &rejects {
        forget(path)?;
    }
    let mut rejects = Rejects::new(rejects);
    let bar = progress_bar(&args.signals);
    let scored = score::run(&job, &mut rejects, &|bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    let (rows, summary) = match scored {
        Ok(scored) => scored,
        Err(error) => {
            result.map_or(Ok(()), Pending::forget)?;
            return Err(error.into());
        }
    };
    match result {
        Some(pending) => pending.write(&rows, args.replay)?,
        None => write_to_stdout(&rows, args.replay)?,
    }
    let seconds = started.elapsed().as_secs_f64();
    if args.json {
        let line = report::json(&summary, seconds);
        if args.out.is_some() {
            writeln!(io::stdout(), "{line}")?;
        } else {
            writeln!(io::stderr(), "{line}")?;
        }
    } else {
        write!(io::stderr(), "{}", report::text(&summary, seconds))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn job(args: &Args) -> anyhow::Result<Job> {
    let files = [
        Some(&args.signals),
        args.contacts.as_ref(),
        args.accounts.as_ref(),
    ];
    let stdin = files
        .into_iter()
        .flatten()
        .filter(|path| **path == Path::new("-"));
    if stdin.count() > 1 {
        return Err(anyhow!(
            "only one file can be '-': standard input can be read once"
        ));
    }
    let threads = args
        .threads
        .or_else(|| thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    Ok(Job {
        model: model(args.model.as_deref())?,
        at: args.at,
        retention: args.retention_days,
        contacts: args.contacts.clone(),
        accounts: args.accounts.clone(),
        signals: args.signals.clone(),
        threads,
        replay: args.replay,
    })
}

fn model(path: Option<&Path>) -> anyhow::Result<Model> {
    let Some(path) = path else {
        return Model::from_toml(DEFAULT_MODEL).context("the default model is wrong; report this as a bug");
    };
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{name} cannot be read; check the path and its permissions"))?;
    Model::from_toml(&text)
        .map_err(|errors| anyhow!("{errors}"))
        .with_context(|| format!("{name} is no valid model; mend these lines"))
}

/// Returns where rejected lines go unless somebody says otherwise.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".rejects.csv");
    PathBuf::from(name)
}

/// Removes the list of an earlier run, which would mislead after a run without bad lines.
fn forget(path: &Path) -> anyhow::Result<()> {
    match std::fs::metadata(path) {
        Ok(known) if known.is_file() => std::fs::remove_file(path).with_context(|| {
            format!(
                "the earlier list of rejected lines {} cannot be removed",
                path.display()
            )
        }),
        _ => Ok(()),
    }
}

/// A result file that is not there until it is whole: an interrupted run leaves no half of one.
struct Pending {
    out: PathBuf,
    /// Where it is written; the same as `out` for what is no plain file.
    partial: PathBuf,
    file: File,
}

impl Pending {
    fn create(out: &Path) -> anyhow::Result<Self> {
        let partial = match out.metadata() {
            Ok(known) if !known.is_file() => out.to_owned(),
            _ => {
                let mut name = out.as_os_str().to_owned();
                name.push(".partial");
                PathBuf::from(name)
            }
        };
        let file = File::create(&partial).with_context(|| cannot_write(out))?;
        let out = out.to_owned();
        Ok(Self { out, partial, file })
    }

    fn write(self, rows: &[Row], replayed: bool) -> anyhow::Result<()> {
        score::write(rows, replayed, BufWriter::new(&self.file)).with_context(|| cannot_write(&self.out))?;
        if self.partial != self.out {
            std::fs::rename(&self.partial, &self.out).with_context(|| cannot_write(&self.out))?;
        }
        Ok(())
    }
}

impl Pending {
    /// Removes what was begun.
    fn forget(self) -> anyhow::Result<()> {
        if self.partial != self.out {
            std::fs::remove_file(&self.partial).with_context(|| cannot_write(&self.out))?;
        }
        Ok(())
    }
}

fn cannot_write(out: &Path) -> String {
    format!(
        "the result cannot be written to {}; check the folder and its free space",
        out.display()
    )
}

/// A reader that goes away early, such as `head`, is no failure.
fn write_to_stdout(rows: &[Row], replayed: bool) -> anyhow::Result<()> {
    match score::write(rows, replayed, BufWriter::new(io::stdout().lock())) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("the result cannot be written to standard output"),
    }
}

/// Returns the bar that shows how much of a file has been read; hidden when nobody looks at it.
fn progress_bar(signals: &Path) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let size = std::fs::metadata(signals)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len());
    let (bar, template) = match size {
        Some(size) => (
            ProgressBar::new(size),
            "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        ),
        None => (ProgressBar::no_length(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
