//! What a query gave over a range of times.

use domain::Timestamp;
use test_servers::Prometheus;
use wiremock::{Request, Respond};

use super::*;
use crate::range::PIECE;

const FROM: i64 = 1_700_000_000;

fn range(step: u64, times: usize) -> Range {
    Range {
        from: Timestamp::from_millis(FROM * 1000),
        step: Duration::from_secs(step),
        times,
    }
}

/// Answers each piece with the time at each of its times, and refuses what a server refuses.
struct Clock;

impl Respond for Clock {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let given = |name: &str| {
            let mut pairs = request.url.query_pairs();
            let (_, value) = pairs.find(|(known, _)| known == name).unwrap();
            value.parse::<f64>().unwrap()
        };
        let (start, end, step) = (given("start"), given("end"), given("step"));
        let times = ((end - start) / step) as u32 + 1;
        if times as usize > PIECE {
            return ResponseTemplate::new(400).set_body_string("too many points");
        }
        let points = (0..times).map(|place| start + f64::from(place) * step);
        let points: Vec<String> = points.map(|at| format!("[{at},\"{at}\"]")).collect();
        matrix(&[points.join(",")])
    }
}

fn matrix(series: &[String]) -> ResponseTemplate {
    let series: Vec<String> = series
        .iter()
        .map(|points| format!(r#"{{"metric":{{}},"values":[{points}]}}"#))
        .collect();
    let body = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{}]}}}}"#,
        series.join(",")
    );
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

async fn asked(
    answer: impl Respond + 'static,
    pieces: u64,
    range: Range,
) -> Result<Vec<Option<f64>>, String> {
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/query_range"))
        .and(query_param("query", "up"))
        .respond_with(answer)
        .expect(pieces)
        .mount(&server)
        .await;
    let source = Source::new(settings(Kind::Prometheus, server.uri()));
    let asked = source.range("up", range).await;
    asked.map_err(|error| error.to_string())
}

/// Each time's own figure.
fn clock(range: &Range) -> Vec<Option<f64>> {
    let step = range.step.as_secs_f64();
    let at = |place: usize| Some(FROM as f64 + place as f64 * step);
    (0..range.times).map(at).collect()
}

#[tokio::test]
async fn a_long_range_comes_in_pieces_without_a_gap_or_a_point_twice() {
    let long = range(10, 2 * PIECE + 1);
    assert_eq!(asked(Clock, 3, long).await, Ok(clock(&long)));
    let two = range(10, 2 * PIECE);
    assert_eq!(asked(Clock, 2, two).await, Ok(clock(&two)));
    assert_eq!(asked(Clock, 1, range(10, 1)).await, Ok(clock(&range(10, 1))));
}

#[tokio::test]
async fn what_is_missing_or_no_number_is_none_and_series_that_follow_each_other_are_one() {
    let (a, b, c) = (FROM, FROM + 10, FROM + 30);
    let points = [format!(r#"[{a},"1"],[{b},"NaN"]"#), format!(r#"[{c},"2"]"#)];
    let read = asked(matrix(&points), 1, range(10, 5)).await;
    assert_eq!(read, Ok(vec![Some(1.0), None, None, Some(2.0), None]));
}

#[tokio::test]
async fn a_range_has_the_errors_of_a_query() {
    let point = format!(r#"[{FROM},"1"]"#);
    let many = asked(matrix(&[point.clone(), point]), 1, range(10, 5)).await;
    let told = "the query gives 2 series: aggregate them to one, for example with sum()";
    assert_eq!(many, no(told));
    assert_eq!(
        asked(matrix(&[]), 1, range(10, 5)).await,
        no("the query gives no series")
    );
    let syntax = r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error"}"#;
    let refused = ResponseTemplate::new(400).set_body_raw(syntax, "application/json");
    assert_eq!(
        asked(refused, 1, range(10, 5)).await,
        no("the query does not parse: 1:5: parse error")
    );
    let away = ResponseTemplate::new(503);
    assert_eq!(asked(away, 1, range(10, 5)).await, no("it answered HTTP 503"));
    let pointer = String::new();
    let json = Source::new(settings(Kind::Json { pointer }, "http://127.0.0.1:9".to_owned()));
    assert_eq!(
        json.range("up", range(10, 5)).await.unwrap_err().to_string(),
        "it keeps no history: only a source of type prometheus does"
    );
}

#[tokio::test]
async fn a_real_server_answers_in_the_same_pieces() {
    // Nothing listens on the discard port: it scrapes nothing, and knows the time all the same.
    let Some(server) = Prometheus::start(([127, 0, 0, 1], 9).into()) else {
        return;
    };
    let source = Source::new(settings(Kind::Prometheus, server.url()));
    let ask = async |query: &str, range| source.range(query, range).await.map_err(|e| e.to_string());
    let long = range(1, 2 * PIECE + 500);
    assert_eq!(ask("time()", long).await, Ok(clock(&long)));
    let slow = Range {
        step: Duration::from_millis(2_500),
        ..range(0, 4)
    };
    assert_eq!(ask("time()", slow).await, Ok(clock(&slow)));
    // Every other minute there is something.
    let half = ask("vector(1) and on() (minute() % 2 == 0)", range(60, 4))
        .await
        .unwrap();
    assert_eq!(half.iter().flatten().count(), 2, "{half:?}");
    let many = r#"label_replace(vector(1), "a", "b", "", "") or vector(2)"#;
    assert_eq!(
        ask(many, range(60, 4)).await,
        no("the query gives 2 series: aggregate them to one, for example with sum()")
    );
    assert_eq!(
        ask("nothing_of_it", range(60, 4)).await,
        no("the query gives no series")
    );
    let odd = ask("sum(", range(60, 4)).await.unwrap_err();
    assert!(
        odd.starts_with("the query does not parse: 1:5: parse error"),
        "{odd}"
    );
}
