//! The policies that are tried: the group's own by name, and others in full.

use domain::{Body, Group, Kind, Policy};
use serde_json::Value;

use super::about;
use crate::error::{Refusal, Result};
use crate::service::Service;
use crate::validate::{Object, tables};

impl Service {
    /// The policies that are named or given, by name.
    pub(super) async fn tried(&self, group: &Group, given: &[Value]) -> Result<Vec<Policy>> {
        let mut policies: Vec<Policy> = Vec::new();
        for one in given {
            let policy = match one {
                Value::Object(fields) => self.given(group, fields.clone()).await?,
                other => self.named(group, other.as_str().unwrap_or_default()).await?,
            };
            if policies.iter().any(|known| known.name == policy.name) {
                return Err(about(&policy, "is there twice"));
            }
            policies.push(policy);
        }
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(policies)
    }

    async fn named(&self, group: &Group, name: &str) -> Result<Policy> {
        let read = self.store().document(Kind::Policy, &group.account, name).await?;
        match read.map(|read| read.value.body) {
            Some(Body::Policy(policy)) if policy.auto_scaling_group == group.name => Ok(policy),
            Some(Body::Policy(policy)) => Err(about(
                &policy,
                format!("is of group {}, not of {}", policy.auto_scaling_group, group.name),
            )),
            _ => Err(Refusal::field("policies", format!("policy {name:?} not found"))),
        }
    }

    /// One that need not exist, checked as if it was to be added.
    async fn given(&self, group: &Group, mut fields: Object) -> Result<Policy> {
        let own = || Value::from(group.name.as_str());
        let of = fields.entry("auto_scaling_group").or_insert_with(own).clone();
        let name = fields
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("without a name")
            .to_owned();
        if of != own() {
            let problem = format!("policy {name}: auto_scaling_group: {of} is not {}", group.name);
            return Err(Refusal::field("policies", problem));
        }
        let checked = tables::created(Kind::Policy, fields, self.settings());
        let checked = match checked {
            Ok(body) => self.check_target(&group.account, &body).await.map(|()| body),
            Err(refusal) => Err(refusal),
        };
        match checked {
            Ok(Body::Policy(policy)) => Ok(policy),
            Ok(_) => Err(Refusal::Internal(
                "a policy was read as something else".to_owned(),
            )),
            Err(Refusal::Invalid(problem)) => {
                Err(Refusal::field("policies", format!("policy {name}: {problem}")))
            }
            Err(other) => Err(other),
        }
    }
}
