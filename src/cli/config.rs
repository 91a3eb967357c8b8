//! `quorate config`: what is configured, where it came from, and what can be.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::Outcome;
use super::serve::Choices;
use crate::config::{self, reference};

/// Shows the configuration and where each value came from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quorate config show
  quorate config show --config quorate.toml --json
  quorate config default > quorate.toml

Exit codes: 0 done, 1 the configuration is wrong, 2 the command line is wrong.")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Prints every value and where it came from
    Show {
        #[command(flatten)]
        choices: Box<Choices>,

        /// Prints one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Prints the default file, with what every key means
    Default,
    /// Prints docs/configuration.md
    #[command(hide = true)]
    Reference,
}

/// Prints what is asked for.
pub(super) fn run(args: &Args) -> Outcome {
    let text = match &args.what {
        What::Show { choices, json } => {
            let settings = config::load(&choices.asked())?.settings;
            if *json {
                as_json(&settings)
            } else {
                as_text(&settings)
            }
        }
        What::Default => config::DEFAULTS.to_owned(),
        What::Reference => reference::page(),
    };
    match io::stdout().write_all(text.as_bytes()) {
        // A reader that goes away early, such as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}

fn as_json(settings: &[config::Setting]) -> String {
    let mut object = Map::new();
    for setting in settings {
        object.insert(
            setting.key.clone(),
            json!({"value": setting.value, "source": setting.source}),
        );
    }
    format!("{}\n", Value::Object(object))
}

fn as_text(settings: &[config::Setting]) -> String {
    let width = settings
        .iter()
        .map(|setting| setting.key.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for config::Setting { key, value, source } in settings {
        let _infallible = writeln!(text, "{key:width$} = {value}  ({source})");
    }
    text
}
