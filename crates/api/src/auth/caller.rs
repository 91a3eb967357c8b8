//! The caller of a handler, with the permission it needs in the type.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::{Grant, Scope};
use crate::problem::{Kind, Problem};
use crate::state::Api;

/// What a handler needs a caller to be allowed.
pub trait Need: 'static {
    /// Any of these scopes will do.
    const ANY_OF: &'static [Scope];
}

/// To send signals.
#[derive(Clone, Copy, Debug)]
pub struct Ingest;
/// To read.
#[derive(Clone, Copy, Debug)]
pub struct Read;
/// To change accounts, contacts and relations.
#[derive(Clone, Copy, Debug)]
pub struct Write;
/// To change the installation.
#[derive(Clone, Copy, Debug)]
pub struct Admin;

impl Need for Ingest {
    const ANY_OF: &'static [Scope] = &[Scope::Ingest, Scope::Sales, Scope::Marketing, Scope::Admin];
}
impl Need for Read {
    const ANY_OF: &'static [Scope] = &[Scope::Read, Scope::Sales, Scope::Marketing, Scope::Admin];
}
impl Need for Write {
    const ANY_OF: &'static [Scope] = &[Scope::Sales, Scope::Marketing, Scope::Admin];
}
impl Need for Admin {
    const ANY_OF: &'static [Scope] = &[Scope::Admin];
}

/// Somebody who may do `N`. Only the extractor makes one, so a handler that asks for it is guarded.
#[derive(Clone, Debug)]
pub struct Caller<N> {
    /// What it was let in with.
    pub grant: Grant,
    need: PhantomData<N>,
}

impl<N: Need> FromRequest for Caller<N> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit::<N>(request))
    }
}

fn admit<N: Need>(request: &HttpRequest) -> Result<Caller<N>, Problem> {
    let Some(api) = request.app_data::<web::Data<Api>>() else {
        tracing::error!("a guarded handler runs in an application without the API's state");
        return Err(Problem::new(
            Kind::Internal,
            "this server is not set up to let anybody in",
        ));
    };
    let grant = api.auth.admit(request)?;
    if let Some(taken) = api.rates.take(&grant.id) {
        let wait = taken.wait_seconds;
        request.extensions_mut().insert(taken);
        if let Some(seconds) = wait {
            return Err(Problem::rate_limited(seconds));
        }
    }
    if grant.scopes.iter().any(|scope| N::ANY_OF.contains(scope)) {
        return Ok(Caller {
            grant,
            need: PhantomData,
        });
    }
    let names: Vec<&str> = N::ANY_OF.iter().map(|scope| scope.as_str()).collect();
    let detail = format!("this needs a key with one of the scopes {}", names.join(", "));
    Err(Problem::new(Kind::Forbidden, detail))
}
