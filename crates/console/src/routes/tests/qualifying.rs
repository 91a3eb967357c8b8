//! Evidence and gaps over HTTP: by who may, and with the session's own form.

use super::*;

#[actix_web::test]
async fn evidence_is_added_by_who_may_and_with_the_sessions_own_form() {
    let house = house();
    house.name("northfold", "Northfold").await;
    house.signal("northfold", "s1").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    let uri = "/accounts/northfold/qualification";
    let send = |cookie: &str, form: &[(&str, &str)]| {
        TestRequest::post()
            .uri(uri)
            .insert_header((header::COOKIE, cookie.to_owned()))
            .set_form(form)
            .to_request()
    };
    let show = |cookie: &str| {
        TestRequest::get()
            .uri(uri)
            .insert_header((header::COOKIE, cookie.to_owned()))
            .to_request()
    };
    let (reader, reading) = signed_in!(app, "qk_reader");
    let (writer, writing) = signed_in!(app, "qk_right");
    let post = |cookie: &str, token: &str| {
        let form = [
            ("form_token", token),
            ("act", "add"),
            ("element", "metrics"),
            ("level", "stated"),
            ("note", "12% fewer <empty> miles"),
            ("person", "0"),
        ];
        send(cookie, &form)
    };
    let refused = call_service(&app, post(&reader, &reading)).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let forged = call_service(&app, post(&writer, "guess")).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let page = text(call_service(&app, show(&reader)).await).await;
    assert!(
        !page.contains("Add evidence"),
        "who may only read is offered a form"
    );

    let added = call_service(&app, post(&writer, &writing)).await;
    assert_eq!(
        (added.status(), header(&added, header::LOCATION)),
        (
            StatusCode::SEE_OTHER,
            "/accounts/northfold/qualification#el-metrics"
        )
    );
    let page = text(call_service(&app, show(&writer)).await).await;
    assert!(
        page.contains("12% fewer &#60;empty&#62; miles") && page.contains("Add evidence"),
        "{page}"
    );
    let bad = [
        ("form_token", writing.as_str()),
        ("act", "add"),
        ("level", "validated"),
    ];
    let answer = call_service(&app, send(&writer, &bad)).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(answer).await.contains("Validated needs what shows it"));
}

#[actix_web::test]
async fn a_gap_is_put_off_with_the_sessions_own_form_and_the_list_leaves_it_out() {
    let house = house();
    house.name("northfold", "Northfold <Logistics>").await;
    house.signal("northfold", "s1").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    let (writer, token) = signed_in!(app, "qk_right");
    let get = |uri: &str| {
        TestRequest::get()
            .uri(uri)
            .insert_header((header::COOKIE, writer.clone()))
            .to_request()
    };
    let send = |form: &[(&str, &str)]| {
        TestRequest::post()
            .uri("/accounts/northfold/gaps")
            .insert_header((header::COOKIE, writer.clone()))
            .set_form(form)
            .to_request()
    };
    let page = text(call_service(&app, get("/accounts/northfold")).await).await;
    let gap = cut(&page, "name=\"gap\" value=\"");
    let list = text(call_service(&app, get("/gaps?gap=empty_seat")).await).await;
    assert!(
        list.contains("Northfold &#60;Logistics&#62;") && list.contains("<tbody>"),
        "{list}"
    );
    assert!(!list.contains("style=") && list.matches("<h1").count() == 1);
    let form = |token: &'static str| [("form_token", token), ("act", "put_off")];
    let forged = call_service(&app, send(&form("guess"))).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    let put_off = [
        ("form_token", token.as_str()),
        ("act", "put_off"),
        ("gap", gap.as_str()),
        ("reason", "they are on leave"),
        ("until", "2026-07-01"),
    ];
    let unsaid = put_off.map(|(name, value)| {
        if name == "reason" {
            (name, "")
        } else {
            (name, value)
        }
    });
    let answer = call_service(&app, send(&unsaid)).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(answer).await.contains("Say why it is put off."));
    let answer = call_service(&app, send(&put_off)).await;
    assert_eq!(
        (answer.status(), header(&answer, header::LOCATION)),
        (StatusCode::SEE_OTHER, "/accounts/northfold#gaps")
    );
    let page = text(call_service(&app, get("/accounts/northfold")).await).await;
    assert!(
        page.contains("1 put off") && page.contains("Not before 1 Jul: they are on leave"),
        "{page}"
    );
}
