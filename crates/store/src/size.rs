//! How large one document may be: the same for every back end, so that none takes what another refuses.

use std::io;

use domain::Group;
use serde::Serialize;

use crate::{Result, StoreError};

/// The most bytes of JSON in one document: MongoDB's limit of 16 MiB less a margin for its own encoding.
pub const MAX_DOCUMENT_BYTES: usize = 15 * 1024 * 1024;

/// Below this many records, none with metadata, a group is far from the limit: a record is under 2 kB then.
const SURELY_SMALL: usize = 1_000;

/// A value as it is stored.
pub(crate) fn encode(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(value).map_err(unwritable)?;
    fits(text.len()).map(|()| text)
}

/// Refuses a value that is too large, without keeping its encoding.
pub(crate) fn check(value: &impl Serialize) -> Result<()> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).map_err(unwritable)?;
    fits(count.0)
}

/// Refuses a group that is too large; small ones are told at a glance, as simulations write millions of them.
pub(crate) fn check_group(group: &Group) -> Result<()> {
    let records = group.instances.len() + group.outbox.len() + group.decisions.len();
    let plain = group.instances.iter().all(|i| i.template.metadata.is_empty());
    if plain && records < SURELY_SMALL {
        return Ok(());
    }
    check(group)
}

fn fits(size: usize) -> Result<()> {
    if size > MAX_DOCUMENT_BYTES {
        let max = MAX_DOCUMENT_BYTES;
        return Err(StoreError::TooLarge { size, max });
    }
    Ok(())
}

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt {
        what: "value".to_owned(),
        reason: error.to_string(),
    }
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
