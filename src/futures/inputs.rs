//! What a future is given: its region, and its uncertain inputs. The one place where either is made, for all
//! experiments.
//!
//! Both depend on seed and replicate alone, so a future is the same under every policy, on every thread, in
//! every shard and in every experiment: replicate 7 of an ablation lives in the region of replicate 7 of a
//! comparison.

use std::sync::Arc;

use super::posterior::{Draw, Posterior};
use crate::diagnostics::Problems;
use crate::districts::region_file;
use crate::engine::draws::{Draws, EntityKey};
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::model::record::{Detail, Record};
use crate::model::region::Region;
use crate::model::simulation::{RunId, Simulation, Workspace};
use crate::provenance::sha256_hex;
use crate::scenario::{RegionChoice, Scenario, SyntheticRegion, load_region};

/// Where the regions of the futures come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Regions {
    /// These, at least one. Futures take turns where there are several, which then differ in what is not known of
    /// them and have the same districts.
    Given(Vec<Arc<Region>>),
    /// Drawn anew in every future; all have as many districts.
    Drawn(Box<SyntheticRegion>),
}

impl From<Arc<Region>> for Regions {
    fn from(region: Arc<Region>) -> Self {
        Self::Given(vec![region])
    }
}

impl Regions {
    /// As the scenario says: from its file or drawn once with the seed, then the same in all futures, or drawn
    /// anew in each.
    ///
    /// # Errors
    /// Every problem of the region file.
    pub fn of(choice: &RegionChoice, seed: u64) -> Result<Self, Problems> {
        match choice {
            RegionChoice::Synthetic(figures) if figures.redraw => Ok(Self::Drawn(figures.clone())),
            RegionChoice::Synthetic(_) | RegionChoice::File(_) | RegionChoice::Shipped(_) => {
                Ok(Arc::new(load_region(choice, seed)?).into())
            }
        }
    }

    /// Whether every future draws a region of its own.
    #[must_use]
    pub fn drawn_anew(&self) -> bool {
        matches!(self, Self::Drawn(_))
    }

    /// How many districts each of them starts with.
    #[must_use]
    pub fn districts(&self) -> usize {
        match self {
            Self::Given(regions) => regions[0].districts.len(),
            Self::Drawn(figures) => usize::from(figures.spec.districts),
        }
    }

    /// The region of a future.
    #[must_use]
    pub fn of_future(&self, seed: u64, replicate: u32) -> Arc<Region> {
        match self {
            Self::Given(regions) => Arc::clone(&regions[replicate as usize % regions.len()]),
            Self::Drawn(figures) => Arc::new(figures.draw(seed_of(seed, replicate))),
        }
    }

    /// The regions of the first futures, made once for those who run the same futures over and over: as many as there
    /// are futures, but at most `most`, on which the futures then take turns.
    #[must_use]
    pub fn of_futures(self, seed: u64, futures: u32, most: u32) -> Vec<Arc<Region>> {
        match self {
            Self::Given(regions) => regions,
            Self::Drawn(_) => (0..futures.clamp(1, most)).map(|replicate| self.of_future(seed, replicate)).collect(),
        }
    }

    /// The same regions without a merger climate of their own, for those who fit one: the fitted climate is added
    /// to the intercept of proposals, which is the same sum.
    #[must_use]
    pub fn without_climate(mut self) -> Self {
        const NONE: Option<f64> = Some(0.0);
        match &mut self {
            Self::Given(regions) => {
                for region in regions {
                    Arc::make_mut(region).rules.merger_climate = NONE;
                }
            }
            Self::Drawn(figures) => figures.rules.merger_climate = NONE,
        }
        self
    }

    /// A digest of all that the regions depend on beside seed and replicate.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = match self {
            Self::Given(regions) => regions.iter().map(|region| region_file::write(region)).collect(),
            Self::Drawn(figures) => format!("{figures:?}"),
        };
        sha256_hex(text.as_bytes())
    }
}

/// The seed with which a future draws its region: one that `--seed` can be given too.
fn seed_of(seed: u64, replicate: u32) -> u64 {
    let [bits, _] =
        Draws::new(seed, replicate, Draws::BEFORE).bits(EntityKey::from_name("region of a future"), Draw::Region);
    bits >> 1
}

/// Where the uncertain inputs of the futures come from.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// What the scenario sets; all else at its default.
    base: Parameters,
    /// Those that it sets: they are never drawn.
    fixed: Vec<ParameterId>,
    /// Whether the others are drawn from their priors in every replicate.
    draw: bool,
    seed: u64,
    posterior: Option<&'a Posterior>,
}

impl<'a> Inputs<'a> {
    /// Those of a scenario; where there is a posterior, its parameters come from it, unless the scenario sets them.
    #[must_use]
    pub fn of(scenario: &Scenario, posterior: Option<&'a Posterior>) -> Self {
        let mut base = Parameters::default();
        for &(id, value) in &scenario.parameters {
            base.set(id, value);
        }
        let fixed = scenario.parameters.iter().map(|(id, _)| *id).collect();
        Self { base, fixed, draw: scenario.draw_parameters, seed: scenario.seed, posterior }
    }

    /// The same with a seed other than the scenario's.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The name of the posterior, if there is one.
    #[must_use]
    pub fn posterior_name(&self) -> Option<&str> {
        self.posterior.map(|posterior| posterior.name.as_str())
    }

    /// The digest of the posterior, or `none`.
    #[must_use]
    pub fn posterior_digest(&self) -> String {
        self.posterior.map_or_else(|| "none".to_owned(), Posterior::digest)
    }

    /// The run of a replicate.
    #[must_use]
    pub fn id(&self, replicate: u32) -> RunId {
        RunId { seed: self.seed, replicate }
    }

    /// The parameters of a replicate, the same under every policy.
    #[must_use]
    pub fn parameters(&self, replicate: u32) -> Parameters {
        let mut own = if self.draw { self.base.drawn(&self.fixed, self.seed, replicate) } else { self.base.clone() };
        if let Some(posterior) = self.posterior {
            posterior.apply(&mut own, &self.fixed, self.seed, replicate);
        }
        own
    }

    /// The same with some of them given, but for those that the scenario sets.
    #[must_use]
    pub fn parameters_with(&self, given: impl Iterator<Item = (ParameterId, f64)>, replicate: u32) -> Parameters {
        let mut own = self.parameters(replicate);
        for (id, value) in given.filter(|(id, _)| !self.fixed.contains(id)) {
            own.set(id, value);
        }
        own
    }
}

/// A policy's own parameters come last: they are part of what is compared.
#[must_use]
pub fn under(parameters: &Parameters, policy: &Policy) -> Parameters {
    let mut own = parameters.clone();
    for &(id, value) in &policy.parameters {
        own.set(id, value);
    }
    own
}

/// The regions of the futures, made ready for runs of a number of years.
#[derive(Debug)]
pub struct Worlds {
    regions: Regions,
    /// One for each given region.
    ready: Vec<Simulation>,
    years: u16,
    seed: u64,
}

impl Worlds {
    /// Makes given regions ready at once; those that are drawn are made ready future by future.
    #[must_use]
    pub fn new(regions: Regions, years: u16, seed: u64) -> Self {
        let ready = match &regions {
            Regions::Given(given) => given.iter().map(|region| Simulation::new(Arc::clone(region), years)).collect(),
            Regions::Drawn(_) => Vec::new(),
        };
        Self { regions, ready, years, seed }
    }

    /// Years of a run.
    #[must_use]
    pub fn years(&self) -> u16 {
        self.years
    }

    /// Where the regions come from.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// A place of work for one thread.
    #[must_use]
    pub fn desk(&self) -> Desk<'_> {
        Desk { worlds: self, at: None, spaces: Vec::new(), record: Record::default() }
    }

    fn at(&self, future: u32) -> At {
        let (simulation, space) = match &self.regions {
            Regions::Given(_) => {
                let place = future as usize % self.ready.len();
                (self.ready[place].clone(), place)
            }
            // Memory is made for a number of districts, which all drawn regions share.
            Regions::Drawn(_) => (Simulation::new(self.regions.of_future(self.seed, future), self.years), 0),
        };
        At { future, simulation, space }
    }
}

/// One thread's place of work: the future in hand, and memory that is reused.
#[derive(Debug)]
pub struct Desk<'a> {
    worlds: &'a Worlds,
    at: Option<At>,
    /// One for each given region, or one for all that are drawn.
    spaces: Vec<Option<Workspace>>,
    record: Record,
}

/// The future in hand.
#[derive(Debug)]
struct At {
    future: u32,
    simulation: Simulation,
    space: usize,
}

/// What a run needs beside a policy and parameters.
#[derive(Debug)]
pub struct Tools<'a> {
    /// The region of the future, made ready.
    pub simulation: &'a Simulation,
    /// The thread's memory.
    pub workspace: &'a mut Workspace,
    /// Where a run leaves what happened.
    pub record: &'a mut Record,
}

impl Desk<'_> {
    /// Takes a future in hand: its region is drawn and made ready once, however many policies are run in it.
    pub fn take(&mut self, future: u32) -> Tools<'_> {
        let Self { worlds, at, spaces, record } = self;
        at.take_if(|at| at.future != future);
        let At { simulation, space, .. } = at.get_or_insert_with(|| worlds.at(future));
        if spaces.len() <= *space {
            spaces.resize_with(*space + 1, || None);
        }
        let workspace = spaces[*space].get_or_insert_with(|| simulation.workspace());
        Tools { simulation, workspace, record }
    }

    /// Runs a policy in the region of a future; gives the region and what the run left. The parameters are those
    /// of the policy ([`under`]).
    pub fn run(
        &mut self,
        future: u32,
        (policy, parameters): (&Policy, &Parameters),
        id: RunId,
        detail: Detail,
    ) -> (&Region, &Record) {
        let Tools { simulation, workspace, record } = self.take(future);
        simulation.run(workspace, policy, parameters, id, detail, record);
        (simulation.region(), record)
    }
}

#[cfg(test)]
mod tests {
    use super::super::posterior::tests::posterior;
    use super::*;
    use crate::experiments::summary::tests::{region, scenario};

    fn wedge() -> ParameterId {
        ParameterId::from_name("wedge").expect("the registry has it")
    }

    fn drawn() -> Regions {
        let mut figures = SyntheticRegion::default();
        figures.spec.districts = 12;
        Regions::Drawn(Box::new(figures))
    }

    #[test]
    fn every_future_draws_a_region_of_its_own_and_always_the_same_one() {
        let regions = drawn();
        for replicate in 0..5 {
            let region = regions.of_future(3, replicate);
            assert_eq!(region, drawn().of_future(3, replicate));
            assert_eq!(region.districts.len(), 12);
            for (seed, other) in [(3, replicate + 1), (4, replicate)] {
                assert_ne!(region.districts, regions.of_future(seed, other).districts, "{seed} {other}");
            }
        }
    }

    #[test]
    fn a_region_that_is_given_is_the_same_in_all_futures_and_several_take_turns() {
        let one = Regions::from(Arc::new(region()));
        assert_eq!((one.of_future(1, 0), one.drawn_anew()), (one.of_future(9, 77), false));
        let other = Region { title: "another".to_owned(), ..region() };
        let two = Regions::Given(vec![Arc::new(region()), Arc::new(other.clone())]);
        assert_eq!([4, 5].map(|replicate| two.of_future(1, replicate).title.clone()), [region().title, other.title]);
    }

    #[test]
    fn only_a_scenario_that_says_so_draws_its_region_once() {
        let mut figures = SyntheticRegion::default();
        assert!(Regions::of(&RegionChoice::Synthetic(Box::new(figures.clone())), 1).expect("no file").drawn_anew());
        figures.redraw = false;
        let once = Regions::of(&RegionChoice::Synthetic(Box::new(figures.clone())), 1).expect("no file");
        assert_eq!(*once.of_future(1, 6), figures.draw(1));
        assert_ne!(once.digest(), Regions::Drawn(Box::new(figures)).digest());
    }

    #[test]
    fn a_fitted_climate_replaces_that_of_every_region() {
        for regions in [drawn(), Regions::from(Arc::new(region()))] {
            let rules = regions.without_climate().of_future(2, 3).rules.clone();
            assert_eq!(rules.merger_climate.map(f64::to_bits), Some(0.0f64.to_bits()));
        }
    }

    #[test]
    fn a_run_is_the_same_whatever_the_desk_did_before() {
        let worlds = Worlds::new(drawn(), 6, 5);
        let (policy, parameters) = (Policy::default(), Parameters::default());
        let mut used = worlds.desk();
        for replicate in [0, 1, 4, 1, 0] {
            let id = RunId { seed: 5, replicate };
            // As text, in which figures that are not defined are alike.
            let run = |desk: &mut Desk<'_>| {
                let (region, record) = desk.run(replicate, (&policy, &parameters), id, Detail::District);
                (region.clone(), format!("{record:?}"))
            };
            assert!(run(&mut used) == run(&mut worlds.desk()), "replicate {replicate}");
        }
    }

    #[test]
    fn a_parameter_set_by_the_scenario_is_not_drawn_and_a_policys_own_wins() {
        let mut scenario = scenario(&["a", "b"]);
        scenario.draw_parameters = true;
        scenario.parameters = vec![(wedge(), 0.02)];
        scenario.policies[1].parameters = vec![(wedge(), 0.03)];
        let inputs = Inputs::of(&scenario, None);
        let drawn = inputs.parameters(3);
        assert_eq!(drawn.get(wedge()).to_bits(), 0.02f64.to_bits());
        assert_ne!(drawn, inputs.base, "the other uncertain inputs are drawn");
        assert_eq!(under(&drawn, &scenario.policies[0]), drawn);
        assert_eq!(under(&drawn, &scenario.policies[1]).get(wedge()).to_bits(), 0.03f64.to_bits());
        assert_eq!(inputs.parameters_with([(wedge(), 0.5)].into_iter(), 3), drawn, "what is set is not given either");
    }

    #[test]
    fn under_a_posterior_its_parameters_come_from_a_particle_and_the_others_from_their_priors() {
        let mut scenario = scenario(&["a"]);
        scenario.draw_parameters = true;
        let posterior = posterior();
        let (prior, inputs) = (Inputs::of(&scenario, None), Inputs::of(&scenario, Some(&posterior)));
        for replicate in 0..20 {
            let (before, after) = (prior.parameters(replicate), inputs.parameters(replicate));
            for id in ParameterId::all().filter(|id| !posterior.parameters.contains(id)) {
                assert_eq!(before.get(id).to_bits(), after.get(id).to_bits(), "{}", id.info().name);
            }
            let drawn: Vec<f64> = posterior.parameters.iter().map(|id| after.get(*id)).collect();
            assert!(posterior.particles.iter().any(|particle| particle.values == drawn), "{drawn:?}");
        }
    }

    #[test]
    fn parameters_stay_as_set_where_they_are_not_to_be_drawn() {
        let inputs = Inputs::of(&scenario(&["a"]), None);
        assert_eq!(inputs.parameters(1), inputs.base);
    }
}
