//! A network of a test's own: a bridge of this machine's, and a cable from it to each host.

use std::fs::File;
use std::process::Command;

/// As many tests at once as there are numbers.
const NUMBERS: u8 = 250;

/// A bridge with addresses of its own, out of those that are set aside for measuring networks and that nobody routes.
/// Dropped, it is gone; what a killed test left is removed by the next that gets its number.
pub struct Network {
    number: u8,
    bridge: String,
    /// Held until the network is gone.
    _lock: File,
}

/// What does not get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Anything: the cable is out.
    Both,
    /// What the host says: it hears.
    Speaking,
    /// What the host is told: it speaks.
    Hearing,
}

impl Network {
    /// Makes one.
    ///
    /// # Panics
    /// When the kernel refuses.
    #[must_use]
    pub fn new() -> Self {
        let locked = (0..NUMBERS).find_map(|number| {
            let path = std::env::temp_dir().join(format!("microscaler-test-network-{number}.lock"));
            let lock = File::create(path).expect("the temporary directory can be written");
            lock.try_lock().is_ok().then_some((number, lock))
        });
        let (number, lock) = locked.expect("fewer tests than numbers");
        let network = Self {
            number,
            bridge: format!("mstest{number}"),
            _lock: lock,
        };
        network.remove();
        let bridge = &network.bridge;
        run(&["ip", "link", "add", bridge, "type", "bridge"]);
        let address = format!("{}/24", network.address());
        run(&["ip", "address", "add", &address, "dev", bridge]);
        run(&["ip", "link", "set", bridge, "up"]);
        network
    }

    /// This machine's address in it.
    #[must_use]
    pub fn address(&self) -> String {
        self.address_of(1)
    }

    /// What distinguishes it from others on this machine.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// A host's address in it.
    #[must_use]
    pub fn address_of(&self, host: u8) -> String {
        format!("198.18.{}.{host}", self.number)
    }

    /// Connects the network namespace of a process.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn connect(&self, host: u8, process: u32) {
        let (cable, process) = (self.cable(host), process.to_string());
        // That of an earlier life of the host goes some time after its namespace.
        let _gone = Command::new("ip").args(["link", "delete", &cable]).output();
        let pair = ["type", "veth", "peer", "name", "eth0", "netns", &process];
        run(&[&["ip", "link", "add", &cable][..], &pair].concat());
        run(&["ip", "link", "set", &cable, "master", &self.bridge, "up"]);
        let address = format!("{}/24", self.address_of(host));
        let inside = |words: &[&str]| run(&[&["nsenter", "--net", "--target", &process], words].concat());
        inside(&["ip", "address", "add", &address, "dev", "eth0"]);
        inside(&["ip", "link", "set", "eth0", "up"]);
    }

    /// Cuts a host off; the network namespace is that of `process`.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn cut(&self, host: u8, process: u32, cut: Cut) {
        match cut {
            Cut::Both => run(&["ip", "link", "set", &self.cable(host), "down"]),
            Cut::Speaking => filter(process, &["-A", "OUTPUT", "-o", "eth0", "-j", "DROP"]),
            Cut::Hearing => filter(process, &["-A", "INPUT", "-i", "eth0", "-j", "DROP"]),
        }
    }

    /// Undoes every cut of a host.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn heal(&self, host: u8, process: u32) {
        run(&["ip", "link", "set", &self.cable(host), "up"]);
        filter(process, &["-F"]);
    }

    fn cable(&self, host: u8) -> String {
        format!("{}h{host}", self.bridge)
    }

    fn remove(&self) {
        let _gone = Command::new("ip").args(["link", "delete", &self.bridge]).output();
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.remove();
    }
}

fn filter(process: u32, rule: &[&str]) {
    let process = process.to_string();
    let there = ["nsenter", "--net", "--target", &process, "iptables", "-w"];
    run(&[&there[..], rule].concat());
}

/// # Panics
/// When the command fails.
fn run(words: &[&str]) {
    let [program, arguments @ ..] = words else { return };
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("{program} is not installed: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{words:?}: {said}");
}
