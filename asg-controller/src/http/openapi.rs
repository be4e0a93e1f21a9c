//! The description of the interface, made from the same list that is served, and the page that shows it.

use actix_web::guard;
use actix_web::http::header::ContentType;
use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use api::documents as doc;
use utoipa::OpenApi;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Description, Ref, RefOr, Required, ResponseBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{Access, Answer, BASE, Endpoint};
use crate::routes;

/// Where the description stands.
const PATH: &str = "/openapi.json";
/// The name of the way to authenticate.
const TOKEN: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "microscaler",
        description = "Autoscaling groups of containers, in the terms of EC2 Auto Scaling."
    ),
    components(schemas(
        doc::Activity,
        doc::Capacity,
        doc::Clamp,
        doc::Component,
        doc::Decision,
        doc::Rollup,
        doc::DesiredCapacity,
        doc::Failure,
        doc::Figure,
        doc::Group,
        doc::Health,
        doc::Host,
        doc::HostStatus,
        doc::Hours,
        doc::Instance,
        doc::InstanceCount,
        doc::InstanceType,
        doc::LaunchConfiguration,
        doc::LoadBalancer,
        doc::Login,
        doc::LoginAnswer,
        doc::Pause,
        doc::Policy,
        doc::PolicyOrName,
        doc::Processes,
        doc::Rate,
        doc::Replay,
        doc::ReplayRequest,
        doc::ReplayedCapacity,
        doc::ReplayedChange,
        doc::ReplayedLevel,
        doc::ReplayedLoad,
        doc::ReplayedStretch,
        doc::Round,
        doc::Schedule,
        doc::Scheduled,
        doc::Sizes,
        doc::Status,
        doc::StepAdjustment,
        doc::Wish,
        doc::Written
    ))
)]
struct Schemas;

/// Serves the description and its page.
pub(super) fn mount(config: &mut ServiceConfig) {
    // The page checks nothing elsewhere: it works without the internet.
    let settings = Config::default()
        .validator_url("none")
        .persist_authorization(true);
    config
        // In place of the library's own, which does not say whose interface it shows.
        .service(
            web::resource(["/docs/", "/docs/index.html"])
                .guard(guard::Get())
                .to(page),
        )
        .service(
            SwaggerUi::new("/docs/{_:.*}")
                .url(PATH, describe())
                .config(settings),
        )
        .route("/docs", web::get().to(to_page))
        // Who opens the address in a browser looks for something to read.
        .route("/", web::get().to(from_root));
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(include_str!("docs.html"))
}

async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "docs/"))
        .finish()
}

async fn from_root() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, "docs/"))
        .finish()
}

/// The description of everything that is served.
fn describe() -> Description {
    let mut description = Schemas::openapi();
    let header =
        ApiKeyValue::with_description("Authorization", "what POST /asgcc/login answers as its token");
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
    if let Some(components) = &mut description.components {
        components.add_security_scheme(TOKEN, scheme);
    }
    for (base, endpoints) in [(BASE, routes::contract()), ("", routes::root())] {
        for endpoint in endpoints {
            let path = format!("{base}{}", endpoint.path);
            let item = PathItem::new(method(&endpoint.method), operation(&endpoint));
            match description.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(description.paths.paths.insert(path, item)),
            }
        }
    }
    description
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(endpoint: &Endpoint) -> Operation {
    let mut operation = OperationBuilder::new()
        .summary(Some(endpoint.summary.as_str()))
        .tag(tag(endpoint))
        .response("200", answer(endpoint.answer))
        .response(
            "default",
            ResponseBuilder::new()
                .description("a refusal")
                .content("application/json", of("Failure")),
        );
    for name in placeholders(&endpoint.path) {
        operation = operation.parameter(parameter(name, ParameterIn::Path, "", Required::True));
    }
    for (name, text) in endpoint.query {
        operation = operation.parameter(parameter(name, ParameterIn::Query, text, Required::False));
    }
    if endpoint.if_match {
        let text = "the generation that the group must have, for example \"3\"";
        operation = operation.parameter(parameter("If-Match", ParameterIn::Header, text, Required::False));
    }
    if let Some(schema) = endpoint.body {
        let body = RequestBodyBuilder::new().content("application/json", of(schema));
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    match endpoint.access {
        Access::Public => operation.build(),
        Access::Token | Access::Autoscaler => {
            let none: [&str; 0] = [];
            operation.security(SecurityRequirement::new(TOKEN, none)).build()
        }
    }
}

/// Operations are grouped by the first segment that is not a placeholder.
fn tag(endpoint: &Endpoint) -> &str {
    match endpoint.access {
        Access::Autoscaler => "autoscaler",
        Access::Public | Access::Token => endpoint.path.split('/').nth(1).unwrap_or_default(),
    }
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str, place: ParameterIn, text: &str, required: Required) -> ParameterBuilder {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let text = Some(text).filter(|text| !text.is_empty());
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .description(text)
        .required(required)
        .schema(Some(schema))
}

fn reference(schema: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(schema))
}

fn of(schema: &str) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(reference(schema))).build()
}

fn answer(answer: Answer) -> ResponseBuilder {
    let (kind, schema): (_, RefOr<Schema>) = match answer {
        Answer::One(name) => ("application/json", reference(name)),
        Answer::Many(name) => (
            "application/json",
            ArrayBuilder::new().items(reference(name)).into(),
        ),
        Answer::ByName(name) => (
            "application/json",
            RefOr::T(
                ObjectBuilder::new()
                    .additional_properties(Some(reference(name)))
                    .into(),
            ),
        ),
        Answer::Text => (
            "text/plain",
            RefOr::T(ObjectBuilder::new().schema_type(Type::String).into()),
        ),
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description("done").content(kind, content)
}
