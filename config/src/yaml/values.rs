//! What values may be. Each function takes a value, or says in words what it expected.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use domain::NameError;

use super::{Node, Value};
use crate::Secret;

/// A value, or what was expected.
pub(crate) type Parsed<T> = Result<T, String>;

/// The longest time that can be configured: ten years, in seconds.
const LONGEST: f64 = 315_360_000.0;

/// A scalar's text. Numbers may be quoted: files in use have them so.
fn scalar<'a>(node: &'a Node, expected: &str) -> Parsed<&'a str> {
    match &node.value {
        Value::Scalar { text, .. } => Ok(text),
        Value::Null | Value::List(_) | Value::Map(_) => Err(expected.to_owned()),
    }
}

/// Any text, also an empty one.
pub(crate) fn text(node: &Node) -> Parsed<String> {
    scalar(node, "text").map(str::to_owned)
}

/// Text that is not empty.
pub(crate) fn filled(node: &Node) -> Parsed<String> {
    let expected = "text that is not empty";
    let text = scalar(node, expected)?;
    if text.is_empty() {
        return Err(expected.to_owned());
    }
    Ok(text.to_owned())
}

/// A password, key or token that is not empty.
pub(crate) fn secret(node: &Node) -> Parsed<Secret> {
    filled(node).map(Secret::new)
}

/// A file's path.
pub(crate) fn path(node: &Node) -> Parsed<PathBuf> {
    filled(node)
        .map(PathBuf::from)
        .map_err(|_| "the path of a file".to_owned())
}

/// A file that is there.
pub(crate) fn present(node: &Node) -> Parsed<PathBuf> {
    let path = path(node)?;
    match std::fs::metadata(&path) {
        Ok(found) if found.is_file() => Ok(path),
        Ok(_) => Err("the path of a file, which this is not".to_owned()),
        Err(error) => Err(format!("the path of a file that is there: {error}")),
    }
}

/// `true` or `false`, and the words that YAML 1.1 has for them.
pub(crate) fn flag(node: &Node) -> Parsed<bool> {
    let expected = "true or false";
    match scalar(node, expected)?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err(expected.to_owned()),
    }
}

/// A whole number within `range`.
pub(crate) fn whole<N>(range: RangeInclusive<N>) -> impl Fn(&Node) -> Parsed<N>
where
    N: FromStr + PartialOrd + std::fmt::Display,
{
    move |node| {
        let expected = || format!("a whole number from {} to {}", range.start(), range.end());
        let number = scalar(node, &expected())?.parse().ok();
        number
            .filter(|number| range.contains(number))
            .ok_or_else(expected)
    }
}

/// A TCP port.
pub(crate) fn port(node: &Node) -> Parsed<u16> {
    whole(1..=u16::MAX)(node).map_err(|_| "a port from 1 to 65535".to_owned())
}

/// A time in seconds, which may have a fraction.
pub(crate) fn seconds(node: &Node) -> Parsed<Duration> {
    let expected = "seconds, above 0 and at most 315360000 (ten years)";
    let seconds: Option<f64> = scalar(node, expected)?.parse().ok();
    seconds
        .filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| expected.to_owned())
}

/// A time in seconds, within bounds; `expected` says them.
pub(crate) fn seconds_within(
    least: Duration,
    most: Duration,
    expected: &'static str,
) -> impl Fn(&Node) -> Parsed<Duration> {
    move |node| {
        let time = seconds(node).ok();
        time.filter(|time| (least..=most).contains(time))
            .ok_or_else(|| expected.to_owned())
    }
}

/// A name of the model.
pub(crate) fn name<N: FromStr<Err = NameError>>(node: &Node) -> Parsed<N> {
    let text = scalar(node, "a name")?;
    text.parse().map_err(|error| format!("a name ({error})"))
}

/// An IP address.
pub(crate) fn address(node: &Node) -> Parsed<std::net::IpAddr> {
    let expected = "an IP address";
    scalar(node, expected)?.parse().map_err(|_| expected.to_owned())
}

/// One of the words of `choices`.
pub(crate) fn one_of<T: Copy>(choices: &'static [(&'static str, T)]) -> impl Fn(&Node) -> Parsed<T> {
    move |node| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        let expected = words.join(" or ");
        let text = scalar(node, &expected)?;
        let choice = choices.iter().find(|(word, _)| *word == text);
        choice.map(|(_, value)| *value).ok_or(expected)
    }
}

/// A list, or one value that stands for a list of one.
pub(crate) fn one_or_more<T>(parse: impl Fn(&Node) -> Parsed<T>) -> impl Fn(&Node) -> Parsed<Vec<T>> {
    move |node| match &node.value {
        Value::List(items) => items.iter().map(&parse).collect(),
        _ => parse(node).map(|one| vec![one]),
    }
}

/// Several in one text, with `by` between them.
pub(crate) fn separated<T>(by: char, parse: impl Fn(&str) -> Parsed<T>) -> impl Fn(&Node) -> Parsed<Vec<T>> {
    move |node| {
        // What is no text is refused in the words of what it should be.
        let text = scalar(node, "").or_else(|_| parse("").map(|_| ""))?;
        text.split(by).map(|part| parse(part.trim())).collect()
    }
}

/// `SCHEME://HOST[:PORT]` with one of the schemes and nothing that is no URL in it.
pub(crate) fn server(schemes: &'static [&'static str]) -> impl Fn(&Node) -> Parsed<String> {
    move |node| server_text(schemes)(scalar(node, "").unwrap_or_default())
}

/// The same of a text.
pub(crate) fn server_text(schemes: &'static [&'static str]) -> impl Fn(&str) -> Parsed<String> {
    move |text| {
        let forms: Vec<_> = schemes
            .iter()
            .map(|scheme| format!("{scheme}://HOST:PORT"))
            .collect();
        let fits = text.split_once("://").is_some_and(|(scheme, rest)| {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            schemes.contains(&scheme) && has_host(host)
        });
        fits.then(|| text.to_owned()).ok_or_else(|| forms.join(" or "))
    }
}

/// Whether what stands before the first slash is a host with, if any, a port.
pub(crate) fn has_host(text: &str) -> bool {
    let authority = text.split('/').next().unwrap_or_default();
    if authority.contains(|c: char| c.is_whitespace() || c == ',') {
        return false;
    }
    // An IPv6 address stands in brackets, and its colons are not a port's.
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let (address, rest) = authority.split_at(after_bracket);
    match rest.rsplit_once(':') {
        Some((host, port)) => {
            let named = !host.is_empty() || !address.is_empty();
            named && port.parse::<u16>().is_ok_and(|port| port > 0)
        }
        None => !authority.is_empty(),
    }
}
