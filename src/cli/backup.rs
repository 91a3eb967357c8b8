//! `quorate backup`: all that a running server keeps, in one file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde_json::Value;
use ureq::Agent;

use super::Outcome;
use super::archive_file;

/// How long connecting, and the first byte of the answer, may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest refusal that is read, in bytes.
const REFUSAL_BYTES_MAX: u64 = 64 * 1024;

/// Writes all that a running server keeps into one file, while signals come in
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs a key with the scope admin. Each account is as of one instant of its own, and everything that was acknowledged
before is there. The file holds personal data: only its owner may read it. It is read back before it gets its name;
one that broke off never gets it. `quorate import-archive` fills an empty store from it.

Examples:
  quorate backup --to quorate.archive --key qk_...
  QUORATE_KEY=qk_... quorate backup --server http://127.0.0.1:9000 --to nightly.archive --replace

Exit codes: 0 written, 1 failed, 2 the command line is wrong.")]
pub(super) struct Args {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// Replaces a file of that name
    #[arg(long)]
    replace: bool,

    /// The running server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    server: String,

    /// A key with the scope admin
    #[arg(long, value_name = "KEY", env = "QUORATE_KEY", hide_env_values = true)]
    key: Option<String>,

    /// Prints JSON
    #[arg(long)]
    json: bool,
}

/// Asks the server, writes what it sends, and says what is in it.
pub(super) fn run(args: &Args) -> Outcome {
    let written = archive_file::write(&args.to, args.replace, |to| receive(args, to))?;
    io::stdout().write_all(archive_file::told(&args.to, &written, args.json).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn receive(args: &Args, to: &mut dyn Write) -> anyhow::Result<()> {
    let url = args.server.trim_end_matches('/');
    if !url.starts_with("http://") {
        return Err(anyhow!(
            "{url} is no address this build can ask; it speaks http:// only, so ask the server on its own machine"
        ));
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .max_redirects(0)
        .build();
    let mut request = Agent::new_with_config(config).post(format!("{url}/v1/backup"));
    if let Some(key) = &args.key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let mut answer = request
        .send_empty()
        .with_context(|| format!("no answer from {url}; is the server running? (--server URL)"))?;
    let status = answer.status();
    if !status.is_success() {
        let text = answer
            .body_mut()
            .with_config()
            .limit(REFUSAL_BYTES_MAX)
            .read_to_string()
            .unwrap_or_default();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = body
            .get("detail")
            .and_then(Value::as_str)
            .unwrap_or("it gives no reason");
        return Err(match status.as_u16() {
            401 => anyhow!("the server asks for a key: {detail} (--key KEY, or QUORATE_KEY)"),
            _ => anyhow!("{detail}"),
        });
    }
    let mut from = answer.body_mut().as_reader();
    io::copy(&mut from, to).with_context(|| {
        format!(
            "the server's answer broke off; its log says why, and {} was not written",
            name(&args.to)
        )
    })?;
    Ok(())
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
