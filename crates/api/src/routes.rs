//! Every route, on one screen. A handler below `/v1` names the permission it needs in its type; one that does not
//! cannot be put here.

use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, guard, web};

use crate::auth::{Caller, Need};
use crate::problem::{Kind, Problem, page};
use crate::v1::{
    accounts, backup, clock, contacts, events, evidence, gaps, imports, lists, opportunities, relations,
    set_aside, signals,
};
use crate::{docs, health, openapi};

/// Returns every path with its methods.
pub(crate) fn paths() -> Vec<Path> {
    vec![
        at("/v1/signals").post(signals::post::post),
        at("/v1/accounts").get(accounts::list::list),
        at("/v1/accounts/{account}")
            .get(accounts::get::get)
            .put(accounts::put::put),
        at("/v1/accounts/{account}/explanation").get(accounts::explanation::explanation),
        at("/v1/accounts/{account}/forecast").get(accounts::forecast::forecast),
        at("/v1/accounts/{account}/timeline").get(accounts::timeline::timeline),
        at("/v1/accounts/{account}/committee").get(accounts::committee::committee),
        at("/v1/accounts/{account}/evidence")
            .get(evidence::list::list)
            .post(evidence::post::post),
        at("/v1/accounts/{account}/evidence/{evidence}").delete(evidence::delete::delete),
        at("/v1/accounts/{account}/evidence/{evidence}/contest").post(evidence::contest::contest),
        at("/v1/accounts/{account}/opportunities").get(opportunities::list::list),
        at("/v1/accounts/{account}/opportunities/{opportunity}").put(opportunities::put::put),
        at("/v1/accounts/{account}/frameworks/{framework}").get(accounts::framework::framework),
        at("/v1/accounts/{account}/gaps").get(accounts::gaps::gaps),
        at("/v1/accounts/{account}/gaps/{gap}/snooze").post(gaps::snooze::snooze),
        at("/v1/gaps").get(gaps::list::list),
        at("/v1/accounts/{account}/contacts/{contact}").put(contacts::put::put),
        at("/v1/accounts/{account}/relations")
            .post(relations::post::post)
            .delete(relations::delete::delete),
        at("/v1/lists").get(lists::all::all),
        at("/v1/lists/{list}")
            .get(lists::get::get)
            .put(lists::put::put)
            .delete(lists::delete::delete),
        at("/v1/lists/{list}/members").post(lists::members::post),
        at("/v1/imports").get(imports::all::all).post(imports::post::post),
        at("/v1/imports/{import}").get(imports::get::get),
        at("/v1/imports/{import}/rows").get(imports::rows::rows),
        at("/v1/imports/{import}/answers").post(imports::answers::post),
        at("/v1/imports/{import}/apply").post(imports::apply::apply),
        at("/v1/imports/{import}/rejects.csv").get(imports::rejects::rejects),
        at("/v1/set-aside").get(set_aside::all::all),
        at("/v1/set-aside/retry").post(set_aside::retry::retry),
        at("/v1/clock").get(clock::get::get),
        at("/v1/clock/confirm").post(clock::confirm::confirm),
        at("/v1/events").get(events::events),
        at("/v1/backup").post(backup::post),
        at("/livez").open(health::live),
        at("/readyz").open(health::ready),
        at("/metrics").open(health::metrics),
        at("/version").open(health::version),
        at("/openapi.json").open(openapi::show),
        at("/docs").open(docs::page),
        at("/docs/{file}").open(docs::file),
        at("/problems").open(page::list),
        at("/problems/{slug}").open(page::show),
    ]
}

/// A method of a path, as tests and documents see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path's pattern, such as `/v1/accounts/{account}`.
    pub path: &'static str,
    /// The method.
    pub method: String,
    /// The scopes of which a key needs any; none: it is open to everybody.
    pub scopes: Vec<&'static str>,
}

/// Returns every route.
#[must_use]
pub fn table() -> Vec<Route> {
    let of = |path: Path| {
        let pattern = path.pattern;
        path.methods.into_iter().map(move |(method, scopes)| Route {
            path: pattern,
            method: method.to_string(),
            scopes,
        })
    };
    paths().into_iter().flat_map(of).collect()
}

/// Puts every route into an application.
pub(crate) fn configure(config: &mut ServiceConfig) {
    for path in paths() {
        config.service(path.into_resource());
    }
    config.app_data(
        web::PathConfig::default()
            .error_handler(|_, _| Problem::new(Kind::InvalidId, "the path is not UTF-8").into()),
    );
}

/// Answers what no route does.
pub(crate) async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::new(
        Kind::NotFound,
        "there is nothing at this path; /docs and /openapi.json list all paths",
    ))
}

/// A handler's arguments that begin with its caller.
pub(crate) trait Guarded {
    /// The names of the scopes of which the caller needs any.
    fn scopes() -> Vec<&'static str>;
}

macro_rules! guarded {
    ($($argument:ident)*) => {
        impl<N: Need, $($argument),*> Guarded for (Caller<N>, $($argument,)*) {
            fn scopes() -> Vec<&'static str> {
                N::ANY_OF.iter().map(|scope| scope.as_str()).collect()
            }
        }
    };
}
guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);

/// A path with its methods.
pub(crate) struct Path {
    pattern: &'static str,
    methods: Vec<(Method, Vec<&'static str>)>,
    resource: Resource,
}

fn at(pattern: &'static str) -> Path {
    Path {
        pattern,
        methods: Vec::new(),
        resource: web::resource(pattern),
    }
}

impl Path {
    fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.read(handler, Args::scopes())
    }

    fn open<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.read(handler, Vec::new())
    }

    fn put<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.write(Method::PUT, handler)
    }

    fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.write(Method::POST, handler)
    }

    fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.write(Method::DELETE, handler)
    }

    /// HEAD is answered as GET is; the connection leaves the body out.
    fn read<F, Args>(mut self, handler: F, scopes: Vec<&'static str>) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let either = guard::Any(guard::Get()).or(guard::Head());
        self.methods.push((Method::GET, scopes.clone()));
        self.methods.push((Method::HEAD, scopes));
        self.resource = self.resource.route(web::route().guard(either).to(handler));
        self
    }

    fn write<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push((method.clone(), Args::scopes()));
        self.resource = self.resource.route(web::method(method).to(handler));
        self
    }

    /// Adds what answers the other methods: OPTIONS with what is there, the rest with 405.
    fn into_resource(self) -> Resource {
        let mut allow: Vec<Method> = self.methods.into_iter().map(|(method, _)| method).collect();
        allow.push(Method::OPTIONS);
        self.resource
            .default_service(web::to(move |request: HttpRequest| {
                let allow = allow.clone();
                async move { other_method(&request, allow) }
            }))
    }
}

fn other_method(request: &HttpRequest, allow: Vec<Method>) -> Result<HttpResponse, Problem> {
    if request.method() == Method::OPTIONS {
        let names: Vec<&str> = allow.iter().map(Method::as_str).collect();
        return Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, names.join(", ")))
            .finish());
    }
    Err(Problem::method_not_allowed(request.method(), allow))
}
