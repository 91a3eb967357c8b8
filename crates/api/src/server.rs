//! The HTTP server: bound, run, and stopped within seconds even while streams are open.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer, web};
use quorate_engine::Engine;
use tokio::sync::{Semaphore, watch};

use crate::auth::Auth;
use crate::config::ApiConfig;
use crate::idempotency::Answers;
use crate::observe;
use crate::rate::Rates;
use crate::routes;
use crate::state::{Api, RenderMetrics};

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is taken, or is none of this machine's.
    #[error("cannot listen on {listen}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Everybody would be let in from everywhere.
    #[error("{listen} can be reached from other machines, and no key is asked for: listen on 127.0.0.1")]
    OpenToOthers {
        /// Where.
        listen: SocketAddr,
    },
    /// What the store keeps for the API cannot be read.
    #[error("the answers kept for idempotency keys cannot be read: {reason}")]
    Answers {
        /// What the store said.
        reason: String,
    },
}

/// A server that listens already and answers once it is run.
pub struct ApiServer {
    addr: SocketAddr,
    server: actix_web::dev::Server,
    stop: StopHandle,
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

/// Stops a server. Cheap to clone.
#[derive(Clone)]
pub struct StopHandle {
    stopping: watch::Sender<bool>,
    server: ServerHandle,
}

impl fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopHandle")
            .field("stopping", &*self.stopping.borrow())
            .finish_non_exhaustive()
    }
}

impl ApiServer {
    /// Binds a server. Must be called inside an actix system. Blocks on the disk.
    ///
    /// - `metrics`: renders `/metrics`; `None`: there are none.
    /// - `more`: puts further routes (the console's) into the same application. They find [`Api`] as
    ///   `web::Data`, and pass the same observation.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn bind(
        engine: Engine,
        auth: Auth,
        config: ApiConfig,
        metrics: Option<RenderMetrics>,
        more: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> Result<Self, BindError> {
        let listen = config.listen;
        if auth.is_open() && !listen.ip().is_loopback() {
            return Err(BindError::OpenToOthers { listen });
        }
        let failed = |source| BindError::Listen { listen, source };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        observe::describe();
        let answers =
            Answers::load(engine.clone(), &config).map_err(|reason| BindError::Answers { reason })?;
        let (stopping, told) = watch::channel(false);
        let config = Arc::new(config);
        let bodies = Arc::new(Semaphore::new(config.bodies_bytes_max));
        let listeners = Arc::new(Semaphore::new(config.listeners_max));
        let limits = Arc::clone(&config);
        let api = Api {
            rates: Arc::new(Rates::new(config.rate_limit)),
            answers,
            engine,
            auth,
            config,
            metrics,
            listeners,
            bodies,
            backups: Arc::new(Semaphore::new(1)),
            stopping: told,
        };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(api.clone()))
                .configure(routes::configure)
                .configure(more.clone())
                .default_service(web::to(routes::not_found))
                .wrap(from_fn(observe::observe))
        })
        .workers(limits.workers.max(1))
        .keep_alive(limits.keep_alive)
        .client_request_timeout(limits.head_timeout)
        .shutdown_timeout(limits.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)
        .map_err(failed)?
        .run();
        let stop = StopHandle {
            stopping,
            server: server.handle(),
        };
        Ok(Self { addr, server, stop })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns what stops it.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Answers requests until it is stopped.
    ///
    /// # Errors
    /// When the server's threads fail.
    pub async fn run(self) -> std::io::Result<()> {
        self.server.await
    }
}

impl StopHandle {
    /// Stops: event streams end at once, no new connection is taken, requests under way may finish for as long as
    /// the configuration says.
    pub async fn stop(&self) {
        // Streams first: the server waits for every connection, and a stream never ends by itself.
        self.stopping.send_replace(true);
        self.server.stop(true).await;
    }
}
