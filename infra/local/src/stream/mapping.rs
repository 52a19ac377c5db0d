use std::time::Duration;

use tunelink::random;

use super::filter::Filter;

/// The settings of an event source mapping, with AWS's names.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html>
#[derive(Clone, Debug)]
pub struct Mapping {
    pub function_name: String,
    /// The most records that the function is given at a time.
    pub batch_size: usize,
    /// How often a record that failed alone is tried again. Splitting a batch does not count.
    pub maximum_retry_attempts: u32,
    /// Whether a batch that failed is split, until the record that fails is alone.
    pub bisect_batch_on_function_error: bool,
    /// Whether the function's response says which records failed. It is not looked at otherwise.
    pub report_batch_item_failures: bool,
    /// How many batches of the shard are worked on at a time.
    pub parallelization_factor: usize,
    /// Which records the function is given; all without one.
    pub filter: Option<Filter>,
    /// What keeps its order. AWS has no setting for it.
    pub order: Order,
    /// How long the function may take, as set on the function itself.
    pub timeout: Duration,
    /// How long a record that failed waits. AWS does not tell how long that is.
    pub backoff: Backoff,
}

/// Within what records are processed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Items with the same partition key.
    Partition,
    /// One item. With more than one batch at a time AWS promises no more than this:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.
    Item,
}

/// Waits that double with each failure, with full jitter: any time from none to the whole.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            function_name: "function".to_owned(),
            batch_size: 100,
            maximum_retry_attempts: 5,
            bisect_batch_on_function_error: true,
            report_batch_item_failures: true,
            parallelization_factor: 10,
            filter: None,
            order: Order::Partition,
            timeout: Duration::from_mins(1),
            backoff: Backoff::default(),
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// The wait after the failure number `failures`.
    pub(super) fn after(self, failures: u32) -> Duration {
        let whole = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let millis = u64::try_from(whole.min(self.longest).as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(random::up_to(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_differ() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(300) };
        for (failures, whole) in [(1, 100), (2, 200), (3, 300), (40, 300)] {
            let waits: Vec<Duration> = (0..200).map(|_| backoff.after(failures)).collect();
            let longest = waits.iter().max().copied().unwrap_or_default();
            let shortest = waits.iter().min().copied().unwrap_or_default();
            let whole = Duration::from_millis(whole);
            assert!(longest <= whole && longest > whole.mul_f64(0.8), "{failures}: {longest:?}");
            assert!(shortest < whole.mul_f64(0.2), "{failures}: {shortest:?}");
        }
    }
}
