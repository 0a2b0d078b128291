//! Several policies on the same futures: same districts, same luck, same uncertain inputs.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use super::posterior::Posterior;
use super::summary::{Collector, Comparison, Trends};
use crate::engine::replicates::{Failure, run_in_order};
use crate::model::outcomes::RegionOutcome;
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;
use crate::model::simulation::{RunId, Simulation, Workspace};
use crate::scenario::Scenario;

/// How a comparison is run. None of it changes a figure of a replicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The replicates to run; replicate 7 is the same alone or among many.
    pub replicates: Range<u32>,
    /// How much of each run is handed to the sink.
    pub detail: Detail,
    /// Threads; None: as many as the machine has.
    pub threads: Option<usize>,
}

/// Takes what the runs leave behind, in the order of replicate and policy.
pub trait Sink: Send {
    /// What can go wrong in taking it.
    type Error: Send;

    /// Takes the record of a policy (by its index in the scenario) in a replicate.
    ///
    /// # Errors
    /// Whatever keeps it from being taken; the comparison then stops.
    fn record(&mut self, policy: usize, replicate: u32, record: &Record) -> Result<(), Self::Error>;

    /// Takes note of a replicate that could not be finished under one of the policies.
    ///
    /// # Errors
    /// As for `record`.
    fn failed(&mut self, failure: &Failure) -> Result<(), Self::Error>;
}

/// A sink that keeps nothing: for those who want the figures only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Sink for Discard {
    type Error = Infallible;

    fn record(&mut self, _policy: usize, _replicate: u32, _record: &Record) -> Result<(), Infallible> {
        Ok(())
    }

    fn failed(&mut self, _failure: &Failure) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Why a comparison stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped<E> {
    /// The machine gave no threads.
    #[error("cannot start the threads asked for: {0}")]
    Threads(String),
    /// The sink could not take a record.
    #[error("{0}")]
    Sink(E),
}

/// Runs every policy of the scenario in every replicate and sums them up; `progress` is told how many
/// replicates are done.
///
/// # Errors
/// When threads cannot be started or the sink fails. A replicate that fails does not stop the others:
/// it is listed in [`Comparison::failures`].
pub fn compare<S: Sink>(
    scenario: &Scenario,
    region: Arc<Region>,
    options: &Options,
    sink: &mut S,
    progress: impl FnMut(u64) + Send,
) -> Result<(Comparison, Vec<Trends>), Stopped<S::Error>> {
    compare_under(None, scenario, region, options, sink, progress)
}

/// As [`compare`], where there is a posterior with its parameters drawn from it, those that the scenario
/// sets excepted, and all others from their priors.
///
/// # Errors
/// As [`compare`].
pub fn compare_under<S: Sink>(
    posterior: Option<&Posterior>,
    scenario: &Scenario,
    region: Arc<Region>,
    options: &Options,
    sink: &mut S,
    mut progress: impl FnMut(u64) + Send,
) -> Result<(Comparison, Vec<Trends>), Stopped<S::Error>> {
    let runner = Runner { posterior, ..Runner::new(scenario, region, options.detail) };
    let mut collector = Collector::new(scenario, runner.simulation.region(), options.replicates.clone());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .build()
        .map_err(|error| Stopped::Threads(error.to_string()))?;
    let mut done = 0;
    pool.install(|| {
        run_in_order(
            options.replicates.clone(),
            || runner.desk(),
            |desk, replicate| runner.run(desk, replicate),
            |replicate, result| {
                match result {
                    Ok(records) => {
                        for (policy, record) in records.iter().enumerate() {
                            sink.record(policy, replicate, record)?;
                        }
                        collector.add(&records);
                    }
                    Err(failure) => {
                        sink.failed(&failure)?;
                        collector.failed(failure);
                    }
                }
                done += 1;
                progress(done);
                Ok(())
            },
        )
    })
    .map_err(Stopped::Sink)?;
    Ok(collector.finish())
}

/// What all replicates share.
struct Runner<'a> {
    simulation: Simulation,
    policies: &'a [Policy],
    base: Parameters,
    fixed: Vec<ParameterId>,
    draw: bool,
    seed: u64,
    detail: Detail,
    posterior: Option<&'a Posterior>,
}

/// What one thread reuses for all its replicates.
struct Desk {
    workspace: Workspace,
    record: Record,
}

impl<'a> Runner<'a> {
    fn new(scenario: &'a Scenario, region: Arc<Region>, detail: Detail) -> Self {
        let mut base = Parameters::default();
        for &(id, value) in &scenario.parameters {
            base.set(id, value);
        }
        Self {
            simulation: Simulation::new(region, scenario.years),
            policies: &scenario.policies,
            base,
            fixed: scenario.parameters.iter().map(|(id, _)| *id).collect(),
            draw: scenario.draw_parameters,
            seed: scenario.seed,
            detail,
            posterior: None,
        }
    }

    fn desk(&self) -> Desk {
        Desk { workspace: self.simulation.workspace(), record: Record::default() }
    }

    /// One replicate: the record of every policy.
    fn run(&self, desk: &mut Desk, replicate: u32) -> Vec<Record> {
        let parameters = self.parameters(replicate);
        self.policies
            .iter()
            .map(|policy| {
                // The record is handed over, so the next one grows to its usual size at once.
                desk.record.region.reserve_exact(usize::from(self.simulation.years()) * RegionOutcome::COUNT);
                let own = with_policy(&parameters, policy);
                let id = RunId { seed: self.seed, replicate };
                self.simulation.run(&mut desk.workspace, policy, &own, id, self.detail, &mut desk.record);
                std::mem::take(&mut desk.record)
            })
            .collect()
    }

    /// The parameters of a replicate, the same under every policy.
    fn parameters(&self, replicate: u32) -> Parameters {
        let mut own = if self.draw { self.base.drawn(&self.fixed, self.seed, replicate) } else { self.base.clone() };
        if let Some(posterior) = self.posterior {
            posterior.apply(&mut own, &self.fixed, self.seed, replicate);
        }
        own
    }
}

/// A policy's own parameters come last: they are part of what is compared.
fn with_policy(parameters: &Parameters, policy: &Policy) -> Parameters {
    let mut own = parameters.clone();
    for &(id, value) in &policy.parameters {
        own.set(id, value);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::summary::tests::{region, scenario};

    fn wedge() -> ParameterId {
        ParameterId::from_name("wedge").expect("the registry has it")
    }

    #[test]
    fn a_parameter_set_by_the_scenario_is_not_drawn_and_a_policys_own_wins() {
        let mut scenario = scenario(&["a", "b"]);
        scenario.draw_parameters = true;
        scenario.parameters = vec![(wedge(), 0.02)];
        scenario.policies[1].parameters = vec![(wedge(), 0.03)];
        let runner = Runner::new(&scenario, Arc::new(region()), Detail::Region);
        let drawn = runner.parameters(3);
        assert_eq!(drawn.get(wedge()).to_bits(), 0.02f64.to_bits());
        assert_ne!(drawn, runner.base, "the other uncertain inputs are drawn");
        assert_eq!(with_policy(&drawn, &scenario.policies[0]), drawn);
        assert_eq!(with_policy(&drawn, &scenario.policies[1]).get(wedge()).to_bits(), 0.03f64.to_bits());
    }

    #[test]
    fn under_a_posterior_its_parameters_come_from_a_particle_and_the_others_from_their_priors() {
        let mut scenario = scenario(&["a"]);
        scenario.draw_parameters = true;
        let prior = Runner::new(&scenario, Arc::new(region()), Detail::Region);
        let posterior = crate::experiments::posterior::tests::posterior();
        let runner = Runner { posterior: Some(&posterior), ..Runner::new(&scenario, Arc::new(region()), Detail::Region) };
        for replicate in 0..20 {
            let (before, after) = (prior.parameters(replicate), runner.parameters(replicate));
            for id in ParameterId::all().filter(|id| !posterior.parameters.contains(id)) {
                assert_eq!(before.get(id).to_bits(), after.get(id).to_bits(), "{}", id.info().name);
            }
            let drawn: Vec<f64> = posterior.parameters.iter().map(|id| after.get(*id)).collect();
            assert!(posterior.particles.iter().any(|particle| particle.values == drawn), "{drawn:?}");
        }
    }

    #[test]
    fn parameters_stay_as_set_where_they_are_not_to_be_drawn() {
        let scenario = scenario(&["a"]);
        let runner = Runner::new(&scenario, Arc::new(region()), Detail::Region);
        assert_eq!(runner.parameters(1), runner.base);
    }

    /// Notes the order in which records arrive and stops at a replicate.
    struct Notes(Vec<(u32, usize)>, u32);

    impl Sink for Notes {
        type Error = String;

        fn record(&mut self, policy: usize, replicate: u32, _record: &Record) -> Result<(), String> {
            self.0.push((replicate, policy));
            if replicate == self.1 { Err("disk full".to_owned()) } else { Ok(()) }
        }

        fn failed(&mut self, failure: &Failure) -> Result<(), String> {
            Err(failure.message.clone())
        }
    }

    #[test]
    fn records_reach_the_sink_by_replicate_and_policy_and_its_error_stops_the_work() {
        let scenario = scenario(&["a", "b"]);
        let options = Options { replicates: 5..20, detail: Detail::Region, threads: Some(2) };
        let mut notes = Notes(Vec::new(), 7);
        let result = compare(&scenario, Arc::new(region()), &options, &mut notes, |_| ());
        assert_eq!(result.map(|_| ()), Err(Stopped::Sink("disk full".to_owned())));
        assert_eq!(notes.0, [(5, 0), (5, 1), (6, 0), (6, 1), (7, 0)]);
    }

    #[test]
    fn progress_counts_every_replicate() {
        let scenario = scenario(&["a"]);
        let options = Options { replicates: 0..9, detail: Detail::Region, threads: Some(1) };
        let mut last = 0;
        compare(&scenario, Arc::new(region()), &options, &mut Discard, |done| last = done).expect("nothing to fail");
        assert_eq!(last, 9);
    }
}
