use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use quorate_domain::account::{AccountChange, Command, ContactRef, NewSignal};
use quorate_domain::id::{AccountId, ContactId, Kind, ModelVersion, SignalId};
use quorate_domain::model::{DEFAULT_MODEL, Model};
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};
use quorate_engine::{AccountRef, Clock, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};
use tokio::sync::watch;

use super::*;
use crate::access::{Access, Authorize};

/// Knows a key that may write and one that may only read.
struct OneKey;

impl Authorize for OneKey {
    fn sign_in(&self, key: &str) -> Option<Arc<str>> {
        match key {
            "qk_right" => Some(Arc::from("right")),
            "qk_reader" => Some(Arc::from("reader")),
            _ => None,
        }
    }

    fn still_admits(&self, key_id: &str) -> bool {
        matches!(key_id, "right" | "reader")
    }

    fn may_write(&self, key_id: &str) -> bool {
        key_id == "right"
    }
}

struct House {
    engine: Engine,
    stop: watch::Sender<bool>,
    stopping: watch::Receiver<bool>,
    _folder: tempfile::TempDir,
}

fn house() -> House {
    house_of(EngineConfig::default())
}

fn house_of(config: EngineConfig) -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let model = Arc::new(Model::from_toml(DEFAULT_MODEL).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model,
    }];
    let (clock, _hand) = Clock::manual("2026-06-16T14:32:00Z".parse().unwrap());
    let engine = Engine::start(store, models, clock, config).unwrap();
    let (stop, stopping) = watch::channel(false);
    House {
        engine,
        stop,
        stopping,
        _folder: folder,
    }
}

impl House {
    async fn name(&self, id: &str, name: &str) {
        let fields = vec![(Arc::from("name"), Some(Value::text(name)))];
        let change = AccountChange {
            fields,
            source: Source::person(),
        };
        let id = AccountId::new(id).unwrap();
        self.engine
            .execute(id, Command::ChangeAccount(change), None)
            .await
            .unwrap();
    }

    async fn signal(&self, account: &str, id: &str) {
        self.signal_at(account, id, None).await;
    }

    async fn signal_at(&self, account: &str, id: &str, occurred_at: Option<Timestamp>) {
        let signal = NewSignal {
            id: SignalId::new(id).unwrap(),
            kind: Kind::new("meeting.attended").unwrap(),
            contact: Some(ContactRef::Id(ContactId::new("secret-person").unwrap())),
            occurred_at,
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        };
        let account = AccountRef::Id(AccountId::new(account).unwrap());
        self.engine
            .record_signals(vec![IncomingSignal { account, signal }])
            .await
            .unwrap();
    }
}

macro_rules! app {
    ($house:expr, $access:expr) => {{
        let state = ConsoleState::new($house.engine.clone(), $access, $house.stopping.clone());
        init_service(App::new().configure(move |config| configure(config, state))).await
    }};
}

fn header<B>(answer: &ServiceResponse<B>, name: header::HeaderName) -> &str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn the_board_shows_what_was_sent_under_a_strict_policy() {
    let house = house();
    house.name("northfold", "Northfold <Logistics>").await;
    house.signal("northfold", "s1").await;
    let app = app!(house, Access::Open);
    let home = call_service(&app, TestRequest::get().uri("/").to_request()).await;
    assert_eq!(
        (home.status(), header(&home, header::LOCATION)),
        (StatusCode::SEE_OTHER, "/board")
    );
    let answer = call_service(&app, TestRequest::get().uri("/board").to_request()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header(&answer, header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    assert_eq!(header(&answer, header::CACHE_CONTROL), "no-store");
    let page = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
    assert!(page.contains("Northfold &#60;Logistics&#62;"), "{page}");
    assert!(
        !page.contains("secret-person"),
        "a person's id stands on the board"
    );
}

#[actix_web::test]
async fn the_empty_fields_of_a_form_do_not_stay_in_the_address() {
    let house = house();
    let app = app!(house, Access::Open);
    let form = TestRequest::get()
        .uri("/board?q=a&band=hot&owner=&tier=")
        .to_request();
    let answer = call_service(&app, form).await;
    assert_eq!(
        (answer.status(), header(&answer, header::LOCATION)),
        (StatusCode::SEE_OTHER, "/board?q=a&band=hot")
    );
}

#[actix_web::test]
async fn every_asset_of_a_page_is_there() {
    let house = house();
    let app = app!(house, Access::Open);
    let answer = call_service(&app, TestRequest::get().uri("/board").to_request()).await;
    let page = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
    let mut found = 0;
    for rest in page.split("/console/assets/").skip(1) {
        let file = rest.split('"').next().unwrap();
        let uri = format!("/console/assets/{file}");
        let asset = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
        assert_eq!(asset.status(), StatusCode::OK, "{uri}");
        found += 1;
    }
    assert!(found >= 5, "{found} assets");
}

#[actix_web::test]
async fn without_a_key_nothing_is_shown() {
    let house = house();
    house.name("northfold", "Northfold").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    for uri in [
        "/board?band=hot",
        "/accounts/northfold",
        "/accounts/northfold/signals",
        "/accounts/northfold/signals/new",
        "/accounts/northfold/committee",
        "/accounts/northfold/qualification",
        "/accounts/northfold/history",
        "/accounts/northfold/details",
        "/accounts/northfold/people/0",
        "/console/events?rows=",
        "/lists",
        "/lists/q3",
        "/imports",
        "/imports/new",
        "/imports/1-2/review",
    ] {
        let answer = call_service(&app, TestRequest::get().uri(uri).to_request()).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{uri}");
        assert!(
            header(&answer, header::LOCATION).starts_with("/sign-in?then=%2F"),
            "{uri}"
        );
    }
    let stream = TestRequest::get()
        .uri("/console/events")
        .insert_header((header::ACCEPT, "text/event-stream"));
    assert_eq!(
        call_service(&app, stream.to_request()).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[actix_web::test]
async fn a_key_opens_a_session_and_signing_out_ends_it() {
    let house = house();
    let app = app!(house, Access::by_key(Arc::new(OneKey), true));
    let enter = |key: &str, then: &str| {
        TestRequest::post()
            .uri("/sign-in")
            .set_form([("key", key), ("then", then)])
            .to_request()
    };
    let refused = call_service(&app, enter("qk_wrong", "/board")).await;
    assert_eq!(
        (refused.status(), header(&refused, header::SET_COOKIE)),
        (StatusCode::UNAUTHORIZED, "")
    );
    let body = String::from_utf8(read_body(refused).await.to_vec()).unwrap();
    assert!(
        body.contains("does not let you in") && !body.contains("qk_wrong"),
        "{body}"
    );

    let let_in = call_service(&app, enter(" qk_right ", "//evil.example")).await;
    assert_eq!(
        (let_in.status(), header(&let_in, header::LOCATION)),
        (StatusCode::SEE_OTHER, "/board")
    );
    let cookie = header(&let_in, header::SET_COOKIE).to_owned();
    for property in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(property), "{cookie}");
    }
    let session = cookie.split(';').next().unwrap().to_owned();
    let with = |request: TestRequest| {
        request
            .insert_header((header::COOKIE, session.clone()))
            .to_request()
    };
    let board = call_service(&app, with(TestRequest::get().uri("/board"))).await;
    assert_eq!(board.status(), StatusCode::OK);
    let page = String::from_utf8(read_body(board).await.to_vec()).unwrap();
    let token = page
        .split("name=\"form_token\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();

    let forged = TestRequest::post()
        .uri("/sign-out")
        .set_form([("form_token", "guess")]);
    assert_eq!(
        call_service(&app, with(forged)).await.status(),
        StatusCode::FORBIDDEN
    );
    let out = TestRequest::post()
        .uri("/sign-out")
        .set_form([("form_token", token)]);
    assert_eq!(
        call_service(&app, with(out)).await.status(),
        StatusCode::SEE_OTHER
    );
    let board = call_service(&app, with(TestRequest::get().uri("/board"))).await;
    assert_eq!(board.status(), StatusCode::SEE_OTHER);
}

/// Signs in and returns the session's cookie and what its forms carry.
macro_rules! signed_in {
    ($app:expr, $key:expr) => {{
        let enter = TestRequest::post()
            .uri("/sign-in")
            .set_form([("key", $key), ("then", "/board")]);
        let let_in = call_service(&$app, enter.to_request()).await;
        let cookie = header(&let_in, header::SET_COOKIE)
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let board = TestRequest::get()
            .uri("/board")
            .insert_header((header::COOKIE, cookie.clone()));
        let page = text(call_service(&$app, board.to_request()).await).await;
        let token = cut(&page, "name=\"form_token\" value=\"");
        (cookie, token)
    }};
}

async fn text(answer: ServiceResponse<impl MessageBody>) -> String {
    String::from_utf8(read_body(answer).await.to_vec()).unwrap()
}

fn cut(page: &str, from: &str) -> String {
    page.split(from)
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned()
}

#[actix_web::test]
async fn every_page_of_an_account_is_written_without_style_and_names_are_text() {
    let house = house();
    house.name("north/fold", "Northfold <Logistics>").await;
    house.signal("north/fold", "s1").await;
    let app = app!(house, Access::Open);
    for tail in [
        "",
        "?compare=2026-06-01",
        "?as_of=2026-06-16T14:31:00Z",
        "/signals",
        "/signals?person=0&kind=meeting.attended",
        "/signals/new",
        "/qualification",
        "/history?show=all",
        "/details",
        "/people/0",
    ] {
        let uri = format!("/accounts/north%2Ffold{tail}");
        let answer = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{uri}");
        let page = text(answer).await;
        assert!(page.contains("Northfold &#60;Logistics&#62;"), "{uri}: {page}");
        assert!(!page.contains("style=") && !page.contains("<Logistics>"), "{uri}");
        assert_eq!(page.matches("<h1").count(), 1, "{uri}");
        assert_eq!(
            page.contains("data-v="),
            !tail.contains("as_of") && !matches!(tail, "/signals/new" | "/qualification"),
            "{uri}"
        );
    }
    for uri in ["/accounts/nobody", "/accounts/north%2Ffold/people/9"] {
        let answer = call_service(&app, TestRequest::get().uri(uri).to_request()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{uri}");
        assert!(text(answer).await.contains("To the heat board"), "{uri}");
    }
}

#[actix_web::test]
async fn a_signal_is_logged_once_by_who_may_and_with_the_sessions_own_form() {
    let house = house();
    house.name("northfold", "Northfold").await;
    house.signal("northfold", "s1").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    let (reader, token) = signed_in!(app, "qk_reader");
    let uri = "/accounts/northfold/signals/new";
    let send = |cookie: &str, form: &[(&str, &str)]| {
        TestRequest::post()
            .uri(uri)
            .insert_header((header::COOKIE, cookie.to_owned()))
            .set_form(form)
            .to_request()
    };
    let refused = call_service(&app, send(&reader, &[("form_token", token.as_str())])).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let account = TestRequest::get()
        .uri("/accounts/northfold")
        .insert_header((header::COOKIE, reader));
    let page = text(call_service(&app, account.to_request()).await).await;
    assert!(
        !page.contains("Log a signal"),
        "who may only read is offered a form"
    );

    let (writer, token) = signed_in!(app, "qk_right");
    let show = TestRequest::get()
        .uri(uri)
        .insert_header((header::COOKIE, writer.clone()));
    let page = text(call_service(&app, show.to_request()).await).await;
    let id = cut(&page, "name=\"id\" value=\"");
    let good = [
        ("form_token", token.as_str()),
        ("id", id.as_str()),
        ("kind", "call.connected"),
        ("person", "0"),
        ("when", "2026-06-15T10:00"),
        ("object", "Budget"),
    ];
    let forged = good.map(|(name, value)| {
        if name == "form_token" {
            (name, "guess")
        } else {
            (name, value)
        }
    });
    let answer = call_service(&app, send(&writer, &forged)).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let bad = good.map(|(name, value)| match name {
        "when" => (name, "yesterday"),
        "kind" => (name, ""),
        _ => (name, value),
    });
    let answer = call_service(&app, send(&writer, &bad)).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(answer).await;
    assert!(
        page.contains("What happened: choose one.") && page.contains("value=\"Budget\""),
        "{page}"
    );
    let ahead = good.map(|(name, value)| {
        if name == "when" {
            (name, "2026-06-17T10:00")
        } else {
            (name, value)
        }
    });
    let page = text(call_service(&app, send(&writer, &ahead)).await).await;
    assert!(page.contains("Not recorded: occurred_at"), "{page}");
    for _ in 0..2 {
        let answer = call_service(&app, send(&writer, &good)).await;
        assert_eq!(
            (answer.status(), header(&answer, header::LOCATION)),
            (StatusCode::SEE_OTHER, "/accounts/northfold/signals")
        );
    }
    let list = TestRequest::get()
        .uri("/accounts/northfold/signals")
        .insert_header((header::COOKIE, writer));
    let page = text(call_service(&app, list.to_request()).await).await;
    assert!(page.contains("2 signals") && page.contains("Budget"), "{page}");
}

#[actix_web::test]
async fn the_theme_is_kept_in_a_cookie_and_rendered_right_first() {
    let house = house();
    let app = app!(house, Access::Open);
    let choose = TestRequest::post()
        .uri("/console/theme")
        .set_form([("theme", "dark"), ("then", "/board?band=hot")]);
    let chosen = call_service(&app, choose.to_request()).await;
    assert_eq!(header(&chosen, header::LOCATION), "/board?band=hot");
    let cookie = header(&chosen, header::SET_COOKIE)
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let board = TestRequest::get()
        .uri("/board")
        .insert_header((header::COOKIE, cookie))
        .to_request();
    let page = String::from_utf8(read_body(call_service(&app, board).await).await.to_vec()).unwrap();
    assert!(page.contains("<html lang=\"en\" data-theme=\"dark\">"));
    let elsewhere = TestRequest::post()
        .uri("/console/theme")
        .insert_header(("sec-fetch-site", "cross-site"))
        .set_form([("theme", "dark")]);
    assert_eq!(
        call_service(&app, elsewhere.to_request()).await.status(),
        StatusCode::FORBIDDEN
    );
}

#[actix_web::test]
async fn a_view_is_a_file_of_all_its_rows() {
    let house = house();
    for number in 0..3 {
        house.name(&format!("a{number}"), &format!("Name {number}")).await;
    }
    let app = app!(house, Access::Open);
    let request = TestRequest::get()
        .uri("/board/export.csv?sort=-name&q=name")
        .to_request();
    let answer = call_service(&app, request).await;
    assert_eq!(header(&answer, header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let file = header(&answer, header::CONTENT_DISPOSITION).to_owned();
    assert!(file.starts_with("attachment; filename=\"accounts-"), "{file}");
    let text = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
    let ids: Vec<&str> = text.lines().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["\u{feff}id", "a2", "a1", "a0"]);
}

#[actix_web::test]
async fn a_name_that_begins_like_a_formula_is_text_in_every_file() {
    let house = house();
    house.name("evil", "=cmd(\"x\"), Inc").await;
    house.signal("evil", "s1").await;
    let app = app!(house, Access::Open);
    for path in ["/board/export.csv", "/gaps/export.csv"] {
        let request = TestRequest::get().uri(path).to_request();
        let answer = call_service(&app, request).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let text = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert!(!rows.is_empty(), "{path}");
        for row in rows {
            assert!(
                row.starts_with("evil,\"'=cmd(\"\"x\"\"), Inc\","),
                "{path}: {row}"
            );
        }
    }
}

#[actix_web::test]
async fn a_look_into_an_account_is_a_page_of_its_own() {
    let house = house();
    house.name("northfold", "Northfold").await;
    house.signal("northfold", "s1").await;
    let app = app!(house, Access::Open);
    let get = |uri: &str| TestRequest::get().uri(uri).to_request();
    let answer = call_service(&app, get("/accounts/northfold/peek")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
    assert!(
        page.contains("id=\"peek\"") && page.contains("conditions met"),
        "{page}"
    );
    let unknown = call_service(&app, get("/accounts/nobody/peek")).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    for page in ["/words", "/shortcuts"] {
        assert_eq!(
            call_service(&app, get(page)).await.status(),
            StatusCode::OK,
            "{page}"
        );
    }
}

#[actix_web::test]
async fn an_account_opened_from_a_list_leads_to_those_beside_it() {
    let house = house();
    for (id, name) in [("a", "Alder"), ("b", "Birch"), ("c", "Cedar")] {
        house.name(id, name).await;
    }
    let app = app!(house, Access::Open);
    let get = |uri: &str| TestRequest::get().uri(uri).to_request();
    let board = text(call_service(&app, get("/board?sort=name")).await).await;
    assert!(board.contains("href=\"/accounts/b?in=sort%3Dname\""), "{board}");
    let page = text(call_service(&app, get("/accounts/b/history?in=sort%3Dname")).await).await;
    for link in [
        "rel=\"prev\" href=\"/accounts/a/history?in=sort%3Dname\"",
        "rel=\"next\" href=\"/accounts/c/history?in=sort%3Dname\"",
        "href=\"/board?sort=name\"",
        "2 of 3",
        "href=\"/accounts/b/signals?in=sort%3Dname\"",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
    let last = text(call_service(&app, get("/accounts/c?in=sort%3Dname")).await).await;
    assert!(last.contains("rel=\"prev\"") && !last.contains("rel=\"next\""));
    let alone = text(call_service(&app, get("/accounts/b")).await).await;
    assert!(!alone.contains("rel=\"prev\""), "it was opened from no list");
    let first = text(call_service(&app, get("/board")).await).await;
    assert!(first.contains("href=\"/accounts/a?in=all\""), "{first}");
}

/// The next piece of a stream; nothing: it ended.
async fn next(body: &mut (impl MessageBody + Unpin)) -> Option<String> {
    let piece = std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_next(context));
    let piece = tokio::time::timeout(Duration::from_secs(10), piece)
        .await
        .expect("the stream says nothing");
    piece.map(|bytes| String::from_utf8(bytes.ok().unwrap().to_vec()).unwrap())
}

#[actix_web::test]
async fn a_posted_signal_reaches_the_open_page_and_the_stream_ends_with_the_server() {
    let house = house();
    house.name("northfold", "Northfold").await;
    let app = app!(house, Access::Open);
    let board = call_service(&app, TestRequest::get().uri("/board").to_request()).await;
    let page = String::from_utf8(read_body(board).await.to_vec()).unwrap();
    let cut = |from: &str| {
        page.split(from)
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned()
    };
    let uri = format!("/console/events?rows={}.{}", cut("<tr id=\"r-"), cut("data-v=\""));
    let answer = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
    assert_eq!(header(&answer, header::CONTENT_TYPE), "text/event-stream");
    let mut body = answer.into_body();
    let first = next(&mut body).await.unwrap();
    assert!(
        first.contains("event: build\n") && first.ends_with("event: clock\ndata: \"14:32 UTC\"\n\n"),
        "{first}"
    );

    house.signal("northfold", "s1").await;
    let told = next(&mut body).await.unwrap();
    assert!(
        told.starts_with("event: rows\n") && told.contains("\"flash\":true"),
        "{told}"
    );
    assert!(
        told.contains("just now") && !told.contains("secret-person"),
        "{told}"
    );

    house.stop.send_replace(true);
    assert_eq!(next(&mut body).await, None);
}

mod importing;
mod past;
mod qualifying;
mod views;
