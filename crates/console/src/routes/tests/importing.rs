//! Lists and imports, as a browser without scripts uses them.

use super::*;

const BOUNDARY: &str = "xYzZY";

/// A form with a file, as browsers send it.
fn form(fields: &[(&str, &str)], file: &str) -> TestRequest {
    let texts = fields.iter().map(|(name, value)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let file = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\lists\\\\targets.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
    );
    let body: String = texts.chain([file]).collect();
    TestRequest::post()
        .uri("/imports/new")
        .insert_header((
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        ))
        .set_payload(body)
}

macro_rules! page_of {
    ($app:expr, $uri:expr) => {{
        let answer = call_service(&$app, TestRequest::get().uri($uri).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", $uri);
        text(answer).await
    }};
}

macro_rules! sent_to {
    ($app:expr, $uri:expr, $form:expr) => {{
        let request = TestRequest::post().uri($uri).set_form($form);
        let answer = call_service(&$app, request.to_request()).await;
        (answer.status(), header(&answer, header::LOCATION).to_owned())
    }};
}

#[actix_web::test]
async fn a_file_comes_in_by_four_steps() {
    let house = house();
    house.name("halden", "Halden Biologics").await;
    let app = app!(house, Access::Open);
    let file = "Company thing,Web,Employees\nHalden Biologics,,640\nLarkspur <Rail>,larkspur.example,1k-5k\n\
                Larkspur,larkspur.example,10\nQuillon,quillon.example,many\n";

    // 1 File: neither name nor domain is known by its header, so the columns are to be said.
    let begun = call_service(&app, form(&[("new_list", "Q3 targets")], file).to_request()).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let columns = header(&begun, header::LOCATION).to_owned();
    assert!(columns.ends_with("/columns"), "{columns}");
    let base = columns.strip_suffix("/columns").unwrap().to_owned();

    // 2 Columns.
    let page = page_of!(app, &columns);
    assert!(
        page.contains("targets.csv") && !page.contains("lists\\targets.csv"),
        "{page}"
    );
    assert!(
        page.contains("Larkspur &#60;Rail&#62;") && !page.contains("style="),
        "{page}"
    );
    let none = [("c0", ""), ("c1", ""), ("c2", "employees")];
    let refused = TestRequest::post().uri(&columns).set_form(none).to_request();
    let refused = call_service(&app, refused).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("Say which column has the name"));
    let chosen = [("c0", "name"), ("c1", "domains"), ("c2", "employees")];
    let review = format!("{base}/review");
    assert_eq!(
        sent_to!(app, &columns, chosen),
        (StatusCode::SEE_OTHER, review.clone())
    );

    // 3 Review: counts first, then the one question.
    let page = page_of!(app, &review);
    for words in [
        "Twice in the file",
        "Employees cannot be read",
        "Apply 2 rows",
        "and leave 2 for later",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("name=\"row.4\" value=\"new\""), "{page}");
    let answers = format!("{base}/answers");
    let answer = [("show", "twice"), ("row.4", "new")];
    let (status, back) = sent_to!(app, &answers, answer);
    assert_eq!(
        (status, back),
        (StatusCode::SEE_OTHER, format!("{review}?show=twice"))
    );
    let empty = call_service(
        &app,
        TestRequest::get()
            .uri(&format!("{review}?show=twice"))
            .to_request(),
    )
    .await;
    assert_eq!(
        header(&empty, header::LOCATION),
        review,
        "an empty group leads to the next"
    );
    let page = page_of!(app, &format!("{review}?show=answered"));
    assert!(
        page.contains("Take back") && page.contains("Apply 3 rows"),
        "{page}"
    );
    sent_to!(app, &answers, [("show", "answered"), ("back", "4")]);
    assert!(page_of!(app, &review).contains("Apply 2 rows"));
    sent_to!(app, &answers, [("show", "twice"), ("all", "same")]);
    let rejects = page_of!(app, &format!("{base}/rejects.csv"));
    assert!(
        rejects.contains("Quillon,quillon.example,many,5,failed,"),
        "{rejects}"
    );

    // 4 Result.
    let result = format!("{base}/result");
    assert_eq!(
        sent_to!(app, &format!("{base}/apply"), [("form_token", "")]),
        (StatusCode::SEE_OTHER, result.clone())
    );
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    let page = loop {
        let page = page_of!(app, &result);
        if !page.contains("Being applied") {
            break page;
        }
        assert!(tokio::time::Instant::now() < deadline, "{page}");
        tokio::task::yield_now().await;
    };
    assert!(
        page.contains("Heat board of Q3 targets") && page.contains("1 row as CSV"),
        "{page}"
    );
    let board = page_of!(app, "/board?list=q3-targets");
    assert!(board.contains("larkspur.example") && board.contains("Halden Biologics"));
    let imports = page_of!(app, "/imports");
    assert!(
        imports.contains("Applied") && imports.contains(&result),
        "{imports}"
    );
}

#[actix_web::test]
async fn a_file_that_cannot_be_read_says_why_and_keeps_the_rest_of_the_form() {
    let mut house = house();
    let app = app!(house, Access::Open);
    let refused = call_service(
        &app,
        form(&[("keep_unknown", "yes")], "PK\u{3}\u{4}..").to_request(),
    )
    .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    assert!(
        page.contains("The file is an Excel workbook; save it as CSV")
            && page.contains("value=\"yes\" checked"),
        "{page}"
    );
    let nothing = call_service(&app, form(&[], "").to_request()).await;
    assert!(text(nothing).await.contains("Choose a file, or paste its rows."));
    let pasted = form(&[("text", "Name,Website\nAcme,acme.example")], "");
    let pasted = call_service(&app, pasted.to_request()).await;
    assert!(header(&pasted, header::LOCATION).ends_with("/review"));

    let state = ConsoleState::new(house.engine.clone(), Access::Open, house.stopping.clone());
    let small = state.with_import_bytes_max(1_024 * 1_024);
    let app = init_service(App::new().configure(move |config| configure(config, small))).await;
    let large = "x".repeat(2 * 1_024 * 1_024);
    let refused = call_service(&app, form(&[], &large).to_request()).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(refused).await.contains("larger than 1 MB"));
    house.stop = watch::channel(true).0;
}

#[actix_web::test]
async fn a_list_is_made_filled_and_taken_away() {
    let house = house();
    house.name("halden", "Halden Biologics").await;
    house.name("larkspur", "Larkspur Rail").await;
    let app = app!(house, Access::Open);
    assert!(page_of!(app, "/lists").contains("No lists yet"));
    assert_eq!(
        sent_to!(app, "/lists", [("name", "Q3 targets")]),
        (StatusCode::SEE_OTHER, "/lists/q3-targets".to_owned())
    );
    let again = TestRequest::post()
        .uri("/lists")
        .set_form([("name", "q3 Targets")]);
    let again = call_service(&app, again.to_request()).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let here = "/lists/q3-targets";
    let page = page_of!(app, "/lists/q3-targets?add=halden");
    assert!(
        page.contains("value=\"halden\"") && !page.contains("value=\"larkspur\""),
        "{page}"
    );
    let add = [("act", "add"), ("account", "halden"), ("account", "larkspur")];
    assert_eq!(sent_to!(app, here, add).1, "/lists/q3-targets?changed=2");
    let page = page_of!(app, "/lists/q3-targets?changed=2");
    assert!(
        page.contains("2 accounts put on the list.") && page.contains("Larkspur Rail"),
        "{page}"
    );
    let say = [
        ("act", "say"),
        ("name", "Q3 <targets>"),
        ("description", "For autumn"),
        ("owner", "Ada"),
    ];
    sent_to!(app, here, say);
    let page = page_of!(app, here);
    assert!(
        page.contains("Q3 &#60;targets&#62;") && page.contains("looked after by Ada"),
        "{page}"
    );
    sent_to!(app, here, [("act", "remove"), ("account", "halden")]);
    assert!(!page_of!(app, here).contains("Halden"));
    assert_eq!(sent_to!(app, here, [("act", "delete")]).1, "/lists");
    let gone = call_service(&app, TestRequest::get().uri(here).to_request()).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn who_may_only_read_sees_the_pages_and_no_buttons() {
    let house = house();
    house.name("halden", "Halden Biologics").await;
    let app = app!(house, Access::by_key(Arc::new(OneKey), false));
    let (writer, token) = signed_in!(app, "qk_right");
    let with = |request: TestRequest, cookie: &str| {
        request
            .insert_header((header::COOKIE, cookie.to_owned()))
            .to_request()
    };
    let file = "Name,Website\nAcme,acme.example\n";
    let forged = form(&[("form_token", "guess")], file);
    assert_eq!(
        call_service(&app, with(forged, &writer)).await.status(),
        StatusCode::FORBIDDEN
    );
    let begun = form(&[("form_token", token.as_str())], file);
    let begun = call_service(&app, with(begun, &writer)).await;
    let review = header(&begun, header::LOCATION).to_owned();
    assert!(review.ends_with("/review"), "{review}");
    let make = TestRequest::post()
        .uri("/lists")
        .set_form([("form_token", token.as_str()), ("name", "Q3")]);
    assert_eq!(
        call_service(&app, with(make, &writer)).await.status(),
        StatusCode::SEE_OTHER
    );

    let (reader, token) = signed_in!(app, "qk_reader");
    for uri in ["/imports", "/lists", "/lists/q3", review.as_str()] {
        let answer = call_service(&app, with(TestRequest::get().uri(uri), &reader)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{uri}");
        let page = text(answer).await;
        let forms = page.matches("method=\"post\"").count();
        // Signing out and the theme are everybody's.
        assert_eq!(forms, 2, "{uri}: {page}");
    }
    for uri in ["/imports/new", "/imports/sample.csv"] {
        let answer = call_service(&app, with(TestRequest::get().uri(uri), &reader)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{uri}");
    }
    let apply = review.replace("/review", "/apply");
    for uri in ["/lists", "/lists/q3", apply.as_str()] {
        let post = TestRequest::post()
            .uri(uri)
            .set_form([("form_token", token.as_str())]);
        let answer = call_service(&app, with(post, &reader)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{uri}");
    }
}
