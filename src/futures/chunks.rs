//! Replicates as the chunks of a resumable plan.
//!
//! Each chunk holds a few replicates; what is kept of a replicate is written bit for bit, so that a result
//! put together from files is the same bytes as one that was never interrupted. A replicate that breaks
//! off is kept as such, with what it said: it is not tried again by the same program.

use std::ops::Range;
use std::path::Path;

use super::work_folder::{Plan, RunnerError, WorkFolder};
use crate::engine::replicates::{Failure, run_in_order};

/// Replicates in one file: a second or so of work, so that little is lost when it is stopped.
const PER_CHUNK: u32 = 10;
/// Begins a replicate that was finished.
const FINISHED: u8 = 1;
/// Begins a replicate that broke off.
const BROKE_OFF: u8 = 0;

/// Which replicates are run, where their finished chunks are kept, and what they depend on.
pub(crate) struct Batch<'a> {
    /// The work folder.
    pub folder: &'a Path,
    /// What every chunk depends on, beside the program: name and value.
    pub facts: Vec<(String, String)>,
    /// The replicates.
    pub replicates: Range<u32>,
}

/// What is kept of a replicate, as bytes.
pub(crate) trait Kept: Sized {
    /// Appends it.
    fn write(&self, bytes: &mut Bytes);
    /// Takes it from the front; None where the bytes are not such a thing.
    fn read(bytes: &mut Reader<'_>) -> Option<Self>;
}

impl Batch<'_> {
    /// Runs the replicates that are not there yet, then hands over all of them in their order. `progress` is
    /// told how many replicates are there. The folder can be cleared afterwards.
    ///
    /// # Errors
    /// When the folder cannot be written to or holds other work.
    pub(crate) fn run<S: Send, T: Kept + Send>(
        &self,
        workspace: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u32) -> T + Sync,
        progress: impl Fn(u64) + Sync,
        mut consume: impl FnMut(u32, Result<T, Failure>),
    ) -> Result<WorkFolder, RunnerError> {
        let pieces = self.pieces();
        let inputs = pieces.iter().map(|piece| format!("replicates {} to {}", piece.start, piece.end)).collect();
        let folder = WorkFolder::open(self.folder, Plan::new(self.facts.clone(), inputs))?;
        let all = self.replicates.len() as u64;
        let chunk = |place: usize| {
            let mut bytes = Bytes::default();
            let consumed: Result<(), std::convert::Infallible> =
                run_in_order(pieces[place].clone(), &workspace, &work, |_, result| {
                    bytes.replicate(result);
                    Ok(())
                });
            let Ok(()) = consumed;
            Ok(bytes.0)
        };
        folder.run(chunk, |done| progress((done as u64 * u64::from(PER_CHUNK)).min(all)))?;
        folder.each(|place, content| {
            let mut reader = Reader(&content);
            for replicate in pieces[place].clone() {
                consume(replicate, reader.replicate(replicate).ok_or("its result cannot be read")?);
            }
            Ok(())
        })?;
        Ok(folder)
    }

    fn pieces(&self) -> Vec<Range<u32>> {
        let Range { start, end } = self.replicates;
        let starts = (start..end).step_by(PER_CHUNK as usize);
        starts.map(|from| from..end.min(from.saturating_add(PER_CHUNK))).collect()
    }
}

/// Bytes that are written.
#[derive(Debug, Default)]
pub(crate) struct Bytes(Vec<u8>);

impl Bytes {
    /// Reads what was written.
    #[cfg(test)]
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader(&self.0)
    }

    fn replicate<T: Kept>(&mut self, result: Result<T, Failure>) {
        match result {
            Ok(kept) => {
                self.0.push(FINISHED);
                kept.write(self);
            }
            Err(failure) => {
                self.0.push(BROKE_OFF);
                self.text(&failure.message);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.whole(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Appends a count.
    pub(crate) fn whole(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// Appends a number, bit for bit.
    pub(crate) fn number(&mut self, number: f64) {
        self.0.extend(number.to_le_bytes());
    }

    /// Appends a list of numbers.
    pub(crate) fn numbers(&mut self, numbers: &[f64]) {
        self.whole(numbers.len() as u32);
        for number in numbers {
            self.number(*number);
        }
    }

    /// Appends a list of short numbers.
    pub(crate) fn short_numbers(&mut self, numbers: &[f32]) {
        self.whole(numbers.len() as u32);
        for number in numbers {
            self.0.extend(number.to_le_bytes());
        }
    }

    /// Appends a list of truths.
    pub(crate) fn truths(&mut self, truths: &[bool]) {
        self.whole(truths.len() as u32);
        self.0.extend(truths.iter().map(|truth| u8::from(*truth)));
    }
}

/// Bytes that are read, from the front.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (front, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*front)
    }

    fn replicate<T: Kept>(&mut self, replicate: u32) -> Option<Result<T, Failure>> {
        match self.take::<1>()? {
            [FINISHED] => T::read(self).map(Ok),
            [BROKE_OFF] => Some(Err(Failure { replicate, message: self.text()? })),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<String> {
        let bytes = self.list(Self::take::<1>)?;
        String::from_utf8(bytes.into_iter().flatten().collect()).ok()
    }

    /// A count.
    pub(crate) fn whole(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Option<f64> {
        self.take().map(f64::from_le_bytes)
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.whole()?;
        (0..count).map(|_| one(self)).collect()
    }

    /// A list of numbers.
    pub(crate) fn numbers(&mut self) -> Option<Vec<f64>> {
        self.list(Self::number)
    }

    /// A list of short numbers.
    pub(crate) fn short_numbers(&mut self) -> Option<Vec<f32>> {
        self.list(|reader| reader.take().map(f32::from_le_bytes))
    }

    /// A list of truths.
    pub(crate) fn truths(&mut self) -> Option<Vec<bool>> {
        self.list(|reader| reader.take::<1>().map(|[byte]| byte == 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Thing(u32, Vec<f64>, Vec<f32>, Vec<bool>);

    impl Kept for Thing {
        fn write(&self, bytes: &mut Bytes) {
            bytes.whole(self.0);
            bytes.numbers(&self.1);
            bytes.short_numbers(&self.2);
            bytes.truths(&self.3);
        }

        fn read(bytes: &mut Reader<'_>) -> Option<Self> {
            Some(Self(bytes.whole()?, bytes.numbers()?, bytes.short_numbers()?, bytes.truths()?))
        }
    }

    fn thing(replicate: u32) -> Thing {
        let value = f64::from(replicate);
        Thing(replicate, vec![value / 3.0, f64::INFINITY], vec![replicate as f32 / 7.0], vec![replicate.is_multiple_of(2)])
    }

    fn run(folder: &Path, replicates: Range<u32>, work: impl Fn(u32) -> Thing + Sync) -> Vec<(u32, Result<Thing, Failure>)> {
        let mut seen = Vec::new();
        let batch = Batch { folder, facts: vec![("trial".into(), "1".into())], replicates };
        batch
            .run(|| (), |(), replicate| work(replicate), |_| (), |replicate, result| seen.push((replicate, result)))
            .expect("a folder that can be written to");
        seen
    }

    #[test]
    fn what_is_read_back_is_what_was_kept_bit_for_bit_and_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let seen = run(folder.path(), 7..38, thing);
        let expected: Vec<_> = (7..38).map(|replicate| (replicate, Ok(thing(replicate)))).collect();
        assert_eq!(seen, expected);
        assert_eq!(run(folder.path(), 7..38, |_| panic!("all are there")), expected);
    }

    #[test]
    fn a_replicate_that_broke_off_stays_so_and_the_others_go_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let breaking = |replicate| {
            assert!(replicate != 4, "replicate four breaks");
            thing(replicate)
        };
        let seen = run(folder.path(), 0..12, breaking);
        let failed: Vec<_> = seen.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
        assert_eq!(failed, [&Failure { replicate: 4, message: "replicate four breaks".into() }]);
        assert_eq!((seen.len(), run(folder.path(), 0..12, thing)), (12, seen));
    }
}
