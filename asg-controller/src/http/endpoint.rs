//! A route and what the documentation says of it, in one place: nothing is served that is not documented.

use actix_web::guard::{self, AnyGuard};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{Resource, Route, web};

use super::access;
use crate::error::Refusal;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Public,
    /// Who has a login token.
    Token,
    /// Who has the configured token of the autoscaler.
    Autoscaler,
}

/// What a success answers; each names a schema.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// A document.
    One(&'static str),
    /// A list of documents.
    Many(&'static str),
    /// An object of documents by name.
    ByName(&'static str),
    /// Text.
    Text,
}

/// A method of a path.
pub(crate) struct Endpoint {
    /// The method.
    pub(crate) method: Method,
    /// The path below the base, `{name}` standing for a segment.
    pub(crate) path: String,
    /// Who may call.
    pub(crate) access: Access,
    /// What it does.
    pub(crate) summary: String,
    /// The schema of its body.
    pub(crate) body: Option<&'static str>,
    /// Options of its query string and what each says.
    pub(crate) query: &'static [(&'static str, &'static str)],
    /// Whether it honours `If-Match`.
    pub(crate) if_match: bool,
    /// What it answers.
    pub(crate) answer: Answer,
    /// Serves it.
    pub(crate) route: Route,
}

impl Endpoint {
    /// A read with an ordinary token.
    pub(crate) fn read(path: &str, summary: &str, answer: Answer, route: Route) -> Self {
        Self::new(Method::GET, path, summary, answer, route)
    }

    /// A write with an ordinary token.
    pub(crate) fn write(method: Method, path: &str, summary: &str, route: Route) -> Self {
        Self::new(method, path, summary, Answer::One("Written"), route)
    }

    fn new(method: Method, path: &str, summary: &str, answer: Answer, route: Route) -> Self {
        Self {
            route: route.guard(asked_with(&method)),
            method,
            path: path.to_owned(),
            access: Access::Token,
            summary: summary.to_owned(),
            body: None,
            query: &[],
            if_match: false,
            answer,
        }
    }

    /// Answers something else.
    pub(crate) fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// Takes a body.
    pub(crate) fn body(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        self
    }

    /// Takes options.
    pub(crate) fn query(mut self, options: &'static [(&'static str, &'static str)]) -> Self {
        self.query = options;
        self
    }

    /// Honours `If-Match`.
    pub(crate) fn if_match(mut self) -> Self {
        self.if_match = true;
        self
    }

    /// Is for others than holders of a login token.
    pub(crate) fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }
}

/// A read answers HEAD as well: what GET would say, without its body.
fn asked_with(method: &Method) -> AnyGuard {
    let asked = guard::Any(guard::Method(method.clone()));
    match *method {
        Method::GET => asked.or(guard::Head()),
        _ => asked,
    }
}

/// Serves endpoints. Those of one path stand together and have the same access.
pub(super) fn mount(endpoints: Vec<Endpoint>, config: &mut ServiceConfig) {
    let mut rest = endpoints.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (path, access) = (first.path.clone(), first.access);
        let mut same = vec![first];
        while let Some(next) = rest.next_if(|next| next.path == path) {
            same.push(next);
        }
        let resource = resource(&path, same);
        match access {
            Access::Public => config.service(resource),
            Access::Token => config.service(resource.wrap(from_fn(access::token))),
            Access::Autoscaler => config.service(resource.wrap(from_fn(access::autoscaler))),
        };
    }
}

fn resource(path: &str, endpoints: Vec<Endpoint>) -> Resource {
    let allowed: Vec<&str> = endpoints
        .iter()
        .map(|endpoint| endpoint.method.as_str())
        .collect();
    let allowed = allowed.join(", ");
    let refuse = move || {
        let refusal = Refusal::Method(allowed.clone());
        async move { Err::<&str, _>(refusal) }
    };
    let resource = web::resource(path).default_service(web::to(refuse));
    endpoints
        .into_iter()
        .fold(resource, |resource, endpoint| resource.route(endpoint.route))
}
