//! Tabs that people save: forms that carry the session's token, shared by all who look.

use super::*;

fn form(uri: &str, body: &str) -> TestRequest {
    TestRequest::post()
        .uri(uri)
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}

#[actix_web::test]
async fn a_view_is_saved_counted_renamed_and_deleted_by_forms() {
    let house = house();
    for (id, name) in [("alder", "Alder"), ("birch", "Birch")] {
        house.name(id, name).await;
    }
    let app = app!(house, Access::Open);
    let get = |uri: &str| TestRequest::get().uri(uri).to_request();
    let plain = text(call_service(&app, get("/board")).await).await;
    assert!(plain.contains("This is a tab already."), "{plain}");
    let page = text(call_service(&app, get("/board?sort=name&q=bir")).await).await;
    assert!(
        page.contains("<input type=\"hidden\" name=\"shows\" value=\"q=bir&#38;sort=name\">")
            && page.contains("Everybody who looks at this console sees the tab."),
        "{page}"
    );
    let saved = form("/board/views", "name=The+birch&shows=q%3Dbir%26sort%3Dname").to_request();
    let saved = call_service(&app, saved).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&saved, header::LOCATION), "/board?q=bir&sort=name");
    let tab = "<a href=\"/board?q=bir&#38;sort=name\" aria-current=\"page\">The birch <span class=\"n\">1</span></a>";
    let page = text(call_service(&app, get("/board?q=bir&sort=name")).await).await;
    assert!(
        page.contains(tab) && page.contains("Delete “The birch”"),
        "{page}"
    );
    assert_eq!(page.matches("aria-current=\"page\">The birch").count(), 1);
    assert!(
        !page.contains("aria-current=\"page\">All"),
        "two tabs are current: {page}"
    );
    // From elsewhere it is a tab like the others.
    let page = text(call_service(&app, get("/board")).await).await;
    assert!(
        page.contains("<a href=\"/board?q=bir&#38;sort=name\">The birch <span class=\"n\">1</span></a>"),
        "{page}"
    );

    for (body, problem) in [
        (
            "name=the+BIRCH&shows=band%3Dhot",
            "There is a view “The birch” already.",
        ),
        (
            "name=Again&shows=sort%3Dname%26q%3Dbir",
            "“The birch” shows just this.",
        ),
        ("name=mqa&shows=band%3Dhot", "The tab MQA is shipped."),
        ("name=Ours&shows=mqa%3Din", "The tab MQA is shipped."),
        (
            "name=+&shows=band%3Dhot",
            "A view needs a name of up to 40 letters.",
        ),
    ] {
        let refused = call_service(&app, form("/board/views", body).to_request()).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let page = text(refused).await;
        assert!(
            page.contains(&format!("role=\"alert\">{problem}</p>")),
            "{body}: {page}"
        );
    }
    let renamed = form("/board/views/1", "act=rename&name=Birches").to_request();
    assert_eq!(call_service(&app, renamed).await.status(), StatusCode::SEE_OTHER);
    let page = text(call_service(&app, get("/board")).await).await;
    assert!(page.contains(">Birches <span"), "{page}");
    let deleted = call_service(&app, form("/board/views/1", "act=delete").to_request()).await;
    assert_eq!(header(&deleted, header::LOCATION), "/board");
    let again = call_service(&app, form("/board/views/1", "act=delete").to_request()).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    let page = text(call_service(&app, get("/board")).await).await;
    assert!(!page.contains("Birches"), "{page}");
}

#[actix_web::test]
async fn who_may_only_read_and_forms_from_elsewhere_save_nothing() {
    let house = house();
    house.name("alder", "Alder").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    let enter = |key: &str| form("/sign-in", &format!("key={key}&then=/board")).to_request();
    let cookie = |answer: &ServiceResponse<_>| {
        header(answer, header::SET_COOKIE)
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    };
    let reader = cookie(&call_service(&app, enter("qk_reader")).await);
    let page = TestRequest::get()
        .uri("/board?band=hot")
        .insert_header((header::COOKIE, reader.clone()));
    let page = text(call_service(&app, page.to_request()).await).await;
    assert!(!page.contains("id=\"views\""), "{page}");
    let body = "name=Hot&shows=band%3Dhot";
    let refused = form("/board/views", body).insert_header((header::COOKIE, reader));
    assert_eq!(
        call_service(&app, refused.to_request()).await.status(),
        StatusCode::FORBIDDEN
    );
    let editor = cookie(&call_service(&app, enter("qk_right")).await);
    let forged = form("/board/views", body).insert_header((header::COOKIE, editor));
    assert_eq!(
        call_service(&app, forged.to_request()).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(house.engine.views().all().await.unwrap(), []);
}
