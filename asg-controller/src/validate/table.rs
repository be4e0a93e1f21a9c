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
    /// Its fields.
    pub(crate) fields: &'static [Field],
    /// What the service adds when it shows one: ignored when it comes back.
    pub(crate) read_only: &'static [&'static str],
}

impl Table {
    /// The given fields, checked, as the model takes them. `null` for a field that need not be there is as if it
    /// was not given.
    pub(crate) fn given(&self, object: Object) -> Result<Object> {
        let (checked, problems) = self.check(object);
        refuse(problems).map(|()| checked)
    }

    /// A whole document: the given fields with the defaults of those left out.
    pub(crate) fn whole(&self, object: Object) -> Result<Object> {
        let missing: Vec<&Field> = self
            .fields
            .iter()
            .filter(|f| !object.contains_key(f.name))
            .collect();
        let (mut checked, mut problems) = self.check(object);
        for field in missing {
            match field.need {
                Need::Required => problems.push(format!("{}: is required", field.name)),
                Need::Default(_) | Need::Optional => {}
            }
        }
        refuse(problems)?;
        for field in self.fields {
            if let Need::Default(value) = field.need
                && !checked.contains_key(field.name)
            {
                checked.insert(field.name.to_owned(), value());
            }
        }
        Ok(checked)
    }

    fn check(&self, object: Object) -> (Object, Vec<String>) {
        let (mut checked, mut problems) = (Object::new(), Vec::new());
        for (name, value) in object {
            if self.read_only.contains(&name.as_str()) {
                continue;
            }
            match self.fields.iter().find(|field| field.name == name) {
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
        let names = || self.fields.iter().map(|field| field.name);
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
fn refuse(problems: Vec<String>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(problems.join("; ")))
}
