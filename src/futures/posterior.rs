//! A posterior: what calibration leaves of the uncertain parameters, as a file under which any experiment
//! can run.
//!
//! It is a list of weighted parameter vectors (particles). Each replicate draws one of them, so that what
//! the data say of parameters *together* is kept; uncertain inputs that it does not hold are drawn from
//! their priors as before.

use std::path::Path;

use toml::de::DeValue;

use crate::diagnostics::{Problem, nearest};
use crate::engine::draws::{Draws, EntityKey};
use crate::input::{self, List, Number, Shape, Spot, Table, Text, Whole};
use crate::model::parameters::{ParameterId, Parameters};
use crate::provenance::sha256_hex;

pub use crate::diagnostics::Problems;

/// Most particles of a file.
const MOST_PARTICLES: usize = 100_000;

/// Draws that are of experiments and not of the model; numbers from 1,000 up, so that they never meet
/// those of the model's decisions.
#[derive(Debug, Clone, Copy)]
#[repr(u16)]
#[cfg_attr(not(feature = "files"), allow(dead_code, reason = "a number keeps its place whoever draws"))]
pub(crate) enum Draw {
    /// Which particle a replicate runs under, or which one a new particle is moved from.
    Particle = 1_000,
    /// A parameter of a new particle.
    Move = 1_001,
    /// What is not known of a state's merger climate after its earlier decade.
    Climate = 1_002,
    /// The seed of a future's region.
    Region = 1_003,
}

impl crate::engine::draws::Decision for Draw {
    fn number(self) -> u16 {
        self as u16
    }
}

/// One parameter vector with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Particle {
    /// Its probability under the posterior.
    pub weight: f64,
    /// The values, in the order of the posterior's parameters.
    pub values: Vec<f64>,
}

/// A posterior over some of the uncertain parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// What was calibrated, for people.
    pub name: String,
    /// The digest of the targets and all that they name.
    pub targets_sha256: String,
    /// The program that made it.
    pub program: String,
    /// The seed of the calibration.
    pub seed: u64,
    /// The largest distance of a particle from the targets.
    pub tolerance: f64,
    /// The parameters that it holds.
    pub parameters: Vec<ParameterId>,
    /// The particles.
    pub particles: Vec<Particle>,
}

impl Posterior {
    /// Sets the parameters of a replicate to those of the particle that it draws, but for `fixed` ones.
    pub fn apply(&self, parameters: &mut Parameters, fixed: &[ParameterId], seed: u64, replicate: u32) {
        let u = Draws::new(seed, replicate, Draws::BEFORE).uniform(EntityKey::from_name("posterior"), Draw::Particle);
        let weights = self.particles.iter().map(|particle| particle.weight);
        let Some(particle) = pick(weights, u).and_then(|place| self.particles.get(place)) else { return };
        for (&id, &value) in self.parameters.iter().zip(&particle.values).filter(|(id, _)| !fixed.contains(id)) {
            parameters.set(id, value);
        }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let names: Vec<String> = self.parameters.iter().map(|id| quoted(id.info().name)).collect();
        let mut text = format!(
            "{HEADER}\nname = {}\nparticles = {}\ntargets_sha256 = {}\nprogram = {}\nseed = {}\ntolerance = {:?}\nparameters = [\n  {},\n]\n",
            quoted(&self.name),
            self.particles.len(),
            quoted(&self.targets_sha256),
            quoted(&self.program),
            // TOML has no larger whole numbers.
            if self.seed > i64::MAX as u64 { quoted(&self.seed.to_string()) } else { self.seed.to_string() },
            self.tolerance,
            names.join(",\n  ")
        );
        for particle in &self.particles {
            let values: Vec<String> = particle.values.iter().map(|value| format!("{value:?}")).collect();
            text.push_str(&format!(
                "\n[[particle]]\nweight = {:?}\nvalues = [{}]\n",
                particle.weight,
                values.join(", ")
            ));
        }
        text
    }

    /// The digest of the file's text.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256_hex(self.text().as_bytes())
    }
}

const HEADER: &str = "\
# A posterior of `barnraise calibrate`: parameter vectors and their weights. Each future of an experiment
# that is run with --posterior draws one of them; uncertain parameters that are not listed here are not
# informed by the targets and keep their priors.
";

/// The place of the weight in whose share of the whole `u` (0–1) falls; None where there is none.
pub(crate) fn pick(weights: impl Iterator<Item = f64> + Clone, u: f64) -> Option<usize> {
    let whole: f64 = weights.clone().sum();
    let mut below = 0.0;
    let mut last = None;
    for (place, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        below += weight;
        last = Some(place);
        if u * whole < below {
            break;
        }
    }
    last
}

/// Reads a posterior file.
///
/// # Errors
/// Every problem of the file at once.
pub fn read(path: &Path) -> Result<Posterior, Problems> {
    let text = input::text_of(path, "posterior")?;
    parse(&text, &path.display().to_string())
}

/// Reads the text of a posterior; `name` is the file that its problems name.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, name: &str) -> Result<Posterior, Problems> {
    input::read(name, text, "the posterior", form)
}

fn form(table: &mut Table<'_>) -> Posterior {
    let parameters = parameters(table, "The parameters that it holds, by their names in `barnraise describe`.");
    let sound = table.sound();
    let expected = sound.then_some(parameters.as_slice());
    let particles = table.some_tables("particle", "One parameter vector.", |table| particle(table, expected));
    let count = table.optional("particles", PARTICLES, &Whole::new("", 1, i64::from(MOST_PARTICLES as u32)));
    if let Some(count) = count.filter(|count| table.sound() && *count as usize != particles.len()) {
        let what = format!("the posterior says that it has {count} particles, but {} are there", particles.len());
        let problem = Problem::new(table.place("particles"), what).expected("as many `[[particle]]` as it says");
        table.push(
            problem.hint("the file may be cut off: copy it again; if you have changed it, change `particles` too"),
        );
    }
    if particles.len() > MOST_PARTICLES {
        let problem = Problem::new(table.here(), format!("the posterior has {} particles", particles.len()));
        table.push(problem.expected(format!("at most {MOST_PARTICLES}")));
    }
    Posterior {
        name: table.required("name", "What was calibrated.", &Text),
        targets_sha256: table.required("targets_sha256", "The digest of the targets.", &Text),
        program: table.required("program", "The program that made it.", &Text),
        seed: table.required("seed", "The seed of the calibration; above 9223372036854775807 in quotes.", &Seed),
        tolerance: table.required(
            "tolerance",
            "The largest distance of a particle from the targets.",
            &Number::new("", 0.0, f64::INFINITY),
        ),
        parameters,
        particles,
    }
}

const PARTICLES: &str = "How many `[[particle]]` the file has; with it, a file that was cut off is told.";

/// A seed of 64 bits: a whole number, or one in quotes, because TOML has none above 9223372036854775807.
struct Seed;

impl Shape for Seed {
    type Out = u64;

    fn expected(&self) -> String {
        format!("a whole number from 0 to {}, in quotes above {}", u64::MAX, i64::MAX)
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$" })
    }

    fn json(&self, value: &u64) -> serde_json::Value {
        serde_json::json!(value)
    }

    fn stand_in(&self) -> u64 {
        0
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<u64> {
        if let DeValue::String(text) = value
            && let Ok(seed) = text.parse()
        {
            return Some(seed);
        }
        Whole::new("", 0, i64::MAX).read(value, spot).and_then(|seed| u64::try_from(seed).ok())
    }
}

/// A list of parameters' names, each once and each an uncertain input.
pub(crate) fn parameters(table: &mut Table<'_>, doc: &str) -> Vec<ParameterId> {
    let names = List { of: Text, least: 1, most: usize::MAX };
    let given = table.required("parameters", doc, &names);
    let mut ids: Vec<ParameterId> = Vec::new();
    for name in given.iter().filter(|name| !name.is_empty()) {
        match ParameterId::from_name(name) {
            Some(id) if ids.contains(&id) => {
                let problem =
                    Problem::new(table.place("parameters"), format!("the parameter `{name}` is listed twice"));
                table.push(problem.expected("each parameter once"));
            }
            Some(id) if id.info().prior.is_none() => {
                let what = format!("the parameter `{name}` is not an uncertain input: it has no plausible range");
                table.push(
                    Problem::new(table.place("parameters"), what).expected(
                        "parameters that `barnraise describe --only parameters` shows with a plausible range",
                    ),
                );
            }
            Some(id) => ids.push(id),
            None => {
                let problem = Problem::new(table.place("parameters"), format!("there is no parameter `{name}`"));
                let all = ParameterId::all().map(|id| id.info().name);
                let hint = nearest(name, all).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
                table.push(problem.expected("names that `barnraise describe --only parameters` lists").hint(hint));
            }
        }
    }
    ids
}

/// One particle; its values are checked where the parameters are known.
fn particle(table: &mut Table<'_>, parameters: Option<&[ParameterId]>) -> Particle {
    let weight =
        table.required("weight", "Its probability under the posterior.", &Number::above("", 0.0, f64::INFINITY));
    let before = table.found();
    let values = List { of: Number::new("", f64::NEG_INFINITY, f64::INFINITY), least: 1, most: usize::MAX };
    let values = table.required("values", "The values, in the order of `parameters`.", &values);
    if let Some(parameters) = parameters.filter(|_| table.found() == before && table.has("values")) {
        check(table, parameters, &values);
    }
    Particle { weight, values }
}

fn check(table: &Table<'_>, parameters: &[ParameterId], values: &[f64]) {
    if values.len() != parameters.len() {
        let what = format!("a particle has {} values for {} parameters", values.len(), parameters.len());
        table.push(
            Problem::new(table.place("values"), what).expected("one value for each of `parameters`, in their order"),
        );
        return;
    }
    for (id, value) in parameters.iter().zip(values) {
        let info = id.info();
        let (low, high) = info.range;
        if !(low..=high).contains(value) {
            let what = format!("`{}` is {value}, out of its range", info.name);
            let range = Number::new(info.unit, low, high);
            table.push(Problem::new(table.place("values"), what).expected(range.expected()));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn id(name: &str) -> ParameterId {
        ParameterId::from_name(name).expect("the registry has it")
    }

    /// Two parameters that move together: the second particle weighs three times the first.
    pub(crate) fn posterior() -> Posterior {
        Posterior {
            name: "a trial".into(),
            targets_sha256: "abc".into(),
            program: "0".into(),
            seed: 3,
            tolerance: 1.25,
            parameters: vec![id("wedge"), id("found_grant")],
            particles: vec![
                Particle { weight: 0.1, values: vec![0.001, 1.2] },
                Particle { weight: 0.3, values: vec![0.009, 1.8] },
            ],
        }
    }

    #[test]
    fn a_posterior_read_back_is_the_same() {
        let posterior = posterior();
        assert_eq!(parse(&posterior.text(), "p.toml"), Ok(posterior));
    }

    #[test]
    fn whatever_its_name_and_seed_a_posterior_can_be_read_back() {
        for name in ["30\u{a0}% \"tolerance\"", "e\u{301}, it's", "a\tb\nc\u{1}\u{200b}\u{7f}", "合併 \\u{a0}"] {
            let posterior = Posterior { name: name.into(), seed: u64::MAX, ..posterior() };
            assert_eq!(parse(&posterior.text(), "p.toml"), Ok(posterior));
        }
    }

    #[test]
    fn a_posterior_cut_between_two_particles_is_told() {
        let text = posterior().text();
        let cut = &text[..text.rfind("\n[[particle]]").expect("two particles")];
        let told = parse(cut, "p.toml").expect_err("half of it").render(false);
        assert!(told.contains("says that it has 2 particles, but 1 are there") && told.contains("cut off"), "{told}");
        let by_hand = cut.replace("particles = 2\n", "");
        assert!(parse(&by_hand, "p.toml").is_ok());
    }

    #[test]
    fn the_posterior_of_the_project_informs_the_parameters_that_the_targets_file_names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/calibration");
        let posterior = read(&folder.join("posterior.toml")).unwrap_or_else(|problems| panic!("{problems}"));
        let targets = std::fs::read_to_string(folder.join("targets.toml")).expect("the targets file");
        assert!(posterior.particles.len() >= 100);
        for parameter in &posterior.parameters {
            let name = parameter.info().name;
            assert!(targets.contains(&format!("\"{name}\",")), "{name}: make the posterior anew");
        }
    }

    #[test]
    fn each_replicate_draws_a_whole_particle_by_its_weight_and_fixed_parameters_stay() {
        let (posterior, wedge, grant) = (posterior(), id("wedge"), id("found_grant"));
        let mut heavy = 0;
        for replicate in 0..2_000 {
            let mut own = Parameters::default();
            posterior.apply(&mut own, &[], 5, replicate);
            let pair = vec![own.get(wedge), own.get(grant)];
            assert!(posterior.particles.iter().any(|particle| particle.values == pair), "{pair:?} is no particle");
            heavy += u32::from(own.get(grant) > 1.5);
            let mut kept = Parameters::default();
            posterior.apply(&mut kept, &[wedge], 5, replicate);
            assert_eq!(kept.get(wedge).to_bits(), wedge.info().default.to_bits());
            assert_eq!(kept.get(grant).to_bits(), own.get(grant).to_bits());
        }
        assert!((1_430..1_570).contains(&heavy), "{heavy} of 2,000 with three quarters of the weight");
    }

    #[test]
    fn every_problem_of_a_file_is_told_at_once() {
        let text = "name = \"x\"\nprogram = \"0\"\nseed = -1\ntolerance = 1\nparameters = [\"wedge\", \"fuond_grant\", \"commitment_mean\", \"wedge\"]\n[[particle]]\nweight = 0\nvalues = [1]\ncolour = 3\n";
        let told = parse(text, "p.toml").expect_err("much is wrong").render(false);
        for part in [
            "did you mean `found_grant`",
            "listed twice",
            "not an uncertain input",
            "`seed` is -1",
            "targets_sha256",
            "`weight` is 0",
            "colour",
        ] {
            assert!(told.contains(part), "{part} is missing in\n{told}");
        }
        let own = posterior().text().replace("values = [0.001, 1.2]", "values = [0.001]").replace("0.009", "0.9");
        let told = parse(&own, "p.toml").expect_err("two particles are wrong").render(false);
        assert!(told.contains("1 values for 2 parameters") && told.contains("`wedge` is 0.9"), "{told}");
    }

    #[test]
    fn a_weight_is_picked_by_its_share() {
        let weights = [0.0, 1.0, 3.0, 0.0];
        assert_eq!(
            [0.01, 0.24, 0.26, 0.999_999].map(|u| pick(weights.into_iter(), u)),
            [Some(1), Some(1), Some(2), Some(2)]
        );
        assert_eq!(pick([0.0; 2].into_iter(), 0.5), None);
    }
}
