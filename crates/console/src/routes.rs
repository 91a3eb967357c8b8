//! Every route of the console, on one screen.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};

use crate::pages::{account, board, demo, gaps, help, imports, lists, sign_in, theme};
use crate::state::ConsoleState;
use crate::{assets, live};

/// Puts the console's routes into an application.
pub fn configure(config: &mut ServiceConfig, state: ConsoleState) {
    if state.demo.is_some() {
        config
            .service(page("/demo").route(web::get().to(demo::show)))
            .service(web::resource("/demo/send").route(web::post().to(demo::send)))
            .service(web::resource("/demo/dismiss").route(web::post().to(demo::dismiss)))
            .service(web::resource("/demo/{act}").route(web::post().to(demo::turn)));
    }
    config
        .app_data(web::Data::new(state))
        .route("/", web::get().to(home))
        .service(page("/board").route(web::get().to(board::show)))
        .service(web::resource("/board/views").route(web::post().to(board::views::save)))
        .service(web::resource("/board/views/{no}").route(web::post().to(board::views::change)))
        .service(page("/board/export.csv").route(web::get().to(board::export::show)))
        .service(page("/gaps").route(web::get().to(gaps::show)))
        .service(page("/gaps/export.csv").route(web::get().to(gaps::export::show)))
        .service(page("/accounts/{account}/peek").route(web::get().to(account::peek::show)))
        .service(page("/accounts/{account}").route(web::get().to(account::overview::show)))
        .service(
            page("/accounts/{account}/committee")
                .route(web::get().to(account::committee::show))
                .route(web::post().to(account::committee::change)),
        )
        .service(page("/accounts/{account}/gaps").route(web::post().to(account::gaps::change)))
        .service(
            page("/accounts/{account}/qualification")
                .route(web::get().to(account::qualification::show))
                .route(web::post().to(account::qualification::change)),
        )
        .service(page("/accounts/{account}/signals").route(web::get().to(account::signals::show)))
        .service(
            page("/accounts/{account}/signals/new")
                .route(web::get().to(account::log_signal::show))
                .route(web::post().to(account::log_signal::record)),
        )
        .service(page("/accounts/{account}/history").route(web::get().to(account::history::show)))
        .service(page("/accounts/{account}/details").route(web::get().to(account::details::show)))
        .service(page("/accounts/{account}/people/{person}").route(web::get().to(account::person::show)))
        .service(
            page("/lists")
                .route(web::get().to(lists::all::show))
                .route(web::post().to(lists::all::make)),
        )
        .service(
            page("/lists/{list}")
                .app_data(imports::form_config())
                .route(web::get().to(lists::one::show))
                .route(web::post().to(lists::members::change)),
        )
        .service(page("/imports").route(web::get().to(imports::all::show)))
        .service(
            page("/imports/new")
                .route(web::get().to(imports::file::show))
                .route(web::post().to(imports::file::take_in)),
        )
        .service(page("/imports/sample.csv").route(web::get().to(imports::file::sample)))
        .service(
            page("/imports/{import}/columns")
                .app_data(imports::form_config())
                .route(web::get().to(imports::columns::show))
                .route(web::post().to(imports::columns::choose)),
        )
        .service(page("/imports/{import}/review").route(web::get().to(imports::review::show)))
        .service(
            web::resource("/imports/{import}/answers")
                .app_data(imports::form_config())
                .route(web::post().to(imports::answers::take)),
        )
        .service(web::resource("/imports/{import}/apply").route(web::post().to(imports::review::apply)))
        .service(page("/imports/{import}/result").route(web::get().to(imports::result::show)))
        .service(page("/imports/{import}/rejects.csv").route(web::get().to(imports::result::rejects)))
        .service(page("/words").route(web::get().to(help::words)))
        .service(page("/shortcuts").route(web::get().to(help::shortcuts)))
        .service(
            page("/sign-in")
                .route(web::get().to(sign_in::show))
                .route(web::post().to(sign_in::enter)),
        )
        .service(web::resource("/sign-out").route(web::post().to(sign_in::leave)))
        .service(web::resource("/console/theme").route(web::post().to(theme::choose)))
        // Not compressed: an encoder would hold back what is to be seen at once.
        .service(web::resource("/console/events").route(web::get().to(live::events)))
        .service(page("/console/assets/{file}").route(web::get().to(assets::show)));
}

fn page(
    path: &str,
) -> actix_web::Resource<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    web::resource(path).wrap(Compress::default())
}

async fn home() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/board"))
        .finish()
}

#[cfg(test)]
mod tests;
