//! The look at a job's record: judged by its phase, never by a clock.

use domain::{Job, Phase};
use store::Store;

/// What the store says of a job's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// Its launch is wanted.
    Pending,
    /// It is in service.
    InService,
    /// It ends, or is gone: nothing of it may start.
    Ended,
}

/// Reads the record, linearizably.
pub(crate) async fn look(store: &dyn Store, job: &Job) -> store::Result<Record> {
    let group = store.group(job.group).await.inspect_err(|error| {
        tracing::error!(group = %job.group, record = %job.record, %error, "the record cannot be read");
    })?;
    let phase = group.and_then(|group| group.value.instance(job.record).map(|i| i.phase.clone()));
    Ok(match phase {
        Some(Phase::Pending { .. }) => Record::Pending,
        Some(Phase::InService { .. }) => Record::InService,
        Some(Phase::Terminating { .. } | Phase::Terminated { .. }) | None => Record::Ended,
    })
}
