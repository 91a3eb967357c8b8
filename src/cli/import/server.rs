//! Importing through a running server's API.

use std::time::Duration;

use anyhow::{Context, anyhow};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::{Answer, Args, file_name};

/// Where a server listens when nobody says.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
/// How long an answer may take: a review reads every account it is about.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a server that applies is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;

struct Server {
    agent: Agent,
    url: String,
    key: Option<String>,
}

/// Sends the file, applies it when asked, and waits until that is done.
pub(super) fn import(args: &Args, bytes: &[u8]) -> anyhow::Result<Answer> {
    let url = args
        .server
        .as_deref()
        .unwrap_or(DEFAULT_SERVER)
        .trim_end_matches('/');
    if !url.starts_with("http://") {
        return Err(anyhow!(
            "{url} is no address this build can ask; it speaks http:// only, so ask the server on its own machine"
        ));
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .build();
    let server = Server {
        agent: Agent::new_with_config(config),
        url: url.to_owned(),
        key: args.key.clone(),
    };
    let mut import = server.send(args, bytes)?;
    let id = import
        .get("id")
        .and_then(Value::as_str)
        .context("the server's answer names no import")?
        .to_owned();
    while import.get("state").and_then(Value::as_str) == Some("applying") {
        std::thread::park_timeout(ASK_EVERY);
        import = server.get(&format!("/v1/imports/{id}"))?;
    }
    Ok(Answer {
        failed: server.rows(&id, "failed")?,
        questions: server.rows(&id, "needs_answer")?,
        import,
    })
}

impl Server {
    fn send(&self, args: &Args, bytes: &[u8]) -> anyhow::Result<Value> {
        let mut request = self
            .agent
            .post(format!("{}/v1/imports", self.url))
            .header("content-type", "text/csv")
            .query("source", &args.source)
            .query("apply", args.apply.to_string())
            .query("keep_unknown", args.keep_unknown.to_string());
        if args.leave_out_bad_cells {
            request = request.query("bad_cells", "leave_out");
        }
        if let Some(list) = &args.list {
            request = request.query("list", list);
        }
        if let Some(name) = file_name(&args.file) {
            request = request.query("file", &name);
        }
        for column in &args.columns {
            request = request.query("map", column);
        }
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        self.answer(request.send(bytes))
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        self.answer(request.call())
    }

    fn rows(&self, id: &str, verdict: &str) -> anyhow::Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!(
                "/v1/imports/{id}/rows?verdict={verdict}&limit=1000{cursor}"
            ))?;
            if let Some(Value::Array(items)) = page.get_mut("items") {
                rows.append(items);
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(rows),
            }
        }
    }

    fn answer(&self, answer: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Value> {
        let mut answer = answer.with_context(|| {
            format!(
                "no answer from {}; is the server running? (--server URL, or --data DIR)",
                self.url
            )
        })?;
        let status = answer.status();
        let text = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_string()
            .context("the server's answer broke off")?;
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let detail = body
            .get("detail")
            .and_then(Value::as_str)
            .unwrap_or("it gives no reason");
        Err(match status.as_u16() {
            401 => anyhow!("the server asks for a key: {detail} (--key KEY, or QUORATE_KEY)"),
            _ => anyhow!("{detail}"),
        })
    }
}
