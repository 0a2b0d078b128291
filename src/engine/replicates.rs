//! Replicates in parallel, handed over in order.
//!
//! Work is done in blocks: while the replicates of one block run on all threads, one of the threads
//! consumes the results of the block before, in the order of their numbers. What is written does not
//! depend on the number of threads, and memory does not grow with the number of replicates. A replicate that panics becomes a
//! [`Failure`] with its number; the others go on.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// A replicate that could not be finished: a defect of the program, kept so that it can be run alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The replicate's number.
    pub replicate: u32,
    /// What the program said.
    pub message: String,
}

/// How many replicates each thread does between two handings-over: enough to keep threads busy,
/// few enough that their results stay small.
pub const BLOCK_PER_THREAD: u32 = 32;

/// Runs `work` on so many threads; None: as many as the machine has. Without the feature `parallel`, on this one.
///
/// # Errors
/// What the machine said where it gave no threads.
pub fn on_threads<R: Send>(threads: Option<usize>, work: impl FnOnce() -> R + Send) -> Result<R, String> {
    #[cfg(feature = "parallel")]
    {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
        let pool = pool.map_err(|error| format!("cannot start the threads asked for: {error}"))?;
        Ok(pool.install(work))
    }
    #[cfg(not(feature = "parallel"))]
    {
        let _ = threads;
        Ok(work())
    }
}

/// How many threads the pool has in which this is called.
#[must_use]
pub fn threads() -> usize {
    #[cfg(feature = "parallel")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "parallel"))]
    return 1;
}

/// Does `work` for every number below `count`, on the threads of the pool in which it is called, in any order.
///
/// # Errors
/// One of the errors of `work`; what was begun by then goes on to its end, the rest is not begun.
pub(crate) fn for_each<E: Send>(count: usize, work: impl Fn(usize) -> Result<(), E> + Sync + Send) -> Result<(), E> {
    #[cfg(feature = "parallel")]
    return (0..count).into_par_iter().try_for_each(work);
    #[cfg(not(feature = "parallel"))]
    return (0..count).try_for_each(work);
}

/// What `work` makes of every item, in their order, worked out on the threads of the pool in which it is called.
#[cfg(feature = "charts")]
pub(crate) fn map<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    #[cfg(feature = "parallel")]
    return items.par_iter().map(work).collect();
    #[cfg(not(feature = "parallel"))]
    return items.iter().map(work).collect();
}

/// Runs `work` for every replicate of `range`, on the threads of the pool in which it is called, and hands each
/// result to `consume` in order.
///
/// `workspace` makes the scratch memory that one thread reuses for all its replicates of a block.
///
/// # Errors
/// The first error of `consume`; what it consumed before stays consumed.
pub fn run_in_order<S, T, E>(
    range: Range<u32>,
    workspace: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u32) -> T + Sync,
    consume: impl FnMut(u32, Result<T, Failure>) -> Result<(), E> + Send,
) -> Result<(), E>
where
    S: Send,
    T: Send,
    E: Send,
{
    run_in_blocks((range, BLOCK_PER_THREAD), workspace, work, consume)
}

/// As [`run_in_order`], with so many replicates for each thread between two handings-over.
///
/// # Errors
/// As [`run_in_order`].
pub fn run_in_blocks<S, T, E>(
    (range, per_thread): (Range<u32>, u32),
    workspace: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u32) -> T + Sync,
    mut consume: impl FnMut(u32, Result<T, Failure>) -> Result<(), E> + Send,
) -> Result<(), E>
where
    S: Send,
    T: Send,
    E: Send,
{
    run_blocks((range, per_thread), &workspace, &work, &mut consume)
}

#[cfg(not(feature = "parallel"))]
fn run_blocks<S, T, E>(
    (mut range, _): (Range<u32>, u32),
    workspace: &impl Fn() -> S,
    work: &impl Fn(&mut S, u32) -> T,
    consume: &mut impl FnMut(u32, Result<T, Failure>) -> Result<(), E>,
) -> Result<(), E> {
    let mut slot = None;
    range.try_for_each(|replicate| consume(replicate, attempt(&mut slot, workspace, work, replicate)))
}

#[cfg(feature = "parallel")]
fn run_blocks<S, T, E>(
    (range, per_thread): (Range<u32>, u32),
    workspace: &(impl Fn() -> S + Sync),
    work: &(impl Fn(&mut S, u32) -> T + Sync),
    consume: &mut (impl FnMut(u32, Result<T, Failure>) -> Result<(), E> + Send),
) -> Result<(), E>
where
    S: Send,
    T: Send,
    E: Send,
{
    let size = per_thread.max(1) * u32::try_from(rayon::current_num_threads()).unwrap_or(1);
    let block = |start: u32| start..range.end.min(start.saturating_add(size));
    let mut running = block(range.start);
    let mut results = run_block(running.clone(), workspace, work);
    while !running.is_empty() {
        let next = block(running.end);
        let (consumed, next_results) = rayon::join(
            || running.zip(results).try_for_each(|(replicate, result)| consume(replicate, result)),
            || run_block(next.clone(), workspace, work),
        );
        consumed?;
        (running, results) = (next, next_results);
    }
    Ok(())
}

/// Runs a block's replicates on all threads; the results are in order.
#[cfg(feature = "parallel")]
fn run_block<S: Send, T: Send>(
    replicates: Range<u32>,
    workspace: &(impl Fn() -> S + Sync),
    work: &(impl Fn(&mut S, u32) -> T + Sync),
) -> Vec<Result<T, Failure>> {
    replicates.into_par_iter().map_init(|| None, |slot, replicate| attempt(slot, workspace, work, replicate)).collect()
}

/// Runs one replicate in the scratch memory of `slot`, which is made where there is none.
///
/// # Errors
/// When it panics: the memory may then be half written and goes, so that the next replicate gets its own.
pub fn attempt<S, T>(
    slot: &mut Option<S>,
    workspace: &impl Fn() -> S,
    work: &impl Fn(&mut S, u32) -> T,
    replicate: u32,
) -> Result<T, Failure> {
    let space = slot.get_or_insert_with(workspace);
    catch_unwind(AssertUnwindSafe(|| work(space, replicate))).map_err(|cause| {
        *slot = None;
        Failure { replicate, message: panic_message(cause.as_ref()) }
    })
}

fn panic_message(cause: &(dyn std::any::Any + Send)) -> String {
    cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(threads: usize) -> Vec<(u32, u64)> {
        let mut seen = Vec::new();
        on_threads(Some(threads), || {
            run_in_order(
                3..500,
                || 0u64,
                |_, n| u64::from(n) * u64::from(n),
                |n, result| {
                    seen.push((n, result.expect("squaring does not fail")));
                    Ok::<(), ()>(())
                },
            )
        })
        .expect("a pool of a few threads")
        .expect("consuming does not fail");
        seen
    }

    #[test]
    fn results_arrive_in_order_whatever_the_number_of_threads() {
        let one = squares(1);
        assert_eq!(one.len(), 497);
        assert!(one.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0));
        assert_eq!(one, squares(2));
        assert_eq!(one, squares(8));
    }

    #[test]
    fn a_replicate_that_panics_is_a_row_and_not_a_lost_batch() {
        let mut failures = Vec::new();
        let mut done = 0;
        run_in_order(
            0..10,
            || (),
            |(), n| assert!(n != 4, "replicate four breaks"),
            |_, result| {
                match result {
                    Ok(()) => done += 1,
                    Err(failure) => failures.push(failure),
                }
                Ok::<(), ()>(())
            },
        )
        .expect("consuming does not fail");
        assert_eq!(done, 9);
        assert_eq!(failures, [Failure { replicate: 4, message: "replicate four breaks".into() }]);
    }
}
