//! What is served, one file per resource. Each lists its endpoints with their documentation.

mod activities;
mod autoscaler;
mod decisions;
mod documents;
mod figures;
mod groups;
mod hosts;
mod instance_types;
mod instances;
mod login;
mod operations;
mod pause;
mod processes;
mod replays;
mod rollups;
mod status;

use actix_web::HttpResponse;
use domain::Kind;

use crate::error::Refusal;
use crate::http::{Endpoint, Shared};

/// What handlers give.
type Response = Result<HttpResponse, Refusal>;

/// The endpoints below [`crate::http::BASE`]. Paths that begin with an account come last; the configuration refuses an
/// account that is named as another path begins.
pub(crate) fn contract() -> Vec<Endpoint> {
    [
        login::endpoints(),
        documents::endpoints(Kind::LoadBalancer),
        documents::endpoints(Kind::LaunchConfiguration),
        groups::endpoints(),
        instances::endpoints(),
        activities::endpoints(),
        decisions::endpoints(),
        rollups::endpoints(),
        processes::endpoints(),
        replays::endpoints(),
        figures::endpoints(),
        pause::endpoints(),
        documents::endpoints(Kind::Policy),
        documents::endpoints(Kind::Schedule),
        instance_types::endpoints(),
        hosts::endpoints(),
        status::endpoints(),
        autoscaler::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The endpoints at the root.
pub(crate) fn root() -> Vec<Endpoint> {
    operations::endpoints()
}
