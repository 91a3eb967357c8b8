//! `quorate import`: a file of accounts to a review, and with `--apply` to the accounts.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use quorate_engine::lists::Slug;
use quorate_intake::mapping::Field;
use serde_json::{Value, json};

use super::Outcome;

mod here;
mod report;
mod server;

/// The exit code when rows failed or need an answer: the rest is done.
const ROWS_LEFT: u8 = 4;
/// The largest file, in bytes: what a server takes at once unless it is told otherwise.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Rows that are printed of each kind.
const SHOWN_MAX: usize = 20;

/// Imports accounts from a CSV file: a review first, and with --apply what is certain
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The headers of Salesforce, HubSpot, Dynamics, ZoomInfo, Apollo, 6sense, Demandbase and LinkedIn are known; others are
told with --map. Every row gets a verdict: created, updated, unchanged, skipped, needs_answer, failed.

Examples:
  quorate import targets.csv                                   # the review; nothing is changed
  quorate import targets.csv --list q3-targets --apply
  quorate import sp500.csv --map Security=name --map \"GICS Sector=industry\" --apply
  quorate import accounts.csv --source crm --server http://127.0.0.1:8080 --key qk_...
  quorate import accounts.csv --data ./data --apply            # while the server is stopped

Exit codes: 0 every row is certain, 1 failed, 2 the command line is wrong, 4 rows failed or need an answer.")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct Args {
    /// The file, `-` for standard input
    file: PathBuf,

    /// Puts the accounts on this list; it is made when it is not there
    #[arg(long, value_name = "NAME", value_parser = list)]
    list: Option<String>,

    /// Who says all this: person, crm, `marketing_automation`, list, vendor; a weaker one never overwrites a stronger
    #[arg(long, value_name = "SOURCE", default_value = "list")]
    source: String,

    /// What a column is, such as `Security=name`; `HEADER=` leaves it out; several times
    #[arg(long = "map", value_name = "HEADER=FIELD", value_parser = column)]
    columns: Vec<String>,

    /// Keeps columns nobody knows as attributes
    #[arg(long)]
    keep_unknown: bool,

    /// Leaves out a cell that cannot be read, instead of failing its row
    #[arg(long)]
    leave_out_bad_cells: bool,

    /// Applies what is certain
    #[arg(long)]
    apply: bool,

    /// Prints JSON: the import, and the rows that failed or need an answer
    #[arg(long)]
    json: bool,

    /// The running server [default: <http://127.0.0.1:8080>]
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    server: Option<String>,

    /// The API key; `demo` needs none
    #[arg(
        long,
        value_name = "KEY",
        env = "QUORATE_KEY",
        hide_env_values = true,
        conflicts_with = "data"
    )]
    key: Option<String>,

    /// A data folder instead of a server, while no server runs over it
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

fn list(text: &str) -> Result<String, String> {
    Slug::new(text)
        .map(|slug| slug.to_string())
        .map_err(|error| error.to_string())
}

fn column(text: &str) -> Result<String, String> {
    let (_, field) = text
        .rsplit_once('=')
        .ok_or_else(|| "is no HEADER=FIELD".to_owned())?;
    let field = field.trim();
    if field.is_empty() || Field::parse(field).is_some() {
        return Ok(text.to_owned());
    }
    let known = Field::ALL.map(|field| field.as_str().to_owned());
    Err(format!(
        "{field:?} is no field; known are {} and attribute:NAME",
        known.join(", ")
    ))
}

/// What came out: the import and the rows somebody should look at, as the API shows them.
struct Answer {
    import: Value,
    failed: Vec<Value>,
    questions: Vec<Value>,
}

/// Reviews the file, applies it when asked, and prints what came out.
pub(super) fn run(args: &Args) -> Outcome {
    let bytes = read(&args.file)?;
    let answer = match &args.data {
        Some(folder) => here::import(args, folder, bytes)?,
        None => server::import(args, &bytes)?,
    };
    let text = if args.json {
        let whole = json!({
            "import": answer.import,
            "failed": answer.failed,
            "questions": answer.questions,
        });
        format!("{whole}\n")
    } else {
        report::words(&answer, args)
    };
    io::stdout().write_all(text.as_bytes())?;
    let is_certain = answer.failed.is_empty() && answer.questions.is_empty();
    Ok(if is_certain {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ROWS_LEFT)
    })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let named = || format!("{} cannot be read", file.display());
    if file == Path::new("-") {
        if io::stdin().is_terminal() {
            return Err(anyhow!("- is standard input, and nothing is piped into it"));
        }
        io::stdin()
            .take(FILE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .with_context(named)?;
    } else {
        File::open(file)
            .with_context(named)?
            .take(FILE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .with_context(named)?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(anyhow!(
            "{} is larger than {} MiB; divide it",
            file.display(),
            FILE_BYTES_MAX / 1024 / 1024
        ));
    }
    Ok(bytes)
}

/// Returns the file's name, for people.
fn file_name(file: &Path) -> Option<String> {
    Some(file.file_name()?.to_string_lossy().into_owned()).filter(|name| name != "-")
}
