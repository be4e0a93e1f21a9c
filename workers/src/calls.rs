//! Every call to an engine is logged, in one place.

use std::future::Future;

use domain::Job;

/// Carries out an engine call and logs how it ended.
pub(crate) async fn logged<T>(
    job: &Job,
    call: &'static str,
    work: impl Future<Output = engine::Result<T>>,
) -> engine::Result<T> {
    let done = work.await;
    match &done {
        Ok(_) => tracing::info!(call, host = %job.host, record = %job.record, "engine call"),
        Err(error) => {
            tracing::error!(call, host = %job.host, record = %job.record, %error, "engine call failed")
        }
    }
    done
}
