//! Loads in one stream, a few entries for each time they are put: a key for each of ten thousand instances would take as
//! many commands each time, and several times the memory. An entry has 36 bytes for each load: ten thousand instances
//! that are sampled each 5 seconds cost one command and 72 kB a second, and 65 MB over 15 minutes.
//!
//! No clock but the server's counts: it dates the entries, and an age is what it was when it was put, and since then.
//! `MINID` is known to servers from 6.2 on.

use std::time::Duration;

use ::redis::{Cmd, Pipeline, cmd, pipe};
use domain::InstanceId;
use domain::report::Load;
use uuid::Uuid;

use crate::{Older, PastLoad, PastLoads};

/// Adds the entries, drops those older than `ARGV[1]` milliseconds, and the stream with its last entry. One atomic step,
/// in which the server tells the time.
const KEEP: &str = "\
local id
for entry = 3, #ARGV do
  id = redis.call('XADD', KEYS[1], '*', ARGV[2], ARGV[entry])
end
if id then
  local oldest = tonumber(string.match(id, '^%d+')) - tonumber(ARGV[1])
  redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', oldest))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1";

/// How an entry is written; it is the name of its only field. One that has another was written by a newer version of
/// this program.
const FORMAT: &str = "2";
/// How the version before wrote them: without the network. It runs beside this one while a fleet is upgraded.
const BEFORE: &str = "1";
/// Loads of one entry at most: 108 kB.
const PER_ENTRY: usize = 3_000;
/// Entries read in one go: a megabyte at most keeps within a call's deadline, and holds up no other client for long.
const PER_PART: usize = 8;
/// An instance's id, an age in milliseconds, CPU and memory in per cent, bytes a second in and out.
const WIDTH: usize = WIDTH_BEFORE + 4 + 4;
const WIDTH_BEFORE: usize = 16 + 4 + 4 + 4;

/// What the server says: its time in seconds and microseconds, and entries, the newest first.
pub(super) type Answer = ((i64, i64), Vec<(String, Vec<(String, Vec<u8>)>)>);

pub(super) fn key(prefix: &str) -> String {
    format!("{prefix}:loads")
}

pub(super) fn keep(key: &str, loads: &[PastLoad], life: u64) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(KEEP).arg(1).arg(key).arg(life).arg(FORMAT);
    for entry in loads.chunks(PER_ENTRY) {
        let bytes: Vec<u8> = entry.iter().flat_map(encode).collect();
        command.arg(bytes);
    }
    command
}

/// Reads a part, and the time.
pub(super) fn read(key: &str, older: Option<&Older>) -> Pipeline {
    let mut both = pipe();
    both.cmd("TIME");
    both.add_command(range(key, older));
    both
}

pub(super) fn range(key: &str, older: Option<&Older>) -> Cmd {
    let newest = older.map_or("+".to_owned(), |Older(id)| format!("({id}"));
    let mut command = cmd("XREVRANGE");
    command.arg(key).arg(newest).arg("-").arg("COUNT").arg(PER_PART);
    command
}

pub(super) fn part(((seconds, micros), entries): Answer) -> PastLoads {
    let now = seconds.saturating_mul(1000).saturating_add(micros / 1000);
    let full = entries.len() >= PER_PART;
    let older = entries.last().filter(|_| full).map(|(id, _)| Older(id.clone()));
    let loads = entries.iter().flat_map(|(id, fields)| {
        let put = id.split('-').next().and_then(|millis| millis.parse().ok());
        // The server's clock may have gone back.
        let since = u64::try_from(now.saturating_sub(put.unwrap_or(now))).unwrap_or(0);
        let since = Duration::from_millis(since);
        fields
            .iter()
            .flat_map(move |(format, bytes)| read_entry(format, bytes, since))
    });
    PastLoads {
        loads: loads.collect(),
        older,
    }
}

fn encode(past: &PastLoad) -> [u8; WIDTH] {
    let age = u32::try_from(past.age.as_millis()).unwrap_or(u32::MAX);
    let parts = [
        age.to_le_bytes(),
        (past.load.cpu as f32).to_le_bytes(),
        (past.load.memory as f32).to_le_bytes(),
        or_none(past.load.network_in).to_le_bytes(),
        or_none(past.load.network_out).to_le_bytes(),
    ];
    let mut bytes = [0; WIDTH];
    let whole = past.record.0.as_bytes().iter().chain(parts.as_flattened());
    bytes.iter_mut().zip(whole).for_each(|(to, from)| *to = *from);
    bytes
}

/// What is not told is no number.
fn or_none(figure: Option<f64>) -> f32 {
    figure.map_or(f32::NAN, |figure| figure as f32)
}

fn read_entry(format: &str, bytes: &[u8], since: Duration) -> Vec<PastLoad> {
    let each =
        |loads: &mut dyn Iterator<Item = &[u8]>| loads.filter_map(|bytes| decode(bytes, since)).collect();
    match format {
        FORMAT => each(&mut bytes.chunks_exact(WIDTH)),
        BEFORE => each(&mut bytes.chunks_exact(WIDTH_BEFORE)),
        _ => Vec::new(),
    }
}

fn decode(bytes: &[u8], since: Duration) -> Option<PastLoad> {
    let (record, rest) = bytes.split_first_chunk::<16>()?;
    let (age, rest) = rest.split_first_chunk::<4>()?;
    let (figures, _) = rest.as_chunks::<4>();
    let mut figures = figures.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
    let (cpu, memory) = (figures.next()?, figures.next()?);
    let mut told = || figures.next().filter(|figure| !figure.is_nan());
    Some(PastLoad {
        record: InstanceId(Uuid::from_bytes(*record)),
        age: since + Duration::from_millis(u64::from(u32::from_le_bytes(*age))),
        load: Load {
            cpu,
            memory,
            network_in: told(),
            network_out: told(),
        },
    })
}
