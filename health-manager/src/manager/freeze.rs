//! The freeze, as it begins and ends.

use super::Manager;

impl Manager {
    /// Says when the service freezes, and when it goes on.
    pub(crate) fn note_fleet(&mut self) -> bool {
        let frozen = self.fleet.frozen();
        if frozen != self.was_frozen {
            self.was_frozen = frozen;
            let silent: Vec<_> = self.fleet.silent_hosts().map(ToString::to_string).collect();
            if frozen {
                tracing::error!(
                    ?silent,
                    "more than half of the hosts are silent: replacements and terminations wait"
                );
            } else {
                tracing::info!("enough hosts speak again: deciding goes on");
            }
        }
        frozen
    }
}
