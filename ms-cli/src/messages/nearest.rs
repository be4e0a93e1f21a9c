//! A refused name is looked for in the list of its kind, to say which one may have been meant.

use api::{Client, ClientError};
use serde_json::Value;

use super::Failure;
use crate::commands::known;
use crate::kinds::{Kind, Thing};

/// A name that the command line used.
#[derive(Clone, Debug)]
pub struct Mention {
    /// What it names.
    pub thing: Thing,
    /// The name.
    pub name: String,
    /// The group of an instance.
    pub group: Option<String>,
}

impl Mention {
    /// A name of anything but an instance.
    pub fn new(thing: Thing, name: &str) -> Self {
        Self {
            thing,
            name: name.to_owned(),
            group: None,
        }
    }

    /// An instance of a group.
    pub fn instance(name: &str, group: &str) -> Self {
        Self {
            group: Some(group.to_owned()),
            ..Self::new(Thing::Instance, name)
        }
    }

    /// All names in a document of a kind, by its fields' descriptions.
    pub fn all_of(kind: &Kind, document: &serde_json::Map<String, Value>) -> Vec<Self> {
        let named = kind
            .fields
            .iter()
            .filter_map(|f| Some((f.names?, document.get(f.name)?)));
        named
            .flat_map(|(thing, value)| texts(value).map(move |name| Self::new(thing, name)))
            .collect()
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    one.into_iter()
        .chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// What the service says when it had the same thought.
const HELPS: [&str; 2] = ["did you mean", "shows them"];

/// Adds to a refusal what the user may have meant. `mentions` are the names that were sent, the one that the
/// command is about first.
pub async fn explain(client: &Client, error: ClientError, mentions: &[Mention]) -> Failure {
    let ClientError::Refused { status, message } = &error else {
        return error.into();
    };
    let mut hint = None;
    if matches!(status, 400 | 404 | 409 | 422) && !HELPS.iter().any(|help| message.contains(help)) {
        for (at, mention) in mentions.iter().enumerate() {
            let blamed = message.contains(&mention.name) || (at == 0 && *status == 404);
            if blamed && hint.is_none() {
                hint = suggestion(client, mention).await;
            }
        }
    }
    Failure::Client { error, hint }
}

/// What to say of a name, unless it exists or nothing is known of its kind.
async fn suggestion(client: &Client, mention: &Mention) -> Option<String> {
    let names = known::names(client, mention).await.ok()?;
    if names.contains(&mention.name) {
        return None;
    }
    let noun = mention.thing.noun();
    if let Some(near) = nearest(&mention.name, &names) {
        return Some(format!("did you mean the {noun} {near:?}?"));
    }
    let group = mention.group.as_deref();
    match (group, names.len()) {
        (_, 0) => None,
        (None, _) if mention.thing == Thing::InstanceType => {
            Some("`ms list-instance-types` shows them".to_owned())
        }
        (Some(group), _) => Some(format!("`ms list-instances -a {group}` shows them")),
        (None, 1..=10) => Some(format!("known {}: {}", mention.thing.nouns(), names.join(", "))),
        (None, n) => Some(format!(
            "none of the {n} {} is named like that",
            mention.thing.nouns()
        )),
    }
}

/// The name that differs least, if it differs by no more than a third of its characters.
fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let lower = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_lowercase());
    let near = names.iter().min_by_key(|other| distance(other))?;
    let bound = name.chars().count().max(3) / 3;
    (distance(near) <= bound).then_some(near)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::nearest;

    #[test]
    fn the_nearest_name_is_near() {
        let names: Vec<String> = ["web", "worker", "docker01", "docker02"]
            .map(str::to_owned)
            .to_vec();
        for (typed, meant) in [
            ("wbe", Some("web")),
            ("Web", Some("web")),
            ("wroker", Some("worker")),
            ("docker2", Some("docker02")),
            ("database", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, &names).map(String::as_str), meant, "{typed}");
        }
        assert_eq!(nearest("web", &[]), None);
    }
}
