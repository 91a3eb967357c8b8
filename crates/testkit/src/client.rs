//! An HTTP client for tests: blocking, with the caller's key, every status an answer.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

#[cfg(test)]
mod tests;

/// How long a test waits for an answer before it calls the server stuck.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const ANSWER_SIZE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// No answer came: nobody listens, the connection broke, or patience ran out. What the server did is unknown.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path}: no answer")]
pub struct TransportError {
    /// What was asked.
    pub method: String,
    /// Where.
    pub path: String,
    /// Why.
    #[source]
    pub source: Box<ureq::Error>,
}

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// Nothing.
    Empty,
    /// A JSON document.
    Json(&'a Value),
    /// Any bytes under a content type.
    Raw(&'a str, &'a [u8]),
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers in the order they came; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the body as text; bytes that are no UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    /// When it is none, with the body.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!(
                "status {}, body is no JSON ({error}): {}",
                self.status,
                self.text()
            )
        })
    }

    /// Returns the body's lines as JSON documents.
    ///
    /// # Panics
    /// When a line is none, with the line.
    #[must_use]
    #[track_caller]
    pub fn ndjson(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("line is no JSON ({error}): {line}"))
            })
            .collect()
    }

    /// Returns the answer itself when its status is the expected one.
    ///
    /// # Panics
    /// When it is another, with the body.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the status may be all that is asked"
    )]
    #[track_caller]
    pub fn expect_status(self, expected: u16) -> Self {
        assert_eq!(self.status, expected, "body: {}", self.text());
        self
    }
}

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    address: SocketAddr,
    key: Option<String>,
}

impl Client {
    /// Returns a client of the server at `address` without a key.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .proxy(None)
            .build();
        Self {
            agent: Agent::new_with_config(config),
            address,
            key: None,
        }
    }

    /// Returns the same client with an API key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Returns the same client without an API key.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// Returns the same client, of a server at another address.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Returns the server's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the API key it sends.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns the full address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request with these headers and reads the answer; any status is an answer.
    ///
    /// # Errors
    /// When no answer comes. What the server did is then unknown.
    ///
    /// # Panics
    /// When method, path or headers are no HTTP.
    #[track_caller]
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<Answer, TransportError> {
        let failed = |source| TransportError {
            method: method.to_owned(),
            path: path.to_owned(),
            source: Box::new(source),
        };
        let request = self.request(method, path, headers, body);
        let mut response = self.agent.run(request).map_err(failed)?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let status = response.status().as_u16();
        let read = response
            .body_mut()
            .with_config()
            .limit(ANSWER_SIZE_BYTES_MAX)
            .read_to_vec();
        Ok(Answer {
            status,
            headers,
            body: read.map_err(failed)?,
        })
    }

    /// Reads a path.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        answered(self.send("GET", path, &[], Body::Empty))
    }

    /// Posts a JSON document.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        answered(self.send("POST", path, &[], Body::Json(body)))
    }

    /// Puts a JSON document.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        answered(self.send("PUT", path, &[], Body::Json(body)))
    }

    /// Patches with a JSON document.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        answered(self.send("PATCH", path, &[], Body::Json(body)))
    }

    /// Deletes a path.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        answered(self.send("DELETE", path, &[], Body::Empty))
    }

    /// Posts any bytes under a content type.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn post_raw(&self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        answered(self.send("POST", path, &[], Body::Raw(content_type, body)))
    }

    /// Posts JSON documents, one a line.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    #[track_caller]
    pub fn post_ndjson<'a>(&self, path: &str, documents: impl IntoIterator<Item = &'a Value>) -> Answer {
        let mut lines = Vec::new();
        for document in documents {
            lines.extend_from_slice(document.to_string().as_bytes());
            lines.push(b'\n');
        }
        self.post_raw(path, "application/x-ndjson", &lines)
    }

    /// Opens a stream such as live events and returns its lines as they come; it ends with the connection.
    ///
    /// # Errors
    /// When no answer comes.
    ///
    /// # Panics
    /// When the status is not 200, with the body.
    #[track_caller]
    pub fn stream(
        &self,
        path: &str,
    ) -> Result<impl Iterator<Item = std::io::Result<String>> + Send, TransportError> {
        let failed = |source| TransportError {
            method: "GET".to_owned(),
            path: path.to_owned(),
            source: Box::new(source),
        };
        let request = self.request("GET", path, &[("accept", "text/event-stream")], Body::Empty);
        let request = self.agent.configure_request(request).timeout_global(None).build();
        let mut response = self.agent.run(request).map_err(failed)?;
        let status = response.status().as_u16();
        assert_eq!(status, 200, "body: {:?}", response.body_mut().read_to_string());
        Ok(BufReader::new(response.into_body().into_reader()).lines())
    }

    #[track_caller]
    fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Request<Vec<u8>> {
        let method: Method = method
            .parse()
            .unwrap_or_else(|error| panic!("method {method:?}: {error}"));
        let mut request = Request::builder().method(method).uri(self.url(path));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (content_type, bytes) = match body {
            Body::Empty => (None, Vec::new()),
            Body::Json(document) => (Some("application/json"), document.to_string().into_bytes()),
            Body::Raw(content_type, bytes) => (Some(content_type), bytes.to_vec()),
        };
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request
            .body(bytes)
            .unwrap_or_else(|error| panic!("{path:?}, {headers:?}: {error}"))
    }
}

#[track_caller]
fn answered(answer: Result<Answer, TransportError>) -> Answer {
    answer.unwrap_or_else(|error| panic!("{error}: {:?}", error.source))
}
