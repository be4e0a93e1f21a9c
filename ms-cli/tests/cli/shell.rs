//! Help, version, completion, man pages.

use crate::rig::Rig;

const COMMANDS: [&str; 32] = [
    "load",
    "login",
    "add-lb",
    "update-lb",
    "delete-lb",
    "list-lbs",
    "add-lconf",
    "update-lconf",
    "delete-lconf",
    "list-lconfs",
    "add-asg",
    "update-asg",
    "delete-asg",
    "list-asgs",
    "start-asg",
    "stop-asg",
    "list-instances",
    "list-instance-types",
    "add-policy",
    "update-policy",
    "delete-policy",
    "list-policies",
    "list-hosts",
    "cordon-host",
    "drain-host",
    "uncordon-host",
    "remove-host",
    "explain",
    "list-rollups",
    "top",
    "suspend-processes",
    "resume-processes",
];

#[tokio::test]
async fn ms_alone_prints_help_with_every_command() {
    let rig = Rig::new().await;
    let ran = rig.line("ms");
    let listed: Vec<&str> = ran
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for command in COMMANDS {
        assert!(listed.contains(&command), "{command} is not in {}", ran.out);
        let help = rig.line(&format!("ms {command} --help")).out;
        assert!(help.contains("Usage: ms"), "{help}");
    }
    assert!(!listed.contains(&"man"), "{}", ran.out);
    assert_eq!(rig.line("ms --help").out, ran.out);
}

#[tokio::test]
async fn it_says_its_version() {
    let rig = Rig::new().await;
    assert_eq!(
        rig.line("ms --version").out,
        format!("ms {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn every_shell_gets_its_completion() {
    let rig = Rig::new().await;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = rig.line(&format!("ms completion {shell}")).out;
        assert!(
            script.contains("add-lconf") && script.contains("lconf-image-id"),
            "{shell}"
        );
    }
}

#[tokio::test]
async fn every_command_gets_its_man_page() {
    let rig = Rig::new().await;
    rig.line("ms man share/man1");
    for page in COMMANDS
        .iter()
        .map(|c| format!("ms-{c}.1"))
        .chain(["ms.1".to_owned()])
    {
        let text = std::fs::read_to_string(rig.home.path().join("share/man1").join(&page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
}
