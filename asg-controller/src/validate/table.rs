//! A kind's fields, and how an object is checked against them.

use serde_json::Value;

use super::shape::shown;
use super::{Object, Shape, nearest};
use crate::error::{Refusal, Result};

/// Whether a document must have a field.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    /// It must.
    Required,
    /// It may; a missing one gets this value.
    Default(fn() -> Value),
    /// It may.
    Optional,
}

/// A field.
pub(crate) struct Field {
    /// Its name in JSON.
    pub(crate) name: &'static str,
    /// What it may hold.
    pub(crate) shape: Shape,
    /// Whether it must be there.
    pub(crate) need: Need,
}

impl Field {
    /// A field that a whole document must have.
    pub(crate) const fn required(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            need: Need::Required,
        }
    }

    /// A field that a whole document may have.
    pub(crate) const fn optional(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            need: Need::Optional,
        }
    }

    /// A field that a whole document gets when it was left out.
    pub(crate) const fn default(name: &'static str, shape: Shape, value: fn() -> Value) -> Self {
        Self {
            name,
            shape,
            need: Need::Default(value),
        }
    }

    fn is_required(&self) -> bool {
        matches!(self.need, Need::Required)
    }
}

/// A kind of object.
pub(crate) struct Table {
    /// Its name in messages.
    pub(crate) what: &'static str,
    /// Its fields, in parts that tables of like kinds share.
    pub(crate) parts: &'static [&'static [Field]],
    /// What the service adds when it shows one: ignored when it comes back.
    pub(crate) read_only: &'static [&'static str],
    /// Of a field that is not here: where it would be at home, to stand behind its name.
    pub(crate) elsewhere: fn(&str) -> Option<String>,
}

impl Table {
    /// A table of its own, of which everything is shown as it was given.
    pub(crate) const fn new(what: &'static str, parts: &'static [&'static [Field]]) -> Self {
        Self {
            what,
            parts,
            read_only: &[],
            elsewhere: |_| None,
        }
    }

    /// Its fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.parts.iter().copied().flatten()
    }

    /// The given fields, checked, as the model takes them. `null` for a field that need not be there is as if it
    /// was not given.
    pub(crate) fn given(&self, object: Object) -> Result<Object> {
        let (checked, problems) = self.check(object);
        refuse(&problems).map(|()| checked)
    }

    /// The fields that may be there and are given as `null`: an update takes them back.
    pub(crate) fn unset(&self, object: &Object) -> Vec<&'static str> {
        let optional = self.fields().filter(|field| matches!(field.need, Need::Optional));
        let names = optional.map(|field| field.name);
        names
            .filter(|name| object.get(*name).is_some_and(Value::is_null))
            .collect()
    }

    /// A whole document: the given fields with the defaults of those left out.
    pub(crate) fn whole(&self, object: Object) -> Result<Object> {
        let (checked, problems) = self.complete(object);
        refuse(&problems).map(|()| checked)
    }

    /// As [`Table::whole`], with all that is wrong.
    pub(super) fn complete(&self, object: Object) -> (Object, Vec<String>) {
        let given = |field: &&Field| object.contains_key(field.name);
        let missing: Vec<&Field> = self.fields().filter(|field| !given(field)).collect();
        let (mut checked, mut problems) = self.check(object);
        for field in missing {
            match field.need {
                Need::Required => problems.push(format!("{}: is required", field.name)),
                Need::Default(_) | Need::Optional => {}
            }
        }
        for field in self.fields() {
            if let Need::Default(value) = field.need
                && !checked.contains_key(field.name)
            {
                checked.insert(field.name.to_owned(), value());
            }
        }
        (checked, problems)
    }

    fn check(&self, object: Object) -> (Object, Vec<String>) {
        let (mut checked, mut problems) = (Object::new(), Vec::new());
        for (name, value) in object {
            if self.read_only.contains(&name.as_str()) {
                continue;
            }
            match self.fields().find(|field| field.name == name) {
                None => problems.push(self.unknown(&name, &value)),
                Some(field) if value.is_null() && !field.is_required() => {}
                Some(field) => match field.shape.check(&value) {
                    Ok(value) => drop(checked.insert(name, value)),
                    Err(problem) => problems.push(format!("{name}: {problem}")),
                },
            }
        }
        (checked, problems)
    }

    fn unknown(&self, name: &str, value: &Value) -> String {
        if let Some(place) = (self.elsewhere)(name) {
            return format!("{name}: {place}");
        }
        let names = || self.fields().map(|field| field.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("the fields are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let name = shown(&Value::from(name));
        format!(
            "{name}: no field of a {} (its value is {}); {hint}",
            self.what,
            shown(value)
        )
    }
}

/// All problems in one message, so that one attempt shows all that is to be mended.
fn refuse(problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(problems.join("; ")))
}
