//! What to type instead of what was not understood: fewer and nearer proposals than the parser's own.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

/// Commands that are proposed for a misspelt one.
const PROPOSED: usize = 3;

/// The parser's error with better proposals. `typed` are all words, the program's name first.
pub fn advise(mut error: Error, typed: &[OsString]) -> Error {
    let advice = match error.kind() {
        ErrorKind::InvalidSubcommand => nearest_commands(&error),
        ErrorKind::UnknownArgument => option_for(&error, typed),
        _ => None,
    };
    if let Some((kind, value)) = advice {
        error.insert(kind, value);
    }
    error
}

/// The nearest commands, the very nearest first.
fn nearest_commands(error: &Error) -> Option<(ContextKind, ContextValue)> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let Some(ContextValue::Strings(similar)) = error.get(ContextKind::SuggestedSubcommand) else {
        return None;
    };
    let mut similar = similar.clone();
    similar.sort_by_key(|name| strsim::damerau_levenshtein(typed, name));
    similar.truncate(PROPOSED);
    Some((ContextKind::SuggestedSubcommand, ContextValue::Strings(similar)))
}

/// For a word without an option, the required option that it may be the value of.
fn option_for(error: &Error, typed: &[OsString]) -> Option<(ContextKind, ContextValue)> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if word.starts_with('-') {
        return None;
    }
    let typed: Vec<&str> = typed.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let root = super::command();
    let command = named(&root, typed.iter().find(|word| !word.starts_with('-'))?)?;
    let mut required = command.get_arguments().filter(|arg| arg.is_required_set());
    let long = required
        .find(|arg| !typed.iter().any(|word| sets(word, arg)))?
        .get_long()?;
    let tip = StyledStr::from(format!("give it as '--{long} {word}'"));
    Some((ContextKind::Suggested, ContextValue::StyledStrs(vec![tip])))
}

/// The command of this name, or the only one whose name begins so.
fn named<'a>(root: &'a Command, typed: &str) -> Option<&'a Command> {
    let mut begin = root
        .get_subcommands()
        .filter(|command| command.get_name().starts_with(typed));
    let first = begin.next()?;
    match root.find_subcommand(typed) {
        Some(exact) => Some(exact),
        None => begin.next().is_none().then_some(first),
    }
}

/// Whether a typed word sets an option.
fn sets(word: &str, arg: &Arg) -> bool {
    if let Some(long) = word.strip_prefix("--") {
        let long = long.split_once('=').map_or(long, |(name, _)| name);
        return !long.is_empty() && arg.get_long().is_some_and(|name| name.starts_with(long));
    }
    let short = word.strip_prefix('-').and_then(|rest| rest.chars().next());
    short.is_some() && short == arg.get_short() && matches!(arg.get_action(), ArgAction::Set)
}
