//! A server in a thread of its own, a client with a key, and the hand on the clock.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use quorate_api::{ApiConfig, ApiServer, Auth, Keys, NewKey, Scope, StopHandle};
use quorate_domain::id::ModelVersion;
use quorate_domain::model::Model;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_engine::{Clock, ClockHand, Engine, EngineConfig};
use quorate_store::{EmbeddedOptions, EmbeddedStore};
use quorate_testkit::{Answer, Client};
use serde_json::Value;
use tempfile::TempDir;

/// Heat 50 at 50 points; an account enters with one engaged contact and leaves below heat 40.
const MODEL: &str = r#"
name = "small"
[heat]
half_point = 50
[engagement]
engaged_at = 5
[roles.champion]
[roles.economic_buyer]
[signals."demo.requested"]
points = 60
half_life_days = 30
[signals."page.view"]
points = 1
half_life_days = 7
[[committee.seats]]
role = "champion"
[[committee.seats]]
role = "economic_buyer"
[[fit.rules]]
attribute = "industry"
equals = "software"
[mqa]
enter_heat = 50
exit_heat = 40
engaged_contacts = 1
"#;

/// What a model adds that asks for evidence.
const FRAMEWORK: &str = r#"
[frameworks]
use = ["ours"]
[[frameworks.ours.elements]]
key = "pain"
name = "Pain"
checks = [{ kind = "evidence" }]
[[frameworks.ours.elements]]
key = "process"
name = "Decision process"
stale_after_days = 30
checks = [{ kind = "evidence" }]
"#;

/// When every test begins.
pub(crate) const NOW: &str = "2026-09-01T12:00:00Z";

pub(crate) struct House {
    pub(crate) client: Client,
    pub(crate) keys: Keys,
    pub(crate) hand: ClockHand,
    pub(crate) stop: StopHandle,
    thread: Option<JoinHandle<()>>,
    folder: Option<TempDir>,
}

/// Opens a house as it is shipped, but for limits that a test reaches quickly.
pub(crate) fn house() -> House {
    house_with(&EngineConfig::default())
}

/// Opens a house whose engine has other limits.
pub(crate) fn house_with(limits: &EngineConfig) -> House {
    let folder = tempfile::tempdir().unwrap();
    open(folder, MODEL, limits, usual())
}

/// Opens a house whose model asks for evidence: of two elements, `pain` and `process`, both of the framework `ours`.
pub(crate) fn house_qualifying() -> House {
    let folder = tempfile::tempdir().unwrap();
    let model = format!("{MODEL}{FRAMEWORK}");
    open(folder, &model, &EngineConfig::default(), usual())
}

/// Opens a house whose API has other limits.
pub(crate) fn house_served(config: ApiConfig) -> House {
    let folder = tempfile::tempdir().unwrap();
    open(folder, MODEL, &EngineConfig::default(), config)
}

/// The API's limits in these tests: such as a test reaches quickly.
pub(crate) fn usual() -> ApiConfig {
    ApiConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        workers: 1,
        listeners_max: 8,
        body_bytes_max: 64 * 1024,
        signals_body_bytes_max: 256 * 1024,
        body_timeout: Duration::from_millis(300),
        heartbeat: Duration::from_millis(100),
        ..ApiConfig::default()
    }
}

fn open(folder: TempDir, model: &str, limits: &EngineConfig, config: ApiConfig) -> House {
    let limits = EngineConfig {
        shards: 1,
        ..limits.clone()
    };
    let path = folder.path().join("data");
    let model = model.to_owned();
    let (tell, told) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_rt::System::new().block_on(async move {
            let (engine, hand) = engine_with(&path, &model, limits);
            let keys = Keys::load(engine.clone()).unwrap();
            let auth = Auth::Keys(keys.clone());
            let metrics: quorate_api::RenderMetrics = Arc::new(|| "quorate_up 1\n".to_owned());
            let server = ApiServer::bind(engine.clone(), auth, config, Some(metrics), |_| {}).unwrap();
            tell.send((server.addr(), server.stop_handle(), keys, hand))
                .unwrap();
            server.run().await.unwrap();
            engine.stop().await;
        });
    });
    let (addr, stop, keys, hand) = told.recv().unwrap();
    let new = NewKey {
        name: Arc::from("test"),
        scopes: vec![Scope::Admin],
        source: None,
    };
    let first = match keys.first().unwrap() {
        Some(first) => first,
        None => keys.create(new).unwrap().0,
    };
    let client = Client::new(addr).with_key(first.reveal());
    House {
        client,
        keys,
        hand,
        stop,
        thread: Some(thread),
        folder: Some(folder),
    }
}

/// Starts an engine over a store in that folder.
pub(crate) fn engine(folder: &Path, config: EngineConfig) -> (Engine, ClockHand) {
    engine_with(folder, MODEL, config)
}

fn engine_with(folder: &Path, model: &str, config: EngineConfig) -> (Engine, ClockHand) {
    let store = Arc::new(EmbeddedStore::open(folder, EmbeddedOptions::default()).unwrap());
    let (clock, hand) = Clock::manual(NOW.parse().unwrap());
    let model = Arc::new(Model::from_toml(model).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model,
    }];
    (Engine::start(store, models, clock, config).unwrap(), hand)
}

impl House {
    /// Returns a client with a key of one scope.
    pub(crate) fn client_with(&self, scope: Scope) -> Client {
        let new = NewKey {
            name: Arc::from("test"),
            scopes: vec![scope],
            source: None,
        };
        let (text, _) = self.keys.create(new).unwrap();
        Client::new(self.client.address()).with_key(text.reveal())
    }

    /// Puts a document, and expects that status.
    #[track_caller]
    pub(crate) fn put(&self, path: &str, body: &Value, status: u16) {
        drop(self.client.put(path, body).expect_status(status));
    }

    /// Posts a document, and expects 200.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) {
        drop(self.client.post(path, body).expect_status(200));
    }

    /// Stops the server and starts another over the same store; the clock begins anew.
    pub(crate) fn restart(mut self) -> Self {
        let folder = self.folder.take().unwrap();
        // With the keys goes the last handle of the store.
        drop(self);
        open(folder, MODEL, &EngineConfig::default(), usual())
    }

    /// Stops the server and waits for its end.
    pub(crate) fn close(&mut self) {
        let stop = self.stop.clone();
        if let Some(thread) = self.thread.take() {
            actix_rt::System::new().block_on(async move { stop.stop().await });
            thread.join().unwrap();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.close();
        }
    }
}

/// Returns an answer as text for a snapshot: status, the headers that are a promise, body.
pub(crate) fn shown(answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.status);
    for name in [
        "allow",
        "cache-control",
        "content-type",
        "etag",
        "idempotency-replayed",
        "link",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
    ] {
        if let Some(value) = answer.header(name) {
            writeln!(text, "{name}: {value}").unwrap();
        }
    }
    let body = String::from_utf8_lossy(&answer.body);
    match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(json) => writeln!(text, "{json:#}").unwrap(),
        Err(_) => writeln!(text, "{body}").unwrap(),
    }
    text
}
