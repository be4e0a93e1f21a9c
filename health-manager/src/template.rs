//! What new instances are made of: the launch configuration and the load balancer as they are now.

use std::collections::BTreeMap;

use domain::{Body, Document, Group, Kind, LaunchConfiguration, LoadBalancer, Template};
use store::Store;

use crate::Settings;

/// Reads the template of a group's next launches; the error says why there can be none, for people.
pub(crate) async fn load(store: &dyn Store, settings: &Settings, group: &Group) -> Result<Template, String> {
    let (document, configuration) = configuration(store, group).await?;
    let limits = settings.instance_types.get(&configuration.instances_type);
    let limits = *limits.ok_or_else(|| {
        format!(
            "launch configuration {}: instance type {} is not known (any more)",
            configuration.name, configuration.instances_type
        )
    })?;
    let balancer = balancer(store, group).await?;
    Ok(Template {
        generation: document.generation,
        image_id: configuration.image_id,
        type_name: configuration.instances_type,
        limits,
        key: configuration.key,
        metadata: configuration.metadata,
        http_port: balancer.map(|balancer| balancer.instances_port),
        service_domain: service_domain(settings, group),
        configuration: configuration.name,
    })
}

/// The load balancer's domain, or the group's without one (contract 1.2).
fn service_domain(settings: &Settings, group: &Group) -> String {
    match group.spec.load_balancer {
        Some(_) => format!(
            "{}.{}",
            group.account.as_str().to_lowercase(),
            settings.balancer_domain
        ),
        None => group.spec.domain.clone(),
    }
}

async fn configuration(store: &dyn Store, group: &Group) -> Result<(Document, LaunchConfiguration), String> {
    let name = group.spec.launch_configuration.as_str();
    let document = document(store, group, Kind::LaunchConfiguration, name).await?;
    match document.body.clone() {
        Body::LaunchConfiguration(body) => Ok((document, body)),
        Body::LoadBalancer(_) | Body::Policy(_) | Body::Schedule(_) => {
            Err(format!("launch configuration {name} is unreadable"))
        }
    }
}

async fn balancer(store: &dyn Store, group: &Group) -> Result<Option<LoadBalancer>, String> {
    let Some(name) = &group.spec.load_balancer else {
        return Ok(None);
    };
    match document(store, group, Kind::LoadBalancer, name.as_str())
        .await?
        .body
    {
        Body::LoadBalancer(body) => Ok(Some(body)),
        Body::LaunchConfiguration(_) | Body::Policy(_) | Body::Schedule(_) => {
            Err(format!("load balancer {name} is unreadable"))
        }
    }
}

async fn document(store: &dyn Store, group: &Group, kind: Kind, name: &str) -> Result<Document, String> {
    let found = store
        .document(kind, &group.account, name)
        .await
        .map_err(|error| error.to_string())?;
    found
        .map(|found| found.value)
        .ok_or_else(|| format!("{} {name} not found", kind.as_str()))
}

/// Templates of the groups in a round, each with the reason when there is none.
pub(crate) type Templates = BTreeMap<domain::GroupId, Result<Template, String>>;
