//! Numbers of many searches, and what is read off them.

use std::collections::BTreeMap;

use tunelink::store::Cost;

/// What was searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Search {
    ByDate,
    ByDistance,
    /// By date, where nothing is.
    Empty,
    /// By distance, with an instrument and a level.
    Musicians,
}

/// Searches by kind and radius in metres.
pub(super) type Figures = BTreeMap<(Search, u32), Vec<Sample>>;

/// One search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) cost: Cost,
    /// Results on the page.
    pub(super) found: usize,
    pub(super) partial: bool,
}

/// The value that a share of the samples do not pass.
pub(super) fn quantile(samples: &[Sample], share: f64, value: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let at = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(at).copied().unwrap_or_default()
}

pub(super) fn mean(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    let number = u32::try_from(samples.len()).unwrap_or(u32::MAX).max(1);
    samples.iter().map(value).sum::<f64>() / f64::from(number)
}

/// Items read for each result, over all of the samples.
pub(super) fn over_read<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> f64 {
    let (items, found) = samples.into_iter().fold((0.0, 0.0), |(items, found), sample| {
        (items + f64::from(sample.cost.items), found + number(sample.found))
    });
    if found > 0.0 { items / found } else { 0.0 }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
