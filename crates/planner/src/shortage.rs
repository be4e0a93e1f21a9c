//! Why a zone has no room, in words and numbers.

use domain::{Capacity, HostName, HostState, Need, ZoneName};

use crate::World;
use crate::counted::counted;
use crate::ledger::HostView;

/// How many of a zone's hosts are out, by why.
#[derive(Default)]
struct Out {
    hosts: usize,
    silent: usize,
    cordoned: usize,
    draining: usize,
    removed: usize,
    /// By figure: instances, memory, vcpus.
    short: [usize; 3],
    /// Hosts on which launches failed and are not tried again yet.
    barred: usize,
}

/// Explains why no host of `zone` takes `need`. `used` tells what candidates for placement have taken.
pub(crate) fn explain(
    world: &World<'_>,
    zone: &ZoneName,
    need: Need,
    used: impl Fn(&HostName) -> Option<Need>,
) -> String {
    let mut out = Out::default();
    for (view, _) in world.ledger.hosts().filter(|(view, _)| view.host.serves(zone)) {
        out.hosts += 1;
        match view.host.state {
            HostState::Removed => out.removed += 1,
            _ if view.silent => out.silent += 1,
            HostState::Cordoned => out.cordoned += 1,
            HostState::Draining => out.draining += 1,
            HostState::Active => out.note(view, used(&view.host.name), need),
        }
    }
    out.sentence(zone, need)
}

impl Out {
    /// Counts a host that takes launches, by what it has used; it tells nothing where it is barred.
    fn note(&mut self, view: &HostView, used: Option<Need>, need: Need) {
        let Some(used) = used else {
            self.barred += 1;
            return;
        };
        let short = short_of(view.host.capacity, used, need);
        for (count, short) in self.short.iter_mut().zip(short) {
            *count += usize::from(short);
        }
    }

    fn sentence(&self, zone: &ZoneName, need: Need) -> String {
        if self.hosts == 0 {
            return format!("no host serves zone {zone}");
        }
        let [instances, memory, vcpus] = self.short;
        let parts = [
            (instances, "at the limit of instances".to_owned()),
            (memory, format!("short of {} MiB of memory", need.memory_mib)),
            (vcpus, format!("short of {} vcpus", need.vcpus)),
            (self.silent, "silent".to_owned()),
            (self.cordoned, "cordoned".to_owned()),
            (self.draining, "draining".to_owned()),
            (self.removed, "removed".to_owned()),
            (self.barred, "failed the group's last launch".to_owned()),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        format!(
            "no host of zone {zone} has room for another instance: of {} {}",
            counted(self.hosts, "host", "hosts"),
            told.join(", ")
        )
    }
}

/// Which figures of a capacity have no room for `more` beside `used`: instances, memory, vcpus.
fn short_of(capacity: Capacity, used: Need, more: Need) -> [bool; 3] {
    let none = Capacity::default();
    let each = [
        Capacity {
            instances: capacity.instances,
            ..none
        },
        Capacity {
            memory_mib: capacity.memory_mib,
            ..none
        },
        Capacity {
            vcpus: capacity.vcpus,
            ..none
        },
    ];
    each.map(|figure| !figure.fits(used, more))
}
