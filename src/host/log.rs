//! Logs: to standard error, for a person or one JSON object a line.

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Libraries that tell at `info` what only their authors want to know.
const QUIETER: &str = "fjall=warn,lsm_tree=warn,actix_server=warn";

/// Starts logging.
///
/// # Errors
/// When somebody logs already.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    // What is said for a target by name wins over this, because it comes later.
    let filter = EnvFilter::try_new(format!("{QUIETER},{}", log.level.0))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match log.format {
        LogFormat::Human => {
            let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            lines.with_ansi(colours).with_target(false).try_init()
        }
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow!("logging cannot be started: {error}"))
}
