use std::f64::consts::PI;

use super::known::{Known, Ring};
use crate::geo::Cell;

/// By how much a disc is widened at least and at most.
const WIDENING: (f64, f64) = (1.6, 8.0);
/// Square millimetres in a square kilometre.
const SQUARE_KM: f64 = 1e12;

/// The radius of the first disc, in millimetres, that can be hoped to hold `target` rows from `from` on. `probes` are
/// cells around the centre, coarsest first, and `given` how many rows are known to lie before `from`.
pub(super) fn first_radius(
    known: &Known<'_>,
    probes: &[Cell],
    from: u64,
    given: usize,
    target: usize,
) -> u64 {
    let seen = probes.iter().filter_map(|cell| Some((cell, known.of(cell)?)));
    let mut density: f64 = if from > 0 { count(given) / disc(from) } else { 0.0 };
    for (cell, state) in seen {
        // Of a cell that was not read to its end this is the least density it can have; no matches at all are taken
        // for half a one, so that the unknown is larger and not endless.
        density = density.max(count(state.matches).max(0.5) / (cell.area() * SQUARE_KM));
        if !state.more {
            break;
        }
    }
    ring(from, target, density)
}

/// The next disc's radius after one within which `found` rows lie from `ring.from` on.
pub(super) fn wider(disc_of: Ring, found: usize, target: usize) -> u64 {
    let density = count(found) / (disc(disc_of.to) - disc(disc_of.from)).max(1.0);
    let (least, most) = WIDENING;
    let within = |factor: f64| scaled(disc_of.to, factor);
    ring(disc_of.from, target, density).clamp(within(least), within(most))
}

fn ring(from: u64, target: usize, density: f64) -> u64 {
    rounded(((disc(from) + count(target) / density) / PI).sqrt())
}

fn disc(radius: u64) -> f64 {
    PI * scaled_f64(radius).powi(2)
}

fn scaled(radius: u64, factor: f64) -> u64 {
    rounded(scaled_f64(radius) * factor)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn scaled_f64(radius: u64) -> f64 {
    radius as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn count(rows: usize) -> f64 {
    rows as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a cast saturates")]
fn rounded(radius: f64) -> u64 {
    radius.ceil() as u64
}
