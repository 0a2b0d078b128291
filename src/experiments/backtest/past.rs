//! The futures of 1995: under the policy in force, and the same without it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::runs::{Run, YEARS, summarise};
use crate::experiments::climate::{self, Known};
use crate::futures::inputs::{Desk, Regions, Worlds, under};
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::Parameters;
use crate::model::policy::Policy;
use crate::model::record::Detail;
use crate::model::region::Region;
use crate::model::simulation::RunId;
use crate::scenario::BaselineLoss;

/// Futures without policies to which the merger climate is fitted, for every future anew. The losses of single futures
/// of one region differ by a factor of two and more, so that four of them can mislead by as much.
const EARLY_RUNS: u32 = 12;

/// What is kept of one future.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Past {
    /// Under the policy in force.
    pub run: Run,
    /// Districts at the end of every year in the same future without it; empty where it has no instrument.
    pub without: Vec<f64>,
    /// What is known of the merger climate under the future's parameters; not a number where it is drawn
    /// from its prior.
    pub known: Known,
}

/// The regions of a state, made ready.
pub(super) struct World<'a> {
    policy: &'a Policy,
    /// The policy without its instruments: clusters that it says to exist at the start are no policy.
    without: Policy,
    baseline: Option<&'a BaselineLoss>,
    classes: Vec<(f64, f64)>,
    worlds: Worlds,
    /// For the years to which the climate is fitted.
    early: Worlds,
}

impl<'a> World<'a> {
    pub(super) fn new(
        regions: &[Arc<Region>],
        policy: &'a Policy,
        baseline: Option<&'a BaselineLoss>,
        classes: Vec<(f64, f64)>,
    ) -> Self {
        let given = Regions::Given(regions.to_vec());
        let regions = if baseline.is_some() { given.without_climate() } else { given };
        // The regions are given, so no seed draws them.
        let early = Worlds::new(regions.clone(), baseline.map_or(0, |loss| loss.to + 1), 0);
        let without = Policy { instruments: Vec::new(), ..policy.clone() };
        Self { policy, without, baseline, classes, worlds: Worlds::new(regions, YEARS, 0), early }
    }

    /// The places of work of one thread: for the years of the record, and for those of the climate.
    pub(super) fn desk(&self) -> (Desk<'_>, Desk<'_>) {
        (self.worlds.desk(), self.early.desk())
    }

    /// One future: the climate under its parameters, the policy in force, and the same without it.
    pub(super) fn future(&self, (desk, early): &mut (Desk<'_>, Desk<'_>), parameters: &Parameters, id: RunId) -> Past {
        let known = self.baseline.map(|loss| measured(early, loss, parameters, id));
        let climate = known.map_or(0.0, |known| known.of_future(id.seed, id.replicate));
        let own = |policy: &Policy| {
            let mut own = under(parameters, policy);
            own.propose_intercept += climate;
            own
        };
        let (region, record) = desk.run(id.replicate, (self.policy, &own(self.policy)), id, Detail::District);
        let kept = summarise(region, record, &self.classes);
        let mut without = Vec::new();
        if !self.policy.instruments.is_empty() {
            let (_, record) = desk.run(id.replicate, (&self.without, &own(&self.without)), id, Detail::District);
            without.extend((0..record.years()).map(|year| record.region_value(year, RegionOutcome::districts)));
        }
        Past { run: kept, without, known: known.unwrap_or(Known { mean: f64::NAN, sd: f64::NAN }) }
    }
}

/// What the earlier decade says of the climate under a future's parameters. It knew neither the instruments nor
/// the clusters of the start, which later incentives had left. The futures of the fit are others
/// than those that are compared: they are numbered from the far end.
fn measured(early: &mut Desk<'_>, loss: &BaselineLoss, parameters: &Parameters, id: RunId) -> Known {
    let found = climate::fit(loss, |climate| {
        let mut own = parameters.clone();
        own.propose_intercept += climate;
        let sums = (0..EARLY_RUNS).fold([0.0; 2], |sums, number| {
            let replicate = u32::MAX - number;
            let (turn, id) = (id.replicate.wrapping_add(number), RunId { replicate, ..id });
            let (region, record) = early.run(turn, (&Policy::default(), &own), id, Detail::District);
            let [left, before] = climate::districts_left(loss, region, record);
            [sums[0] + left, sums[1] + before]
        });
        climate::yearly_loss(loss, sums)
    });
    Known::of(found, loss.error, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::districts::synthetic::{SyntheticSpec, generate};
    use crate::engine::math;
    use crate::scenario::Counted;

    fn regions() -> [Arc<Region>; 1] {
        [Arc::new(generate(&SyntheticSpec { districts: 60, ..SyntheticSpec::default() }, 4))]
    }

    fn lost(published: Option<f64>) -> (f64, Past) {
        let (regions, policy) = (regions(), Policy::default());
        let baseline = published.map(|published| BaselineLoss {
            published,
            of: Counted::All,
            from: 0,
            to: 9,
            error: 0.0,
            source: String::new(),
        });
        let world = World::new(&regions, &policy, baseline.as_ref(), vec![(1.0, f64::INFINITY)]);
        let mut desk = world.desk();
        let parameters = Parameters::default();
        let pasts: Vec<Past> =
            (0..20).map(|replicate| world.future(&mut desk, &parameters, RunId { seed: 2, replicate })).collect();
        let left: f64 = pasts.iter().map(|past| past.run.counts[9]).sum::<f64>() / 20.0;
        (100.0 * (1.0 - math::pow(left / 60.0, 0.1)), pasts[0].clone())
    }

    #[test]
    fn futures_lose_districts_as_the_earlier_decade_did() {
        for published in [0.6, 2.0] {
            let (found, past) = lost(Some(published));
            assert!((found / published - 1.0).abs() < 0.35, "{found} instead of {published}: {:?}", past.known);
        }
        assert!(lost(None).1.known.mean.is_nan());
    }

    #[test]
    fn a_past_read_back_is_the_same_and_without_instruments_there_is_no_second_run() {
        let (_, past) = lost(Some(1.0));
        assert!(past.without.is_empty());
        let past = Past { without: vec![60.0, 59.0], ..past };
        let bytes = postcard::to_stdvec(&past).expect("numbers");
        assert_eq!(postcard::from_bytes(&bytes), Ok(past));
    }
}
