//! The web server around the routes: who may call, how bodies are read, how errors answer, what is logged.

mod access;
mod answer;
mod body;
mod endpoint;
mod if_match;
mod live;
mod openapi;
mod path;
mod query;
mod record;
mod server;
mod tls;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, Error, web};

pub(crate) use access::{Caller, bearer};
pub(crate) use body::{Command, Json};
pub(crate) use endpoint::{Access, Answer, Endpoint};
pub(crate) use if_match::IfMatch;
pub use live::Live;
pub(crate) use live::Shared;
pub(crate) use query::Query;
pub use server::{ServeError, Server};

use crate::routes;

/// Where the interface of the contract begins.
pub(crate) const BASE: &str = "/asgcc";

/// The application of one server thread.
fn application(
    live: Live,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let limit = PayloadConfig::new(live.now().settings().body_limit);
    App::new()
        .app_data(Data::new(live))
        .app_data(limit)
        .service(web::scope(BASE).configure(|config| endpoint::mount(routes::contract(), config)))
        .configure(|config| endpoint::mount(routes::root(), config))
        .configure(openapi::mount)
        .default_service(web::to(answer::no_such_path))
        // The last one wraps the others: paths are put in order before anything looks at them.
        .wrap(from_fn(record::record))
        .wrap(from_fn(path::normalise))
}
