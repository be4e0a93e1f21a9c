//! `instance_types`: the limits that launch configurations choose from. A file's types replace the defaults.

use std::collections::BTreeMap;

use domain::{InstanceType, TypeName};

use crate::ConfigError;
use crate::yaml::{Section, values};

/// The default types: name, vcpus, memory in MiB (contract 1.3).
const DEFAULTS: [(&str, u32, u64); 18] = [
    ("t1.micro", 1, 512),
    ("m1.small", 1, 1_024),
    ("m1.medium", 1, 2_048),
    ("m1.large", 2, 4_096),
    ("m1.xlarge", 4, 8_196),
    ("m2.xlarge", 4, 8_196),
    ("m2.2xlarge", 8, 16_392),
    ("m2.4xlarge", 16, 32_784),
    ("m3.xlarge", 4, 8_196),
    ("m3.2xlarge", 8, 16_392),
    ("c1.medium", 2, 1_536),
    ("c1.xlarge", 8, 7_168),
    ("cc1.4xlarge", 8, 20_480),
    ("cc2.8xlarge", 16, 40_960),
    ("cg1.4xlarge", 8, 20_480),
    ("cr1.8xlarge", 16, 40_960),
    ("hi1.4xlarge", 8, 20_480),
    ("hs1.8xlarge", 16, 40_960),
];

/// The types of a configuration that names none.
#[must_use]
pub fn default_types() -> BTreeMap<TypeName, InstanceType> {
    let types = DEFAULTS.iter().filter_map(|(name, vcpu, memory)| {
        let name = TypeName::parse(name).ok()?;
        Some((
            name,
            InstanceType {
                vcpu: *vcpu,
                memory: *memory,
            },
        ))
    });
    types.collect()
}

pub(super) fn read(root: &Section<'_>) -> Result<BTreeMap<TypeName, InstanceType>, ConfigError> {
    let Some(found) = root.get("instance_types") else {
        return Ok(default_types());
    };
    let mut types = BTreeMap::new();
    for (name, fields) in found.entries()? {
        let name = TypeName::parse(name)
            .map_err(|error| fields.refused(format!("a type whose name is right ({error})")))?;
        types.insert(name, fields.section(root.warnings(), read_type)?);
    }
    if types.is_empty() {
        return Err(found.refused("at least one instance type"));
    }
    Ok(types)
}

fn read_type(section: &Section<'_>) -> Result<InstanceType, ConfigError> {
    // Older files give types a disk size; containers have none of their own.
    section.ignored("disk");
    Ok(InstanceType {
        vcpu: section.required("vcpu", "a whole number of CPUs", values::whole(1..=65_536))?,
        memory: section.required(
            "memory",
            "a whole number of MiB",
            values::whole(1..=1_073_741_824),
        )?,
    })
}
