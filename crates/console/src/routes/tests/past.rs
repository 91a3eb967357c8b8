//! The board as of a past day: read while somebody waits, then the same board as that of now.

use super::*;

fn then(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Two accounts with signals in June, and one that was made today.
async fn known(house: &House) {
    for (id, name) in [("alder", "Alder"), ("birch", "Birch"), ("cedar", "Cedar")] {
        house.name(id, name).await;
    }
    house
        .signal_at("alder", "s1", Some(then("2026-06-01T10:00:00Z")))
        .await;
    house
        .signal_at("birch", "s1", Some(then("2026-06-01T11:00:00Z")))
        .await;
    house
        .signal_at("birch", "s2", Some(then("2026-06-09T11:00:00Z")))
        .await;
}

/// Asks until it is no page that waits any more.
macro_rules! ready {
    ($app:expr, $uri:expr) => {{
        let mut page = String::new();
        for _ in 0..1_000 {
            let request = TestRequest::get().uri($uri).to_request();
            page = text(call_service(&$app, request).await).await;
            if !page.contains("id=\"reading\"") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        page
    }};
}

#[actix_web::test]
async fn a_board_of_the_past_is_read_while_somebody_waits_and_then_shown() {
    let house = house();
    known(&house).await;
    let app = app!(house, Access::Open);
    let get = |uri: &str| TestRequest::get().uri(uri).to_request();
    let waiting = text(call_service(&app, get("/board?as_of=2026-06-08")).await).await;
    for part in [
        "<progress max=\"3\"",
        "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>",
        "hx-get=\"/board?as_of=2026-06-08\"",
        "8 Jun 2026, 00:00 UTC",
        "data-state=\"past\"",
    ] {
        assert!(waiting.contains(part), "{part}: {waiting}");
    }
    let board = ready!(app, "/board?as_of=2026-06-08");
    for part in [
        "href=\"/accounts/alder?as_of=2026-06-08&#38;in=as_of%3D2026-06-08\"",
        "href=\"/accounts/birch/peek?as_of=2026-06-08\"",
        "This is how it was on",
        "by all that was known at 14:32 UTC.",
        "Of 1 account nothing had happened yet.",
        "data-state=\"past\"",
        "<input type=\"hidden\" name=\"as_of\" value=\"2026-06-08\">",
        "<a class=\"btn sml\" href=\"/board\">Back to now</a>",
        "2 accounts",
    ] {
        assert!(board.contains(part), "{part}: {board}");
    }
    assert!(
        !board.contains("Cedar") && !board.contains("Add accounts"),
        "{board}"
    );
    // Both stood alike then, and the later signal tells them apart.
    let heat = |page: &str, key: &str| {
        let row = page
            .split(&format!("data-id=\"{key}\""))
            .nth(1)
            .unwrap()
            .to_owned();
        let cell = row.split("data-cell=\"heat\">").nth(1).unwrap().to_owned();
        cell.split('<').nth(1).unwrap().to_owned()
    };
    assert_eq!(heat(&board, "alder"), heat(&board, "birch"));
    let later = ready!(app, "/board?as_of=2026-06-10");
    assert_ne!(heat(&later, "alder"), heat(&later, "birch"));

    let filtered = ready!(app, "/board?q=birch&sort=name&as_of=2026-06-08");
    assert!(filtered.contains("Birch") && !filtered.contains("data-id=\"alder\""));
    let nobody = ready!(app, "/board?as_of=2026-05-01");
    assert!(nobody.contains("No accounts yet on that day"), "{nobody}");

    let file = ready!(app, "/board/export.csv?as_of=2026-06-08");
    assert_eq!(file.lines().count(), 3, "{file}");
    let page = text(
        call_service(
            &app,
            get("/accounts/alder?as_of=2026-06-08&in=as_of%3D2026-06-08"),
        )
        .await,
    )
    .await;
    assert!(
        page.contains("1 of 2") && page.contains("href=\"/board?as_of=2026-06-08\""),
        "{page}"
    );
    let look = text(call_service(&app, get("/accounts/alder/peek?as_of=2026-06-08")).await).await;
    assert!(
        look.contains("href=\"/accounts/alder?as_of=2026-06-08T00%3A00%3A00Z\""),
        "{look}"
    );
}

#[actix_web::test]
async fn scripts_are_sent_to_the_whole_page() {
    let house = house();
    known(&house).await;
    let app = app!(house, Access::Open);
    let get = |target: &'static str| {
        TestRequest::get()
            .uri("/board?band=cold&as_of=2026-06-08")
            .insert_header(("hx-request", "true"))
            .insert_header(("hx-target", target))
            .to_request()
    };
    let away = call_service(&app, get("view")).await;
    let to = away.headers().get("hx-redirect").unwrap();
    assert_eq!(to, "/board?band=cold&as_of=2026-06-08");
    ready!(app, "/board?as_of=2026-06-08");
    let again = call_service(&app, get("reading")).await;
    assert_eq!(again.headers().get("hx-refresh").unwrap(), "true");
    let part = call_service(&app, get("view")).await;
    assert!(part.headers().get("hx-redirect").is_none());
    assert!(text(part).await.contains("id=\"rows\""));
}

#[actix_web::test]
async fn a_day_to_come_or_of_no_calendar_is_named_and_now_is_shown() {
    let house = house();
    known(&house).await;
    let app = app!(house, Access::Open);
    let get = |uri: &str| TestRequest::get().uri(uri).to_request();
    let ahead = text(call_service(&app, get("/board?as_of=2026-07-01")).await).await;
    assert!(
        ahead.contains("“2026-07-01” has not come yet: this is how it is now."),
        "{ahead}"
    );
    assert!(ahead.contains("Cedar") && ahead.contains("data-state=\"off\""));
    let odd = text(call_service(&app, get("/board?as_of=soon")).await).await;
    assert!(
        odd.contains("Not understood and left out: <b>as_of=soon</b>"),
        "{odd}"
    );
}

#[actix_web::test]
async fn more_accounts_than_are_read_are_refused_in_words() {
    let house = house_of(EngineConfig {
        past_rows_max: 2,
        ..EngineConfig::default()
    });
    known(&house).await;
    let app = app!(house, Access::Open);
    let request = TestRequest::get().uri("/board?as_of=2026-06-08").to_request();
    let answer = call_service(&app, request).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    assert!(page.contains("here 3, and this server reads at most 2"), "{page}");
}
