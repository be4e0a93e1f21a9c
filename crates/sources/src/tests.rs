#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use domain::policy::Statistic;
use tokio::time::Instant;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

mod range;

fn settings(kind: Kind, url: String) -> Settings {
    Settings {
        kind,
        url,
        login: None,
        tls: Tls::default(),
        timeout: Duration::from_secs(5),
    }
}

/// What is read from a server that answers so.
async fn read(kind: Kind, answer: ResponseTemplate) -> Result<f64, String> {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let source = Source::new(settings(kind, server.uri()));
    source.read("up").await.map_err(|error| error.to_string())
}

async fn result(status: u16, body: &str) -> Result<f64, String> {
    let answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
    read(Kind::Prometheus, answer).await
}

async fn data(kind: &str, result: &str) -> Result<f64, String> {
    let body = format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}"#);
    self::result(200, &body).await
}

fn no<T>(why: &str) -> Result<T, String> {
    Err(why.to_owned())
}

#[tokio::test]
async fn a_query_of_one_figure_is_read() {
    let one = r#"[{"metric":{"job":"a"},"value":[1435781451.781,"12.5"]}]"#;
    assert_eq!(data("vector", one).await, Ok(12.5));
    assert_eq!(data("scalar", r#"[1435781451,"3"]"#).await, Ok(3.0));
}

#[tokio::test]
async fn what_is_not_one_figure_is_told() {
    let several = r#"[{"metric":{},"value":[1,"1"]},{"metric":{"a":"b"},"value":[1,"2"]}]"#;
    let many = "the query gives 2 series: aggregate them to one, for example with sum()";
    assert_eq!(data("vector", several).await, no(many));
    assert_eq!(data("vector", "[]").await, no("the query gives no series"));
    for figure in ["NaN", "+Inf", "-Inf"] {
        let one = format!(r#"[{{"metric":{{}},"value":[1,"{figure}"]}}]"#);
        assert_eq!(
            data("vector", &one).await,
            no(&format!("{figure} is not a number"))
        );
    }
    assert_eq!(
        data("string", r#"[1,"a"]"#).await,
        no("the text \"a\" is not a number")
    );
    assert_eq!(
        data("matrix", "[]").await,
        no("a range of figures is not a number")
    );
}

#[tokio::test]
async fn what_prometheus_says_of_a_query_is_told() {
    let syntax = r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}"#;
    let told = "the query does not parse: 1:5: parse error: unclosed left parenthesis";
    assert_eq!(result(400, syntax).await, no(told));
    let failed = r#"{"status":"error","errorType":"execution","error":"found duplicate series"}"#;
    assert_eq!(
        result(422, failed).await,
        no("the query failed: found duplicate series")
    );
}

/// Thanos and remote reads tell so what they lack; <https://prometheus.io/docs/prometheus/latest/querying/api/> has the
/// field, and the kinds of remarks about a query.
#[tokio::test]
async fn an_answer_that_is_not_whole_is_no_figure() {
    let answer = |remarks: &str| {
        format!(r#"{{"status":"success","data":{{"resultType":"scalar","result":[1,"3"]}},{remarks}}}"#)
    };
    let partial = answer(r#""warnings":["remote read: 1 of 2 stores did not answer"]"#);
    assert_eq!(
        result(200, &partial).await,
        no("its answer is not whole: remote read: 1 of 2 stores did not answer")
    );
    for whole in [
        r#""warnings":[]"#,
        r#""warnings":["PromQL warning: bucket label \"le\" is missing"],"infos":["PromQL info: metric might not be a counter"]"#,
    ] {
        assert_eq!(result(200, &answer(whole)).await, Ok(3.0), "{whole}");
    }
}

#[tokio::test]
async fn what_is_no_answer_of_prometheus_is_told() {
    assert_eq!(result(503, "").await, no("it answered HTTP 503"));
    assert_eq!(
        result(404, "page not found\n").await,
        no("it answered HTTP 404: page not found")
    );
    assert_eq!(result(401, "{}").await, no("it answered HTTP 401: {}"));
    let strange = result(200, "<html>").await.unwrap_err();
    assert!(
        strange.starts_with("its answer is not understood: it begins with \"<html>\""),
        "{strange}"
    );
}

#[tokio::test]
async fn an_answer_is_bounded_in_time_and_length() {
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(late).mount(&server).await;
    let impatient = Settings {
        timeout: Duration::from_millis(100),
        ..settings(Kind::Prometheus, server.uri())
    };
    let error = Source::new(impatient).read("up").await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.outcome()),
        ("it did not answer within 0.1 s", "timeout")
    );
    let long = " ".repeat(ask::LONGEST + 1);
    assert_eq!(
        result(200, &long).await,
        no("its answer is longer than 1048576 bytes")
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    // Nothing listens on the discard port.
    let there = settings(Kind::Prometheus, "http://127.0.0.1:9".to_owned());
    let error = Source::new(there).read("up").await.unwrap_err();
    assert_eq!(error.outcome(), "unreachable", "{error}");
    assert!(
        error
            .to_string()
            .starts_with("it does not answer: Connection refused"),
        "{error}"
    );
}

#[tokio::test]
async fn the_query_and_the_login_reach_the_server() {
    let query = "sum(increase(traefik_service_requests_total{service=\"web@docker\"}[10s]))";
    let one = r#"{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}"#;
    for (login, sent) in [
        (Login::Bearer("t".to_owned()), "Bearer t"),
        (Login::Basic("u".to_owned(), "p".to_owned()), "Basic dTpw"),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/prefix/api/v1/query"))
            .and(query_param("query", query))
            .and(header("authorization", sent))
            .respond_with(ResponseTemplate::new(200).set_body_raw(one, "application/json"))
            .mount(&server)
            .await;
        let settings = Settings {
            login: Some(login),
            ..settings(Kind::Prometheus, format!("{}/prefix/", server.uri()))
        };
        assert_eq!(Source::new(settings).read(query).await.unwrap(), 7.0);
    }
}

#[tokio::test]
async fn redirects_stay_on_the_server() {
    let (here, there) = (MockServer::start().await, MockServer::start().await);
    let figure = ResponseTemplate::new(200).set_body_string("5");
    Mock::given(path("/b"))
        .respond_with(figure.clone())
        .mount(&here)
        .await;
    Mock::given(path("/b"))
        .respond_with(figure)
        .expect(0)
        .mount(&there)
        .await;
    let to = |url: String| ResponseTemplate::new(302).insert_header("location", url);
    Mock::given(path("/a"))
        .respond_with(to("/b".to_owned()))
        .mount(&here)
        .await;
    Mock::given(path("/c"))
        .respond_with(to(format!("{}/b", there.uri())))
        .mount(&here)
        .await;
    let whole = || Kind::Json {
        pointer: String::new(),
    };
    let near = Source::new(settings(whole(), format!("{}/a", here.uri())));
    assert_eq!(near.read("").await.unwrap(), 5.0);
    let far = Source::new(settings(whole(), format!("{}/c", here.uri())))
        .read("")
        .await;
    assert_eq!(
        far.unwrap_err().to_string(),
        "it does not answer: it redirects to another server"
    );
}

#[tokio::test]
async fn a_figure_in_json_is_read_where_the_pointer_says() {
    let json = async |pointer: &str, body: &str| {
        let pointer = pointer.to_owned();
        read(
            Kind::Json { pointer },
            ResponseTemplate::new(200).set_body_string(body),
        )
        .await
    };
    assert_eq!(json("", "12\n").await, Ok(12.0));
    assert_eq!(
        json("/queues/1/length", r#"{"queues":[{},{"length":"-4.5"}]}"#).await,
        Ok(-4.5)
    );
    assert_eq!(
        json("/length", "{}").await,
        no("its answer is not understood: it has nothing at /length")
    );
    for wrong in [r#""many""#, r#""inf""#, "true", "null", "[1]"] {
        assert_eq!(json("", wrong).await, no(&format!("{wrong} is not a number")));
    }
    let text = json("", "twelve").await;
    assert_eq!(
        text,
        no("its answer is not understood: it is not JSON and begins with \"twelve\"")
    );
    let refused = ResponseTemplate::new(500).set_body_string("12");
    let pointer = String::new();
    assert_eq!(
        read(Kind::Json { pointer }, refused).await,
        no("it answered HTTP 500: 12")
    );
}

#[tokio::test]
async fn files_of_tls_that_cannot_be_used_are_told_and_tried_again() {
    let tls = |ca: &str| Settings {
        tls: Tls {
            ca: Some(ca.into()),
            identity: None,
        },
        ..settings(Kind::Prometheus, "https://127.0.0.1:9".to_owned())
    };
    let missing = Source::new(tls("/nowhere/ca.pem"));
    for _ in 0..2 {
        let error = missing.read("up").await.unwrap_err().to_string();
        assert!(
            error.starts_with("its TLS files cannot be used: /nowhere/ca.pem: "),
            "{error}"
        );
    }
    let no_pem = Source::new(tls(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
    let error = no_pem.read("up").await.unwrap_err().to_string();
    assert!(
        error.ends_with("Cargo.toml: expected a certificate in PEM"),
        "{error}"
    );
}

fn over(statistic: Statistic, length: u64, ago: u64) -> Window {
    let seconds = Duration::from_secs;
    Window {
        statistic,
        length: seconds(length),
        ago: seconds(ago),
        holds: seconds(12),
    }
}

#[test]
fn a_window_is_of_the_figures_in_it() {
    let begin = Instant::now();
    let at = |second| begin + Duration::from_secs(second);
    let mut series = Series::default();
    for (second, figure) in [(0, 9.0), (5, 1.0), (10, 4.0), (15, 2.0), (20, 3.0)] {
        series.push(at(second), figure);
    }
    let look = |statistic, length, ago| series.look(at(20), over(statistic, length, ago));
    assert_eq!(look(Statistic::Average, 15, 0), Ok(3.0));
    assert_eq!(look(Statistic::Sum, 15, 0), Ok(9.0));
    assert_eq!(look(Statistic::Maximum, 15, 0), Ok(4.0));
    assert_eq!(look(Statistic::Minimum, 100, 0), Ok(1.0));
    assert_eq!(look(Statistic::Percentile(50), 15, 0), Ok(3.0));
    assert_eq!(look(Statistic::Sum, 10, 10), Ok(5.0));
    // Between two figures the last one holds.
    assert_eq!(look(Statistic::Average, 1, 3), Ok(2.0));
    assert_eq!(
        look(Statistic::Average, 1, 21),
        no("the first figure came 20 s ago")
    );
}

#[test]
fn an_old_figure_is_none() {
    let begin = Instant::now();
    let at = |second| begin + Duration::from_secs(second);
    let mut series = Series::default();
    let look = |series: &Series, second, length| series.look(at(second), over(Statistic::Average, length, 0));
    assert_eq!(look(&series, 0, 1), no("no figure came yet"));
    series.fail("it answered HTTP 503".to_owned());
    assert_eq!(
        look(&series, 0, 1),
        no("it answered HTTP 503; no figure came yet")
    );
    series.push(at(0), 7.0);
    series.fail("it did not answer within 2 s".to_owned());
    assert_eq!(look(&series, 12, 1), Ok(7.0));
    assert_eq!(
        look(&series, 13, 1),
        no("it did not answer within 2 s; the last figure came 13 s ago")
    );
    assert_eq!(
        look(&series, 13, 60),
        no("it did not answer within 2 s; the last figure came 13 s ago"),
        "a long window is not of a source that went silent"
    );
    // What it said before its silence is known all the same.
    assert_eq!(series.look(at(30), over(Statistic::Average, 60, 20)), Ok(7.0));
}

#[test]
fn a_window_is_covered_when_figures_reach_back_to_its_begin() {
    let begin = Instant::now();
    let at = |second| begin + Duration::from_secs(second);
    let mut series = Series::default();
    let covers = |series: &Series, second, length, ago| {
        series.covers(at(second), over(Statistic::Average, length, ago))
    };
    assert!(!covers(&series, 0, 1, 0), "there is none");
    series.push(at(0), 7.0);
    assert!(covers(&series, 0, 12, 0), "one figure holds for 12 s");
    assert!(!covers(&series, 47, 60, 0));
    assert!(covers(&series, 48, 60, 0));
    assert!(!covers(&series, 48, 60, 1));
}

#[test]
fn what_nobody_looks_back_on_is_dropped() {
    let begin = Instant::now();
    let mut series = Series::default();
    for second in 0..5_000_u32 {
        series.push(begin + Duration::from_millis(100) * second, f64::from(second));
    }
    let now = series.newest().unwrap();
    let whole = Window {
        length: Duration::from_secs(3600),
        ..over(Statistic::Minimum, 0, 0)
    };
    assert_eq!(series.look(now, whole), Ok(4_040.0));
    series.push(now + Duration::from_secs(1000), 1.0);
    assert_eq!(
        series.look(
            now + Duration::from_secs(1000),
            Window {
                statistic: Statistic::Sum,
                ..whole
            }
        ),
        Ok(1.0)
    );
}
