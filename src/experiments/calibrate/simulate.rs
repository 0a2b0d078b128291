//! What the model says to a parameter vector: the statistics of all targets.

use std::sync::Arc;

use crate::engine::math;
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::model::simulation::{RunId, Simulation, Workspace};

use super::statistics::{Statistic, Sums};
use super::targets::{BaselineLoss, Setting, Targets};

/// Furthest that a merger climate is moved from 0, log-odds: three standard deviations of its prior.
const FURTHEST_CLIMATE: f64 = 1.8;
/// A baseline in which nothing is lost is taken for this loss, % a year, so that its logarithm exists.
const LEAST_LOSS: f64 = 0.05;
/// The climate moves only the voted mergers, not the rest of the loss: a few steps are needed.
const CLIMATE_STEPS: usize = 2;

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

#[derive(Debug)]
struct Ready<'a> {
    setting: &'a Setting,
    simulation: Simulation,
    /// For every policy, which targets need it: `true` in the pair where as the first policy of an uplift.
    asked: Vec<Vec<(usize, bool)>>,
}

impl<'a> Ready<'a> {
    fn new(setting: &'a Setting) -> Self {
        let mut region = setting.region.clone();
        if setting.baseline.is_some() {
            // The fitted climate is added to the intercept of proposals, which is the same sum.
            let neutral = Arc::make_mut(&mut region);
            neutral.rules.merger_climate = Some(0.0);
        }
        let asked = |policy: usize| {
            let targets = setting.targets.iter().enumerate();
            let own = targets.clone().filter(|(_, target)| target.policy == policy).map(|(place, _)| (place, false));
            let uplifts = targets.filter(|(_, target)| policy == 0 && matches!(target.statistic, Statistic::Uplift { .. }));
            own.chain(uplifts.map(|(place, _)| (place, true))).collect()
        };
        let asked = (0..setting.scenario.policies.len()).map(asked).collect();
        Self { setting, simulation: Simulation::new(region, setting.scenario.years), asked }
    }

    fn answer(&self, ids: &[ParameterId], values: &[f64]) -> (f64, Vec<f64>) {
        let mut workspace = self.simulation.workspace();
        let drawn: Vec<Parameters> =
            (0..self.setting.replicates).map(|replicate| self.parameters(ids, values, replicate)).collect();
        let climate = self.setting.baseline.map(|loss| self.climate(loss, &drawn, &mut workspace));
        let mut own = vec![[0.0; 2]; self.setting.targets.len()];
        let mut first = own.clone();
        for (policy, asked) in self.setting.scenario.policies.iter().zip(&self.asked).filter(|(_, asked)| !asked.is_empty()) {
            self.runs(policy, climate.unwrap_or(0.0), &drawn, &mut workspace, |record| {
                for &(place, as_first) in asked {
                    let sums: &mut Sums = if as_first { &mut first[place] } else { &mut own[place] };
                    self.setting.targets[place].statistic.add(sums, record, &self.setting.region, policy);
                }
            });
        }
        let sums = own.into_iter().zip(first);
        let values = self.setting.targets.iter().zip(sums).map(|(target, (own, first))| target.statistic.value(own, first));
        (climate.unwrap_or(f64::NAN), values.collect())
    }

    /// The climate under which the baseline loses districts as published: by Newton's method on the log of
    /// the loss, whose slope is near 1 while mergers are rare.
    fn climate(&self, loss: BaselineLoss, drawn: &[Parameters], workspace: &mut Workspace) -> f64 {
        let statistic = Statistic::LossRate { from: loss.from, to: loss.to };
        let Some(policy) = self.setting.scenario.policies.first() else { return 0.0 };
        let mut climate = 0.0;
        for _ in 0..CLIMATE_STEPS {
            let mut sums = [0.0; 2];
            self.runs(policy, climate, drawn, workspace, |record| statistic.add(&mut sums, record, &self.setting.region, policy));
            let simulated = statistic.value(sums, sums).max(LEAST_LOSS);
            climate = (climate + math::ln(loss.published / simulated)).clamp(-FURTHEST_CLIMATE, FURTHEST_CLIMATE);
        }
        climate
    }

    fn runs(
        &self,
        policy: &Policy,
        climate: f64,
        drawn: &[Parameters],
        workspace: &mut Workspace,
        mut take: impl FnMut(&Record),
    ) {
        let mut record = Record::default();
        for (replicate, parameters) in (0..).zip(drawn) {
            let mut own = parameters.clone();
            for &(id, value) in &policy.parameters {
                own.set(id, value);
            }
            own.propose_intercept += climate;
            let id = RunId { seed: self.setting.scenario.seed, replicate };
            self.simulation.run(workspace, policy, &own, id, Detail::Cluster, &mut record);
            take(&record);
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
