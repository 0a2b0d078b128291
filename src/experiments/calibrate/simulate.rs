//! What the model says to a parameter vector: the statistics of all targets.

use crate::experiments::climate::{self, Known};
use crate::futures::inputs::{Desk, Inputs, Regions, Worlds, under};
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;

use super::statistics::{Statistic, Sums};
use super::targets::{Districts, Setting, Targets};
use crate::scenario::BaselineLoss;

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
    inputs: Inputs<'a>,
    worlds: Worlds,
    /// What the climate is fitted to, and the same regions for its years; none where it is drawn.
    early: Option<(&'a BaselineLoss, Worlds)>,
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
        let scenario = &setting.scenario;
        let given = Regions::Given(setting.regions.clone());
        let regions = if setting.baseline.is_some() { given.without_climate() } else { given };
        let early = |loss: &'a BaselineLoss| (loss, Worlds::new(regions.clone(), loss.to + 1, scenario.seed));
        let asked = |policy: usize| {
            let targets = setting.targets.iter().enumerate();
            let own = targets.clone().filter(|(_, target)| target.policy == policy).map(|(place, _)| (place, false));
            let uplifts =
                targets.filter(|(_, target)| policy == 0 && matches!(target.statistic, Statistic::Uplift { .. }));
            own.chain(uplifts.map(|(place, _)| (place, true))).collect()
        };
        let first = scenario.policies.first().cloned().unwrap_or_default();
        let needs_most = setting.targets.iter().any(|target| target.statistic.detail() == Detail::District);
        Self {
            inputs: Inputs::of(scenario, None),
            early: setting.baseline.as_ref().map(early),
            worlds: Worlds::new(regions, scenario.years, scenario.seed),
            baseline: if setting.districts == Districts::Record { Policy::default() } else { first },
            asked: (0..scenario.policies.len()).map(asked).collect(),
            detail: if needs_most { Detail::District } else { Detail::Cluster },
            setting,
        }
    }

    fn answer(&self, ids: &[ParameterId], values: &[f64]) -> (f64, Vec<f64>) {
        let drawn = |replicate| self.inputs.parameters_with(ids.iter().copied().zip(values.iter().copied()), replicate);
        let drawn: Vec<Parameters> = (0..self.setting.replicates).map(drawn).collect();
        let known = self.early.as_ref().map(|(loss, worlds)| self.climate(loss, worlds, &drawn));
        let climates = |replicate| known.map_or(0.0, |known| known.of_few(replicate, self.setting.replicates));
        let mut desk = self.worlds.desk();
        let mut own = vec![[0.0; 2]; self.setting.targets.len()];
        let mut first = own.clone();
        for (policy, asked) in
            self.setting.scenario.policies.iter().zip(&self.asked).filter(|(_, asked)| !asked.is_empty())
        {
            self.runs((policy, self.detail), &climates, &drawn, &mut desk, |region, record| {
                for &(place, as_first) in asked {
                    let sums: &mut Sums = if as_first { &mut first[place] } else { &mut own[place] };
                    self.setting.targets[place].statistic.add(sums, record, region, policy);
                }
            });
        }
        let sums = own.into_iter().zip(first);
        let values =
            self.setting.targets.iter().zip(sums).map(|(target, (own, first))| target.statistic.value(own, first));
        (known.map_or(f64::NAN, |known| known.mean), values.collect())
    }

    /// What the earlier decade says of the climate under these parameters.
    fn climate(&self, loss: &BaselineLoss, worlds: &Worlds, drawn: &[Parameters]) -> Known {
        let mut desk = worlds.desk();
        let measured = climate::fit(loss, |climate| {
            let mut sums = [0.0; 2];
            let take = |region: &Region, record: &Record| {
                let [left, before] = climate::districts_left(loss, region, record);
                sums = [sums[0] + left, sums[1] + before];
            };
            self.runs((&self.baseline, climate::detail(loss)), &|_| climate, drawn, &mut desk, take);
            climate::yearly_loss(loss, sums)
        });
        Known::of(measured, loss.error, &drawn.first().cloned().unwrap_or_default())
    }

    fn runs(
        &self,
        (policy, detail): (&Policy, Detail),
        climates: Climates<'_>,
        drawn: &[Parameters],
        desk: &mut Desk<'_>,
        mut take: impl FnMut(&Region, &Record),
    ) {
        for (replicate, parameters) in (0..).zip(drawn) {
            let mut own = under(parameters, policy);
            own.propose_intercept += climates(replicate);
            let (region, record) = desk.run(replicate, (policy, &own), self.inputs.id(replicate), detail);
            take(region, record);
        }
    }
}
