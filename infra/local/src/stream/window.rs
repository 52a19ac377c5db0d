use std::collections::VecDeque;

/// What was read and is not all processed, in the order of the stream.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Sequence numbers, and whether the record is done with.
    records: VecDeque<(String, bool)>,
    /// The number of the first of them among all that ever were.
    first: u64,
    passed: Option<String>,
}

impl Window {
    /// Takes in the next record, and returns its number.
    pub(super) fn push(&mut self, sequence_number: String) -> u64 {
        self.records.push_back((sequence_number, false));
        self.first + self.records.len() as u64 - 1
    }

    /// Notes that a record is done with.
    pub(super) fn finish(&mut self, number: u64) {
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some((_, done)) = place.and_then(|place| self.records.get_mut(place)) {
            *done = true;
        }
        while let Some((sequence_number, _)) = self.records.pop_front_if(|(_, done)| *done) {
            self.passed = Some(sequence_number);
            self.first += 1;
        }
    }

    /// How many records there are from the first that is not done with to the last that was read.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The sequence number up to which everything is done with.
    pub(super) fn passed(&self) -> Option<&str> {
        self.passed.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_a_record_that_is_not_done_with() {
        let mut window = Window::default();
        let numbers: Vec<u64> = ["a", "b", "c", "d"].map(|name| window.push(name.to_owned())).into();
        window.finish(numbers[1]);
        window.finish(numbers[2]);
        assert_eq!((window.passed(), window.len()), (None, 4));
        window.finish(numbers[0]);
        assert_eq!((window.passed(), window.len()), (Some("c"), 1));
        window.finish(numbers[0]);
        assert_eq!((window.passed(), window.len()), (Some("c"), 1));
        let fifth = window.push("e".to_owned());
        window.finish(fifth);
        window.finish(numbers[3]);
        assert_eq!((window.passed(), window.len()), (Some("e"), 0));
    }
}
