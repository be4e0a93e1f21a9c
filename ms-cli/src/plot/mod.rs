//! Pictures of replays.

mod chart;
mod clock;
mod course;

use std::io;
use std::path::{Path, PathBuf};

use api::documents::Replay;
use plotters::prelude::*;
use plotters::style::register_font;

/// Pixels.
const WIDTH: u32 = 1_200;
/// Pixels of each of its parts: one for capacity, one for each metric.
const PART: u32 = 320;
/// The font's name, which a reader of an SVG picture finds one of its own for.
const FONT: &str = "sans-serif";

/// Where a picture goes, by its ending what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    file: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
}

impl Picture {
    /// Reads a file's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file = PathBuf::from(text);
        let ending = file.extension().and_then(|ending| ending.to_str());
        let kind = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Kind::Svg,
            Some("png") => Kind::Png,
            _ => return Err("end its name with .svg or .png".to_owned()),
        };
        Ok(Self { file, kind })
    }

    /// Draws a replay.
    ///
    /// # Errors
    /// Why it cannot be drawn or written, with the file's name.
    pub fn draw(&self, replay: &Replay) -> io::Result<()> {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.file.display()));
        let drawn = match self.kind {
            Kind::Svg => svg(replay).map(String::into_bytes),
            Kind::Png => png(replay),
        };
        drawn.and_then(|drawn| write(&self.file, &drawn)).map_err(named)
    }
}

fn write(file: &Path, drawn: &[u8]) -> io::Result<()> {
    std::fs::write(file, drawn)
}

fn size(replay: &Replay) -> (u32, u32) {
    let parts = u32::try_from(replay.loads.len()).unwrap_or(0).saturating_add(1);
    (WIDTH, PART.saturating_mul(parts.min(8)))
}

fn svg(replay: &Replay) -> io::Result<String> {
    let mut text = String::new();
    letters()?;
    chart::draw(
        replay,
        &SVGBackend::with_string(&mut text, size(replay)).into_drawing_area(),
    )?;
    Ok(text)
}

fn png(replay: &Replay) -> io::Result<Vec<u8>> {
    let (width, height) = size(replay);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    letters()?;
    chart::draw(
        replay,
        &BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(),
    )?;
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(image)
}

/// Brings the font along: there may be none on the machine.
fn letters() -> io::Result<()> {
    let known = register_font(FONT, FontStyle::Normal, ttf_noto_sans::REGULAR);
    known.map_err(|_| io::Error::other("its font cannot be read"))
}

#[cfg(test)]
mod tests;
