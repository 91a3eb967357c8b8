//! `quorate check`: is a model file all right?

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use quorate_domain::model::{Model, ModelErrors};
use serde_json::json;

use super::Outcome;

/// Checks model files; says every error with its line and key
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quorate check model.toml
  quorate check --json models/*.toml

Exit codes: 0 all are right, 1 one is wrong or cannot be read, 2 the command line is wrong.")]
pub(super) struct Args {
    /// Model files
    #[arg(value_name = "MODEL.toml", required = true)]
    models: Vec<PathBuf>,

    /// Prints the result as one JSON object
    #[arg(long)]
    json: bool,
}

/// Checks the files and says what is wrong.
pub(super) fn run(args: &Args) -> Outcome {
    let mut out = io::stdout().lock();
    let mut all_right = true;
    let mut results = Vec::new();
    for path in &args.models {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{name} cannot be read; check the path and its permissions"))?;
        let errors = Model::from_toml(&text).err().map(|ModelErrors(errors)| errors);
        all_right &= errors.is_none();
        let errors = errors.unwrap_or_default();
        if args.json {
            let errors: Vec<_> = errors
                .iter()
                .map(|error| json!({"line": error.line, "key": error.key, "problem": error.problem}))
                .collect();
            results.push(json!({"file": name, "ok": errors.is_empty(), "errors": errors}));
        } else if errors.is_empty() {
            writeln!(out, "{name}: ok")?;
        } else {
            for error in errors {
                writeln!(out, "{name}: {error}")?;
            }
        }
    }
    if args.json {
        writeln!(out, "{}", json!({"ok": all_right, "models": results}))?;
    }
    Ok(if all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
