//! The commands of the kinds of document, made from their descriptions.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use super::{ListArgs, name};
use crate::kinds::{self, Fallback, Field, Kind, ValueKind};

/// The REST field, and the argument's id, of every document's name.
pub const NAME: &str = "name";

/// The REST field of what belongs to a group.
pub const OF_GROUP: &str = "auto_scaling_group";

/// What is done with documents of a kind.
#[derive(Clone, Debug)]
pub enum Verb {
    /// Create one.
    Add,
    /// Change the named fields of one.
    Update,
    /// Delete one.
    Delete,
    /// Show all.
    List(ListArgs),
}

/// A command about documents of a kind.
#[derive(Debug)]
pub struct Request {
    /// What is done.
    pub verb: Verb,
    /// The kind.
    pub kind: &'static Kind,
    /// The document's name; empty for lists.
    pub name: String,
    /// The fields that the command line names.
    pub fields: Map<String, Value>,
}

/// All commands of all kinds.
pub fn commands() -> Vec<Command> {
    kinds::ALL.iter().flat_map(|kind| of(kind)).collect()
}

fn of(kind: &'static Kind) -> [Command; 4] {
    let (one, noun) = (kind.one, kind.noun);
    let add = Command::new(format!("add-{one}")).about(format!("Add a {noun}"));
    let update = Command::new(format!("update-{one}")).about(format!("Change what is named of a {noun}"));
    let delete = Command::new(format!("delete-{one}")).about(format!("Delete a {noun}"));
    let list = ListArgs::augment_args(Command::new(format!("list-{}", kind.all)));
    let of_group = kind.fields.iter().find(|field| field.name == OF_GROUP);
    let of_group = of_group.and_then(|field| option(kind, field));
    let list = list.args(of_group.map(|arg| arg.help("Only those of this group").alias("asg-name")));
    let option = |field| option(kind, field);
    let new = |field| option(field).map(|arg| arg.help(help_of_new(field)));
    [
        add.arg(name_arg(kind)).args(kind.fields.iter().filter_map(new)),
        update
            .arg(name_arg(kind))
            .args(kind.fields.iter().filter_map(option)),
        delete.arg(name_arg(kind)),
        list.about(format!("List all {}", kind.nouns)),
    ]
}

/// What an add command says of an option: also what stands in for it.
fn help_of_new(field: &Field) -> String {
    match field.fallback {
        Fallback::Nothing => field.help.to_owned(),
        Fallback::Text(text) => format!("{} [default: {text}]", field.help),
        Fallback::Integer(number) => format!("{} [default: {number}]", field.help),
        Fallback::KnownZones => format!("{} [default: all]", field.help),
    }
}

fn name_arg(kind: &Kind) -> Arg {
    Arg::new(NAME)
        .long(kind.name_option)
        .short(kind.name_short)
        .value_name("NAME")
        .value_parser(name)
        .required(true)
        .help(format!("Name of the {}", kind.noun))
}

fn option(kind: &'static Kind, field: &'static Field) -> Option<Arg> {
    let long = field.option?;
    let arg = Arg::new(field.name)
        .long(long)
        .help(field.help)
        .help_heading(field.heading);
    let arg = match field.short {
        Some(short) => arg.short(short),
        None => arg,
    };
    let arg = match field.later {
        true => arg,
        false => arg.aliases(earlier_abbreviations(kind, long)),
    };
    Some(match field.value {
        ValueKind::Flag => arg.action(ArgAction::SetTrue),
        ValueKind::Switch => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_name(ValueKind::Switch.placeholder())
            .value_parser(|text: &str| ValueKind::Switch.parse(text)),
        kind => arg
            .value_name(kind.placeholder())
            .value_parser(move |text: &str| kind.parse(text))
            .allow_negative_numbers(true),
    })
}

/// The abbreviations of an option that meant it alone before later ones began in the same way.
fn earlier_abbreviations(kind: &'static Kind, long: &'static str) -> Vec<&'static str> {
    let of = |later: bool| {
        let fields = kind.fields.iter().filter(move |field| field.later == later);
        fields.filter_map(|field| field.option)
    };
    let meant_alone = |text: &str| {
        let names = of(false).chain([kind.name_option]);
        names.filter(|name| name.starts_with(text)).count() == 1
    };
    let shorter = (1..long.len()).filter_map(|end| long.get(..end));
    shorter
        .filter(|text| meant_alone(text) && of(true).any(|name| name.starts_with(text)))
        .collect()
}

/// The request that a command of [`commands`] stands for; `None` for any other command.
pub fn read(command: &str, matches: &ArgMatches) -> Option<Request> {
    let (verb, rest) = command.split_once('-')?;
    let kind = kinds::ALL.iter().find(|k| {
        if verb == "list" {
            k.all == rest
        } else {
            k.one == rest
        }
    })?;
    let verb = match verb {
        "add" => Verb::Add,
        "update" => Verb::Update,
        "delete" => Verb::Delete,
        "list" => Verb::List(ListArgs::from_arg_matches(matches).ok()?),
        _ => return None,
    };
    let name = matches
        .try_get_one::<String>(NAME)
        .ok()
        .flatten()
        .cloned()
        .unwrap_or_default();
    let fields = kind
        .fields
        .iter()
        .filter_map(|f| Some((f.name.to_owned(), value(f, matches)?)))
        .collect();
    Some(Request {
        verb,
        kind,
        name,
        fields,
    })
}

/// What the command line says of a field; commands that do not take it say nothing.
fn value(field: &Field, matches: &ArgMatches) -> Option<Value> {
    match field.value {
        ValueKind::Flag => {
            let set = matches.try_get_one::<bool>(field.name).ok().flatten();
            set.filter(|set| **set).map(|set| Value::from(*set))
        }
        _ => matches.try_get_one::<Value>(field.name).ok().flatten().cloned(),
    }
}
