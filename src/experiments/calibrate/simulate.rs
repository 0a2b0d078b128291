//! What the model says to a parameter vector: the statistics of all targets.

use std::sync::Arc;

use crate::experiments::climate::{self, Known};
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;
use crate::model::simulation::{RunId, Simulation, Workspace};
use crate::scenario::BaselineLoss;

use super::statistics::{Statistic, Sums};
use super::targets::{Districts, Setting, Targets};

/// The settings of a targets file, made ready: distances are worked out once.
#[derive(Debug)]
pub struct Simulator<'a> {
    parameters: &'a [ParameterId],
    ready: Vec<Ready<'a>>,
}

/// What the model says to a parameter vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The statistic of each target, in the order of the file; not a number where it is not defined.
    pub statistics: Vec<f64>,
    /// The merger climate fitted in each setting; not a number where it is drawn.
    pub climates: Vec<f64>,
}

impl<'a> Simulator<'a> {
    /// Makes the settings ready.
    #[must_use]
    pub fn new(targets: &'a Targets) -> Self {
        Self { parameters: &targets.parameters, ready: targets.settings.iter().map(Ready::new).collect() }
    }

    /// Simulates every setting under a parameter vector; the same replicates and draws for every vector.
    #[must_use]
    pub fn answer(&self, values: &[f64]) -> Answer {
        let mut answer = Answer { statistics: Vec::new(), climates: Vec::new() };
        for ready in &self.ready {
            let (climate, statistics) = ready.answer(self.parameters, values);
            answer.climates.push(climate);
            answer.statistics.extend(statistics);
        }
        answer
    }
}

fn workspaces(simulations: &[Simulation]) -> Vec<Workspace> {
    simulations.iter().map(Simulation::workspace).collect()
}

#[derive(Debug)]
struct Ready<'a> {
    setting: &'a Setting,
    /// One for each region; the replicates take turns.
    simulations: Vec<Simulation>,
    /// The same for the years to which the climate is fitted; none where it is not.
    early: Vec<Simulation>,
    /// What the merger climate is fitted under.
    baseline: Policy,
    /// For every policy, which targets need it: `true` in the pair where as the first policy of an uplift.
    asked: Vec<Vec<(usize, bool)>>,
    /// How much of a run the targets need.
    detail: Detail,
}

/// The merger climate of every replicate.
type Climates<'a> = &'a dyn Fn(u32) -> f64;

impl<'a> Ready<'a> {
    fn new(setting: &'a Setting) -> Self {
        let simulation = |region: &Arc<Region>, years: u16| {
            let mut region = Arc::clone(region);
            if setting.baseline.is_some() {
                // The fitted climate is added to the intercept of proposals, which is the same sum.
                Arc::make_mut(&mut region).rules.merger_climate = Some(0.0);
            }
            Simulation::new(region, years)
        };
        let early = |loss: &BaselineLoss| setting.regions.iter().map(|region| simulation(region, loss.to + 1)).collect();
        let asked = |policy: usize| {
            let targets = setting.targets.iter().enumerate();
            let own = targets.clone().filter(|(_, target)| target.policy == policy).map(|(place, _)| (place, false));
            let uplifts = targets.filter(|(_, target)| policy == 0 && matches!(target.statistic, Statistic::Uplift { .. }));
            own.chain(uplifts.map(|(place, _)| (place, true))).collect()
        };
        let first = setting.scenario.policies.first().cloned().unwrap_or_default();
        let needs_most = setting.targets.iter().any(|target| target.statistic.detail() == Detail::District);
        Self {
            simulations: setting.regions.iter().map(|region| simulation(region, setting.scenario.years)).collect(),
            early: setting.baseline.as_ref().map(early).unwrap_or_default(),
            baseline: if setting.districts == Districts::Record { Policy::default() } else { first },
            asked: (0..setting.scenario.policies.len()).map(asked).collect(),
            detail: if needs_most { Detail::District } else { Detail::Cluster },
            setting,
        }
    }

    fn answer(&self, ids: &[ParameterId], values: &[f64]) -> (f64, Vec<f64>) {
        let drawn: Vec<Parameters> =
            (0..self.setting.replicates).map(|replicate| self.parameters(ids, values, replicate)).collect();
        let known = self.setting.baseline.as_ref().map(|loss| self.climate(loss, &drawn));
        let climates = |replicate| known.map_or(0.0, |known| known.of_few(replicate, self.setting.replicates));
        let mut desk = workspaces(&self.simulations);
        let mut own = vec![[0.0; 2]; self.setting.targets.len()];
        let mut first = own.clone();
        for (policy, asked) in self.setting.scenario.policies.iter().zip(&self.asked).filter(|(_, asked)| !asked.is_empty()) {
            self.runs((&self.simulations, policy, self.detail), &climates, &drawn, &mut desk, |region, record| {
                for &(place, as_first) in asked {
                    let sums: &mut Sums = if as_first { &mut first[place] } else { &mut own[place] };
                    self.setting.targets[place].statistic.add(sums, record, region, policy);
                }
            });
        }
        let sums = own.into_iter().zip(first);
        let values = self.setting.targets.iter().zip(sums).map(|(target, (own, first))| target.statistic.value(own, first));
        (known.map_or(f64::NAN, |known| known.mean), values.collect())
    }

    /// What the earlier decade says of the climate under these parameters.
    fn climate(&self, loss: &BaselineLoss, drawn: &[Parameters]) -> Known {
        let mut desk = workspaces(&self.early);
        let measured = climate::fit(loss, |climate| {
            let mut sums = [0.0; 2];
            let take = |region: &Region, record: &Record| {
                let [left, before] = climate::districts_left(loss, region, record);
                sums = [sums[0] + left, sums[1] + before];
            };
            let runs = (self.early.as_slice(), &self.baseline, climate::detail(loss));
            self.runs(runs, &|_| climate, drawn, &mut desk, take);
            climate::yearly_loss(loss, sums)
        });
        Known::of(measured, loss.error, &drawn.first().cloned().unwrap_or_default())
    }

    fn runs(
        &self,
        (simulations, policy, detail): (&[Simulation], &Policy, Detail),
        climates: Climates<'_>,
        drawn: &[Parameters],
        desk: &mut [Workspace],
        mut take: impl FnMut(&Region, &Record),
    ) {
        let mut record = Record::default();
        for ((replicate, parameters), place) in (0..).zip(drawn).zip((0..simulations.len()).cycle()) {
            let mut own = parameters.clone();
            for &(id, value) in &policy.parameters {
                own.set(id, value);
            }
            own.propose_intercept += climates(replicate);
            let id = RunId { seed: self.setting.scenario.seed, replicate };
            let simulation = &simulations[place];
            simulation.run(&mut desk[place], policy, &own, id, detail, &mut record);
            take(simulation.region(), &record);
        }
    }

    /// Those that are calibrated from the vector, those that the scenario sets, the rest from their priors.
    fn parameters(&self, ids: &[ParameterId], values: &[f64], replicate: u32) -> Parameters {
        let scenario = &self.setting.scenario;
        let mut base = Parameters::default();
        for &(id, value) in &scenario.parameters {
            base.set(id, value);
        }
        let fixed: Vec<ParameterId> = scenario.parameters.iter().map(|(id, _)| *id).collect();
        let mut own = if scenario.draw_parameters { base.drawn(&fixed, scenario.seed, replicate) } else { base };
        for (&id, &value) in ids.iter().zip(values).filter(|(id, _)| !fixed.contains(id)) {
            own.set(id, value);
        }
        own
    }
}
