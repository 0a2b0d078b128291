//! A question: what is asked of which region, under what is known of the uncertain inputs. One value that an
//! experiment is given, read from files or put together in memory.

use super::inputs::{Inputs, Regions, Worlds};
use super::posterior::Posterior;
use crate::diagnostics::Problems;
use crate::model::parameters::{ParameterId, Parameters};
use crate::model::policy::Policy;
use crate::provenance::sha256_hex;
use crate::scenario::Scenario;

/// What an experiment is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Years, seed, policies, and the parameters that are set.
    pub scenario: Scenario,
    /// The regions of the futures: those of the scenario, or others in their place.
    pub regions: Regions,
    /// Where parameters come from that the scenario does not set; none: all from their priors.
    pub posterior: Option<Posterior>,
}

impl Question {
    /// A scenario with the region that it names: read from its file, drawn once with its seed, or drawn anew in every
    /// future, as it says.
    ///
    /// # Errors
    /// Every problem of the region file.
    pub fn of(scenario: Scenario) -> Result<Self, Problems> {
        let regions = Regions::of(&scenario.region, scenario.seed)?;
        Ok(Self { scenario, regions, posterior: None })
    }

    /// A scenario in given regions, whatever region it names.
    #[must_use]
    pub fn in_regions(scenario: Scenario, regions: impl Into<Regions>) -> Self {
        Self { scenario, regions: regions.into(), posterior: None }
    }

    /// The same under a posterior, or under the priors.
    #[must_use]
    pub fn under(self, posterior: Option<Posterior>) -> Self {
        Self { posterior, ..self }
    }

    /// The same with one more policy to compare, the last.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.scenario.policies.push(policy);
        self
    }

    /// The same with a parameter set for all policies; it is then not drawn.
    #[must_use]
    pub fn with_parameter(mut self, id: ParameterId, value: f64) -> Self {
        self.scenario.parameters.retain(|(other, _)| *other != id);
        self.scenario.parameters.push((id, value));
        self
    }

    /// The uncertain inputs of its futures.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs::of(&self.scenario, self.posterior.as_ref())
    }

    /// The parameters that differ from future to future, in the order of the registry.
    #[must_use]
    pub fn drawn(&self) -> Vec<ParameterId> {
        let of_posterior = |id: &ParameterId| self.posterior.as_ref().is_some_and(|it| it.parameters.contains(id));
        let set = |id: &ParameterId| self.scenario.parameters.iter().any(|(other, _)| other == id);
        let differs = |id: &ParameterId| of_posterior(id) || self.scenario.draw_parameters && id.info().prior.is_some();
        ParameterId::all().filter(|id| differs(id) && !set(id)).collect()
    }

    /// The regions of its futures, made ready for runs.
    #[must_use]
    pub fn worlds(&self) -> Worlds {
        Worlds::new(self.regions.clone(), self.scenario.years, self.scenario.seed)
    }

    /// What results depend on, name and value: digests of what the question resolves to, not of the text that it was
    /// read from, so that a comment in a file changes nothing and a change in memory does.
    #[must_use]
    pub fn facts(&self) -> Vec<(String, String)> {
        let Scenario { years, seed, draw_parameters, parameters, policies, .. } = &self.scenario;
        let mut base = Parameters::default();
        for &(id, value) in parameters {
            base.set(id, value);
        }
        let set: Vec<_> = parameters.iter().map(|(id, _)| id.info().name).collect();
        let digest = |text: String| sha256_hex(text.as_bytes());
        let facts = [
            ("policies", digest(format!("{policies:?}"))),
            ("parameters", digest(format!("{base:?} {set:?} {draw_parameters}"))),
            ("region", self.regions.digest()),
            ("posterior", self.posterior.as_ref().map_or_else(|| "none".to_owned(), Posterior::digest)),
            ("years", years.to_string()),
            ("seed", seed.to_string()),
        ];
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// One digest of all that results depend on beside the program and the number of futures.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256_hex(format!("{:?}", self.facts()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiments::summary::tests::{region, scenario};
    use crate::futures::posterior::tests::posterior;

    fn question() -> Question {
        Question::in_regions(scenario(&["a", "b"]), Arc::new(region()))
    }

    fn wedge() -> ParameterId {
        ParameterId::from_name("wedge").expect("the registry has it")
    }

    #[test]
    fn the_digest_is_of_what_a_question_means_and_not_of_its_text() {
        let digest = question().digest();
        let mut other = question();
        other.scenario.text.push_str("\n# a comment");
        other.scenario.title = "another title".to_owned();
        assert_eq!(other.digest(), digest);
        let mut years = question();
        years.scenario.years += 1;
        let mut seed = question();
        seed.scenario.seed += 1;
        let mut place = region();
        place.districts[0].pupils[3] += 1.0;
        let changed = [
            years,
            seed,
            question().with_policy(Policy::default()),
            question().with_parameter(wedge(), 0.5),
            question().under(Some(posterior())),
            Question { regions: Arc::new(place).into(), ..question() },
        ];
        let mut digests: Vec<String> = changed.iter().map(Question::digest).chain([digest]).collect();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 7);
    }

    #[test]
    fn what_is_said_to_be_drawn_is_what_differs_between_futures() {
        let mut asked = question();
        assert!(asked.drawn().is_empty(), "a scenario that draws nothing");
        for posterior in [None, Some(posterior())] {
            for draw in [false, true] {
                asked = question().under(posterior.clone()).with_parameter(wedge(), 0.02);
                asked.scenario.draw_parameters = draw;
                let inputs = asked.inputs();
                let futures: Vec<Parameters> = (0..40).map(|replicate| inputs.parameters(replicate)).collect();
                let differs = |id: &ParameterId| {
                    futures.iter().any(|own| own.get(*id).to_bits() != futures[0].get(*id).to_bits())
                };
                assert_eq!(asked.drawn(), ParameterId::all().filter(differs).collect::<Vec<_>>());
            }
        }
    }
}
