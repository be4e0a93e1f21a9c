#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicUsize, Ordering};

use config::SourceKind;
use domain::policy::{OnMissing, Rule, TargetTracking};
use domain::{GroupName, PolicyName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::*;

const NOW: Duration = Duration::ZERO;
const WINDOW: Duration = Duration::from_secs(60);

/// A server that answers each question with how many were asked before, once it is told to.
struct Server {
    url: String,
    open: Arc<AtomicUsize>,
    go: Arc<Semaphore>,
    _task: JoinSet<()>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (open, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let mut task = JoinSet::new();
        let (counted, told) = (Arc::clone(&open), Arc::clone(&go));
        task.spawn(async move {
            let mut answers = JoinSet::new();
            while let Ok((link, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                answers.spawn(answer(link, Arc::clone(&told)));
            }
        });
        Self {
            url,
            open,
            go,
            _task: task,
        }
    }

    fn source(&self) -> MetricSource {
        MetricSource {
            kind: SourceKind::Http {
                server: config::SourceServer {
                    url: self.url.clone(),
                    authorization: None,
                    tls: None,
                },
                pointer: String::new(),
            },
            timeout: Duration::from_secs(30),
            interval: Duration::from_secs(5),
        }
    }
}

async fn answer(mut link: TcpStream, go: Arc<Semaphore>) {
    let _asked = link.read(&mut [0; 1024]).await;
    if let Ok(turn) = go.acquire().await {
        turn.forget();
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n42";
        let _answered = link.write_all(answer.as_bytes()).await;
    }
}

fn push() -> MetricSource {
    MetricSource {
        kind: SourceKind::Push,
        timeout: Duration::from_secs(2),
        interval: Duration::from_secs(5),
    }
}

fn policy(source: &str, metric: &str) -> Policy {
    Policy {
        name: PolicyName::parse("p").unwrap(),
        auto_scaling_group: GroupName::parse("web").unwrap(),
        source: source.to_owned(),
        metric: metric.to_owned(),
        statistic: "AVG".to_owned(),
        sampling_window: 60,
        breach_duration: 0,
        missing_data: OnMissing::Hold,
        shadow: false,
        business_hours_only: false,
        rule: Rule::TargetTracking(TargetTracking {
            target_value: 1.0,
            tolerance: 10.0,
            disable_scale_in: false,
            panic_window: 6,
            panic_threshold: 200.0,
        }),
    }
}

fn account(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

fn group() -> GroupId {
    GroupId(uuid::Uuid::now_v7())
}

/// Follows what an account's policies look at, each for a group of its own.
fn follow(sources: &mut Sources, policies: &[Policy]) -> Vec<GroupId> {
    let user = account("user01");
    let groups: Vec<GroupId> = policies.iter().map(|_| group()).collect();
    let keys = policies.iter().zip(&groups);
    let wanted = keys.map(|(policy, group)| (sources.key(&user, policy).unwrap().0, [*group].into()));
    sources.follow(wanted.collect());
    groups
}

#[tokio::test]
async fn what_is_read_is_seen_and_wakes_its_groups() {
    let server = Server::start().await;
    server.go.add_permits(1);
    let declared = [("queue".to_owned(), server.source())].into();
    let mut sources = Sources::new(&declared, Metrics::new());
    let (user, policy) = (account("user01"), policy("queue", "length"));
    let before = sources.look(&user, &policy, WINDOW, NOW).unwrap_err();
    assert_eq!(before, "source queue: not asked yet");
    let groups = follow(&mut sources, std::slice::from_ref(&policy));
    let told = sources.told().await;
    assert_eq!(sources.hear(told), groups.into_iter().collect());
    assert_eq!(sources.look(&user, &policy, WINDOW, NOW), Ok(42.0));
    // What nobody looks at any more is forgotten.
    follow(&mut sources, &[]);
    assert!(sources.look(&user, &policy, WINDOW, NOW).is_err());
}

#[tokio::test]
async fn a_source_that_hangs_leaves_turns_to_the_others() {
    let (hangs, works) = (Server::start().await, Server::start().await);
    works.go.add_permits(1);
    let declared = [
        ("hangs".to_owned(), hangs.source()),
        ("works".to_owned(), works.source()),
    ];
    let mut sources = Sources::new(&declared.into(), Metrics::new());
    let mut policies: Vec<Policy> = (0..100).map(|at| policy("hangs", &at.to_string())).collect();
    policies.push(policy("works", "length"));
    follow(&mut sources, &policies);
    let told = sources.told().await;
    assert_eq!((told.key.source.as_str(), told.read.ok()), ("works", Some(42.0)));
    assert!(hangs.open.load(Ordering::SeqCst) <= AT_ONCE_OF_ONE);
}

#[tokio::test]
async fn figures_that_are_told_are_an_accounts_own() {
    let declared = [("app".to_owned(), push())].into();
    let mut sources = Sources::new(&declared, Metrics::new());
    let (mine, other, policy) = (account("user01"), account("User02"), policy("app", "jobs"));
    let push = |sources: &mut Sources, account: &AccountName, figure| {
        sources.pushed(account.clone(), "app".to_owned(), "jobs".to_owned(), figure)
    };
    assert!(push(&mut sources, &mine, 1.0).is_empty(), "nobody looks yet");
    let groups = follow(&mut sources, std::slice::from_ref(&policy));
    assert!(push(&mut sources, &other, 5.0).is_empty());
    assert!(push(&mut sources, &mine, f64::NAN).is_empty());
    let before = sources.look(&mine, &policy, WINDOW, NOW).unwrap_err();
    assert_eq!(before, "source app: no figure came yet");
    assert_eq!(push(&mut sources, &mine, 7.0), groups.into_iter().collect());
    assert_eq!(sources.look(&mine, &policy, WINDOW, NOW), Ok(7.0));
    assert!(sources.look(&other, &policy, WINDOW, NOW).is_err());
}

#[tokio::test]
async fn a_source_that_is_not_declared_says_nothing() {
    let sources = Sources::new(&BTreeMap::new(), Metrics::new());
    let looked = sources.look(&account("user01"), &policy("gone", "up"), WINDOW, NOW);
    assert_eq!(
        looked.unwrap_err(),
        "source gone is not declared in the configuration"
    );
}
