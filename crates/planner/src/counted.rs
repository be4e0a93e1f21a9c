//! Numbers of things in sentences.

/// `1 launch`, `2 launches`: the number, and the words for one or for another number.
pub(crate) fn counted(count: usize, one: &str, other: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {other}"),
    }
}

/// `1 instance`, `2 instances`.
pub(crate) fn instances(count: usize) -> String {
    counted(count, "instance", "instances")
}
