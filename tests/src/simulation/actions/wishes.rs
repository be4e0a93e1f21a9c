//! What users wish for: drawn here, granted in [`users`](super::users).

use domain::{ConfigName, GroupPatch, GroupSpec, ZoneName};

use super::super::dice::Dice;
use super::super::setup::{Image, ZONES};

/// The largest max_size of a simulated group.
const LARGEST: u32 = 6;

/// What a user does to the group of a number.
#[derive(Clone, Debug)]
pub enum UserAction {
    /// Makes it, unless it is there.
    Create(usize, Box<GroupSpec>),
    /// Starts it.
    Start(usize),
    /// Stops it.
    Stop(usize),
    /// Stops and deletes it.
    Delete(usize),
    /// Changes some of its fields.
    Update(usize, Box<GroupPatch>),
    /// Sets its desired capacity.
    Resize(usize, u32),
    /// Terminates one of its instances, with or without lowering the desired capacity.
    Terminate(usize, u64, bool),
    /// Writes a launch configuration again: a new generation of it.
    Republish(Image),
}

fn zones(dice: &Dice) -> Vec<ZoneName> {
    let mut zones: Vec<&str> = ZONES.to_vec();
    if dice.chance(500) {
        zones.remove(dice.count(0..ZONES.len()));
    }
    zones
        .into_iter()
        .filter_map(|zone| ZoneName::parse(zone).ok())
        .collect()
}

fn image(dice: &Dice) -> Image {
    let serving = dice.chance(800);
    let images: Vec<Image> = Image::ALL
        .into_iter()
        .filter(|image| image.serves() == serving)
        .collect();
    dice.pick(&images).copied().unwrap_or(Image::Good)
}

/// The launch configuration of an image's name.
pub(super) fn configuration(image: Image) -> Option<ConfigName> {
    ConfigName::parse(image.name()).ok()
}

fn sizes(dice: &Dice) -> (u32, u32, u32) {
    let max = dice.figure(1..LARGEST + 1);
    let min = dice.figure(0..max + 1);
    (min, max, dice.figure(min..max + 1))
}

impl UserAction {
    /// Makes the group of a number.
    #[must_use]
    pub fn create(dice: &Dice, group: usize) -> Self {
        let (min_size, max_size, desired_capacity) = sizes(dice);
        let spec = GroupSpec {
            availability_zones: zones(dice),
            launch_configuration: configuration(image(dice))
                .unwrap_or_else(|| unreachable!("images have names")),
            min_size,
            max_size,
            desired_capacity,
            scale_out_cooldown: 60,
            scale_in_cooldown: 60,
            domain: "example.net".to_owned(),
            load_balancer: None,
            no_lb: true,
            scaling: domain::Scaling::default(),
        };
        Self::Create(group, Box::new(spec))
    }

    /// Draws an action on one of the groups.
    #[must_use]
    pub fn drawn(dice: &Dice, groups: usize) -> Self {
        let group = dice.count(0..groups.max(1));
        match dice.among(0..12) {
            0 => Self::Start(group),
            1 => Self::Stop(group),
            2 => Self::Delete(group),
            3 => Self::create(dice, group),
            4..7 => Self::Resize(group, dice.figure(0..LARGEST + 1)),
            7 => Self::Terminate(group, dice.number(), dice.chance(500)),
            8 => Self::Republish(image(dice)),
            _ => Self::Update(group, Box::new(patch(dice))),
        }
    }
}

fn patch(dice: &Dice) -> GroupPatch {
    let mut patch = GroupPatch::default();
    match dice.among(0..3) {
        0 => {
            let (min, max, desired) = sizes(dice);
            (patch.min_size, patch.max_size, patch.desired_capacity) = (Some(min), Some(max), Some(desired));
        }
        1 => patch.availability_zones = Some(zones(dice)),
        _ => patch.launch_configuration = configuration(image(dice)),
    }
    patch
}
