//! The components that can be processes of their own.

/// A component as a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `asg-controller`: REST.
    Controller,
    /// `health-manager`: the decider.
    HealthManager,
    /// `worker-launch`: takes launch jobs.
    WorkerLaunch,
    /// `worker-stop`: takes stop jobs.
    WorkerStop,
    /// `host-agent`: reports a host's containers.
    HostAgent,
}

impl Part {
    /// Every component, in the order in which they start: whoever reaches the controller finds everything there, and
    /// once a host is told of, its jobs are taken.
    pub(crate) const ALL: [Self; 5] = [
        Self::WorkerLaunch,
        Self::WorkerStop,
        Self::HostAgent,
        Self::HealthManager,
        Self::Controller,
    ];

    /// The program's name, and the component's in logs.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Controller => "asg-controller",
            Self::HealthManager => "health-manager",
            Self::WorkerLaunch => "worker-launch",
            Self::WorkerStop => "worker-stop",
            Self::HostAgent => "host-agent",
        }
    }

    /// What `--help` says of it.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Controller => {
                "The REST interface of microscaler: authenticates, validates, stores, wakes the health manager"
            }
            Self::HealthManager => {
                "The decider of microscaler; of several copies one leads, the others stand by"
            }
            Self::WorkerLaunch => "Launches the containers of the hosts that it serves",
            Self::WorkerStop => "Stops and removes the containers of the hosts that it serves",
            Self::HostAgent => "Registers the hosts that it serves and reports their containers and load",
        }
    }

    /// Whether it works for certain hosts.
    pub(crate) fn serves_hosts(self) -> bool {
        match self {
            Self::WorkerLaunch | Self::WorkerStop | Self::HostAgent => true,
            Self::Controller | Self::HealthManager => false,
        }
    }

    /// Whether it opens the store. An agent needs the bus alone.
    pub(crate) fn needs_store(self) -> bool {
        self != Self::HostAgent
    }
}
