//! What the commands share that search for parameters: how large the search is, and how far it has come.

use super::Failed;
use super::flags;
use crate::diagnostics::Problems;
use crate::experiments::calibrate::targets::Targets;

/// How large a search is asked for by flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    particles: Option<u32>,
    generations: Option<u16>,
}

impl Size {
    pub(super) fn given(particles: Option<&str>, generations: Option<&str>, problems: &mut Problems) -> Self {
        let particles = flags::whole32("--particles", particles, 10..=100_000, problems);
        let generations = flags::whole32("--generations", generations, 1..=1_000, problems);
        Self { particles, generations: generations.and_then(|count| u16::try_from(count).ok()) }
    }

    /// What no flag gives stays as the file has it.
    pub(super) fn set(self, targets: &mut Targets) {
        let algorithm = &mut targets.algorithm;
        algorithm.particles = self.particles.unwrap_or(algorithm.particles);
        algorithm.generations = self.generations.unwrap_or(algorithm.generations);
    }
}

/// Steps of the progress bar in a generation.
pub(super) const PARTS: u64 = 100;

/// Where the progress bar stands.
pub(super) fn part(generation: u16, done: usize, all: usize) -> u64 {
    u64::from(generation) * PARTS + done as u64 * PARTS / all.max(1) as u64
}

/// The threads asked for.
pub(super) fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, Failed> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    pool.map_err(|error| Failed::Broken(format!("cannot start the threads asked for: {error}")))
}
