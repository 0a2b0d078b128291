//! One run: a region, a policy and parameters through the years.

use std::sync::Arc;

use super::parameters::Parameters;
use super::policy::Policy;
use super::record::{Detail, Record};
use super::region::Region;

/// A region made ready for runs of a number of years: distances and neighbours are worked out once.
#[derive(Debug, Clone)]
pub struct Simulation {
    region: Arc<Region>,
    years: u16,
}

/// Scratch memory of one thread, reused for all its runs.
#[derive(Debug)]
pub struct Workspace {}

/// Which run of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId {
    /// The experiment's seed.
    pub seed: u64,
    /// The replicate.
    pub replicate: u32,
}

impl Simulation {
    /// Makes a region ready. Its districts must be sorted ([`Region::sort`]) and valid.
    #[must_use]
    pub fn new(region: Arc<Region>, years: u16) -> Self {
        Self { region, years }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The number of years of a run.
    #[must_use]
    pub fn years(&self) -> u16 {
        self.years
    }

    /// Scratch memory for runs of this region.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        Workspace {}
    }

    /// Runs one policy through the years and leaves what happened in `record`: a pure function of
    /// the region, the policy, the parameters, the seed and the replicate.
    pub fn run(
        &self,
        _workspace: &mut Workspace,
        _policy: &Policy,
        _parameters: &Parameters,
        _id: RunId,
        _detail: Detail,
        record: &mut Record,
    ) {
        record.clear();
    }
}
