//! Many futures: run on the threads of the pool in which they are called, handed over in order, and kept in
//! chunks where they are to survive being stopped.
//!
//! A chunk holds a few replicates. It is read where it is there and run where it is not, and its replicates are
//! handed over as soon as those before them are: memory does not grow with their number, and results put
//! together from files are the same bytes as those that were never interrupted. A replicate that breaks off is
//! kept as such, with what it said: it is not tried again by the same program.

use std::convert::Infallible;
use std::ops::Range;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::work_folder::{Plan, RunnerError, WorkFolder};
use crate::engine::replicates::{self, Failure, attempt};

/// Chunks that each thread does between two handings-over.
const CHUNKS_AT_ONCE: u32 = 4;

/// Which replicates are run, and where finished ones are kept.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The replicates.
    pub replicates: Range<u32>,
    /// Where finished chunks are kept; none: nowhere, so that what was stopped begins anew.
    pub keep: Option<Keep>,
    /// Bytes that the result of a replicate takes, about: where nothing is kept, no more of them are held at once than
    /// fit into [`HELD`], but for two on each thread.
    pub weight: u64,
}

/// Bytes of results that wait to be handed over, about; twice that while the next are worked out.
pub const HELD: u64 = 64 << 20;

/// Where finished chunks are kept, and what they depend on.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The work folder.
    pub folder: PathBuf,
    /// What every chunk depends on, beside the program: name and value.
    pub facts: Vec<(String, String)>,
    /// Replicates in one chunk, at least one.
    pub per_chunk: u32,
}

/// Why a batch stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped<E> {
    /// The work folder holds other work, or cannot be used.
    #[error(transparent)]
    Work(#[from] RunnerError),
    /// Who took the results could not take one.
    #[error("{0}")]
    Sink(E),
}

/// Where nothing can go wrong in taking results.
impl From<Stopped<Infallible>> for RunnerError {
    fn from(stopped: Stopped<Infallible>) -> Self {
        match stopped {
            Stopped::Work(error) => error,
            Stopped::Sink(never) => match never {},
        }
    }
}

impl Batch {
    /// Runs the replicates that are not kept yet and hands over all of them in their order. `progress` is told how many
    /// have been handed over. The folder that comes back can be cleared once the results are safe.
    ///
    /// # Errors
    /// When the folder cannot be written to or holds other work, and the first error of `consume`.
    pub fn run<S: Send, T: Serialize + DeserializeOwned + Send, E: Send>(
        &self,
        workspace: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u32) -> T + Sync,
        mut progress: impl FnMut(u64) + Send,
        mut consume: impl FnMut(u32, Result<T, Failure>) -> Result<(), E> + Send,
    ) -> Result<Option<WorkFolder>, Stopped<E>> {
        let mut done = 0;
        let mut hand_over = |replicate, result| -> Result<(), Stopped<E>> {
            consume(replicate, result).map_err(Stopped::Sink)?;
            done += 1;
            progress(done);
            Ok(())
        };
        let Some(keep) = &self.keep else {
            let fit = HELD / (self.weight.max(1) * replicates::threads() as u64);
            let per_thread = fit.clamp(1, u64::from(replicates::BLOCK_PER_THREAD)) as u32;
            replicates::run_in_blocks((self.replicates.clone(), per_thread), workspace, work, hand_over)?;
            return Ok(None);
        };
        let pieces = pieces(&self.replicates, keep.per_chunk);
        let inputs = pieces.iter().map(|piece| format!("replicates {} to {}", piece.start, piece.end)).collect();
        let folder = WorkFolder::open(&keep.folder, Plan::new(keep.facts.clone(), inputs))?;
        let piece = |slot: &mut Option<S>, chunk: u32| {
            chunk_of(&folder, chunk as usize, &pieces[chunk as usize], |replicate| {
                attempt(slot, &workspace, &work, replicate)
            })
        };
        replicates::run_in_blocks(
            (0..pieces.len() as u32, CHUNKS_AT_ONCE),
            || None,
            piece,
            |chunk, kept| -> Result<(), Stopped<E>> {
                let broken = |failure: Failure| RunnerError::Work { chunk: chunk as usize, message: failure.message };
                let kept = kept.map_err(broken)??;
                let results = pieces[chunk as usize].clone().zip(kept);
                results.into_iter().try_for_each(|(replicate, result)| hand_over(replicate, result))
            },
        )?;
        Ok(Some(folder))
    }
}

/// The results of a chunk: those that are kept, or newly worked out and then kept.
fn chunk_of<T: Serialize + DeserializeOwned>(
    folder: &WorkFolder,
    chunk: usize,
    replicates: &Range<u32>,
    work: impl FnMut(u32) -> Result<T, Failure>,
) -> Result<Vec<Result<T, Failure>>, RunnerError> {
    // What a failure said is kept; its number is known from its place.
    let failed = |(replicate, kept): (u32, Result<T, String>)| kept.map_err(|message| Failure { replicate, message });
    if let Some(bytes) = folder.read(chunk)? {
        let kept: Vec<Result<T, String>> = postcard::from_bytes(&bytes)
            .map_err(|error| RunnerError::Work { chunk, message: format!("its result cannot be read: {error}") })?;
        return Ok(replicates.clone().zip(kept).map(failed).collect());
    }
    let results: Vec<Result<T, String>> =
        replicates.clone().map(work).map(|result| result.map_err(|failure| failure.message)).collect();
    folder.run_chunk(chunk, |_| postcard::to_stdvec(&results).map_err(|error| error.to_string()))?;
    Ok(replicates.clone().zip(results).map(failed).collect())
}

fn pieces(replicates: &Range<u32>, per_chunk: u32) -> Vec<Range<u32>> {
    let per_chunk = per_chunk.max(1);
    let starts = replicates.clone().step_by(per_chunk as usize);
    starts.map(|from| from..replicates.end.min(from.saturating_add(per_chunk))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    type Thing = (u32, Vec<f64>, Vec<f32>, Option<bool>);

    fn thing(replicate: u32) -> Thing {
        let value = f64::from(replicate);
        let nothing = f64::from_bits(f64::NAN.to_bits() | 5);
        (
            replicate,
            vec![value / 3.0, f64::INFINITY, -0.0, nothing],
            vec![replicate as f32 / 7.0],
            Some(replicate.is_multiple_of(2)),
        )
    }

    fn bits(thing: &Thing) -> (u32, Vec<u64>, Vec<u32>, Option<bool>) {
        (thing.0, thing.1.iter().map(|x| x.to_bits()).collect(), thing.2.iter().map(|x| x.to_bits()).collect(), thing.3)
    }

    fn batch(folder: &Path, replicates: Range<u32>) -> Batch {
        let keep = Keep { folder: folder.to_owned(), facts: vec![("trial".into(), "1".into())], per_chunk: 10 };
        Batch { replicates, keep: Some(keep), weight: 100 }
    }

    fn run(batch: &Batch, work: impl Fn(u32) -> Thing + Sync) -> Vec<(u32, Result<Thing, Failure>)> {
        let mut seen = Vec::new();
        let take = |replicate, result| {
            seen.push((replicate, result));
            Ok::<(), Infallible>(())
        };
        batch.run(|| (), |(), replicate| work(replicate), |_| (), take).expect("a folder that can be written to");
        seen
    }

    #[test]
    fn what_is_read_back_is_what_was_kept_bit_for_bit_and_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let batch = batch(folder.path(), 7..338);
        let same = |seen: Vec<(u32, Result<Thing, Failure>)>| {
            let seen: Vec<_> =
                seen.into_iter().map(|(replicate, it)| (replicate, bits(&it.expect("no failure")))).collect();
            assert_eq!(seen, (7..338).map(|replicate| (replicate, bits(&thing(replicate)))).collect::<Vec<_>>());
        };
        same(run(&batch, thing));
        same(run(&batch, |_| panic!("all are there")));
        same(run(&Batch { keep: None, ..batch }, thing));
    }

    #[test]
    fn a_replicate_that_broke_off_stays_so_and_the_others_go_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let batch = batch(folder.path(), 0..12);
        let breaking = |replicate| {
            assert!(replicate != 4, "replicate four breaks");
            thing(replicate)
        };
        for work in [&breaking as &(dyn Fn(u32) -> Thing + Sync), &thing] {
            let seen = run(&batch, work);
            let failed: Vec<_> = seen.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
            assert_eq!(failed, [&Failure { replicate: 4, message: "replicate four breaks".into() }]);
            assert_eq!(seen.len(), 12);
        }
    }

    #[test]
    fn one_who_cannot_take_a_result_stops_the_work_and_what_is_finished_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let batch = batch(folder.path(), 0..2_000);
        let take = |replicate, _| if replicate == 3 { Err("disk full") } else { Ok(()) };
        let stopped = batch.run(|| (), |(), replicate| thing(replicate), |_| (), take);
        assert!(matches!(stopped, Err(Stopped::Sink("disk full"))));
        let again = std::sync::atomic::AtomicU32::new(0);
        let seen = run(&batch, |replicate| {
            again.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            thing(replicate)
        });
        assert!(seen.len() == 2_000 && again.into_inner() < 2_000, "the first chunks were there");
    }
}
