//! Approximate Bayesian computation by adaptive population Monte Carlo (Lenormand, Jabot & Deffuant 2013,
//! after Beaumont et al. 2009 and Del Moral et al. 2012).
//!
//! The first generation is drawn from the prior. Of each generation the nearest share to the targets is
//! kept, and the distance of its last is the next tolerance; new vectors are moved from kept ones by a
//! normal kernel with twice their weighted variance (on the log-odds of a parameter's place in its prior's
//! range, so that none leaves it) and weighted by prior over proposal. Every generation costs the same.

use std::path::Path;

use serde::Serialize;

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;
use crate::futures::posterior::{Draw, pick};
use crate::futures::work_folder::{Plan, RunnerError, WorkFolder};
use crate::provenance::sha256_hex;

use super::simulate::Answer;
use super::targets::Algorithm;

/// Parameter vectors in one file of the work folder: little is lost when the work is stopped.
const CHUNK: usize = 4;
/// Misses beyond so many tolerances count by their logarithm, so that no single target rules the search.
const FAR: f64 = 3.0;
/// A statistic that is not defined counts as a miss by so many tolerances.
const UNDEFINED_MISS: f64 = 30.0;
/// Least standard deviation of the kernel.
const LEAST_MOVE: f64 = 1e-3;

/// A triangular prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Lower end.
    pub low: f64,
    /// The likeliest value.
    pub mode: f64,
    /// Upper end.
    pub high: f64,
}

impl Prior {
    /// The value below which the share `u` of the prior lies.
    fn quantile(self, u: f64) -> f64 {
        let Self { low, mode, high } = self;
        let width = high - low;
        if u < (mode - low) / width {
            low + (u * width * (mode - low)).sqrt()
        } else {
            high - ((1.0 - u) * width * (high - mode)).sqrt()
        }
    }

    /// The log-odds of a value's place in the range.
    fn place(self, value: f64) -> f64 {
        math::log_odds(((value - self.low) / (self.high - self.low)).clamp(1e-12, 1.0 - 1e-12))
    }

    /// The value at a place.
    fn value(self, place: f64) -> f64 {
        self.low + (self.high - self.low) * math::logistic(place)
    }

    /// The log of the prior's density over places.
    fn log_density(self, place: f64) -> f64 {
        let value = self.value(place);
        let side = if value < self.mode {
            (value - self.low) / (self.mode - self.low)
        } else {
            (self.high - value) / (self.high - self.mode)
        };
        let u = math::logistic(place);
        math::ln((2.0 * side * u * (1.0 - u)).max(f64::MIN_POSITIVE))
    }

    /// Its mean and standard deviation.
    #[must_use]
    pub fn moments(self) -> (f64, f64) {
        let Self { low: a, mode: c, high: b } = self;
        ((a + b + c) / 3.0, ((a * a + b * b + c * c - a * b - a * c - b * c) / 18.0).max(0.0).sqrt())
    }
}

/// What is searched for.
pub struct Search<'a> {
    /// The priors of the parameters.
    pub priors: Vec<Prior>,
    /// The targets: published figure and tolerance.
    pub targets: Vec<(f64, f64)>,
    /// How.
    pub algorithm: Algorithm,
    /// The digest of all that the model's answers depend on beside the vector.
    pub digest: String,
    /// The model.
    pub model: &'a (dyn Fn(&[f64]) -> Answer + Sync),
}

/// A parameter vector, what the model says to it, and its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// The parameters' values.
    pub values: Vec<f64>,
    /// Its weight; those of a population need not sum to 1.
    pub weight: f64,
    /// Root mean square of its misses in tolerances.
    pub distance: f64,
    /// What the model says to it.
    pub answer: Answer,
}

/// How a generation went.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Generation {
    /// Vectors simulated.
    pub simulated: usize,
    /// Distance of the last that is kept.
    pub tolerance: f64,
    /// Share of the simulated that came within the tolerance of the generation before (1 in the first).
    pub acceptance: f64,
    /// Effective sample size of those that are kept.
    pub effective_sample_size: f64,
    /// Distance of the nearest.
    pub nearest: f64,
}

/// What a search leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The vectors kept, the nearest first.
    pub kept: Vec<Vector>,
    /// How it went.
    pub generations: Vec<Generation>,
}

impl Search<'_> {
    /// Searches, keeping finished chunks of each generation in a folder of its own below `work`;
    /// `progress` is told generation, chunks there and chunks in all.
    ///
    /// # Errors
    /// When the folder cannot be written to or holds other work, or the model breaks off.
    pub fn run(&self, work: &Path, progress: &(dyn Fn(u16, usize, usize) + Sync)) -> Result<Found, RunnerError> {
        let mut found = Found { kept: Vec::new(), generations: Vec::new() };
        for generation in 0..self.algorithm.generations {
            let proposals = self.proposals(generation, &found.kept);
            let folder = work.join(format!("generation-{generation:03}"));
            let new = self.simulate(&folder, &proposals, &|done, all| progress(generation, done, all))?;
            let last = found.generations.last().map_or(f64::INFINITY, |last| last.tolerance);
            let summary = self.select(&mut found.kept, new, last);
            found.generations.push(summary);
            if generation > 0 && summary.acceptance < self.algorithm.least_acceptance {
                break;
            }
        }
        Ok(found)
    }

    /// What the model says to one vector, kept in a folder of its own below `work`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn ask(&self, work: &Path, values: Vec<f64>) -> Result<Option<Vector>, RunnerError> {
        Ok(self.simulate(&work.join("defaults"), &[(values, 1.0)], &|_, _| ())?.pop())
    }

    /// How many are kept of each generation.
    fn keep(&self) -> usize {
        ((f64::from(self.algorithm.particles) * self.algorithm.keep) as usize).max(2)
    }

    /// The vectors to simulate, with their weights.
    fn proposals(&self, generation: u16, kept: &[Vector]) -> Vec<(Vec<f64>, f64)> {
        let whole = self.algorithm.particles;
        if kept.is_empty() {
            return (0..whole).map(|number| (self.prior_draw(number), 1.0)).collect();
        }
        let kernel = Kernel::of(&self.priors, kept);
        let count = whole.saturating_sub(kept.len() as u32).max(1);
        (0..count).map(|number| kernel.propose(Draws::new(self.algorithm.seed, number, generation))).collect()
    }

    fn prior_draw(&self, number: u32) -> Vec<f64> {
        let draws = Draws::new(self.algorithm.seed, number, 0);
        let value = |(place, prior): (u32, &Prior)| prior.quantile(draws.uniform(parameter_key(place), Draw::Move));
        (0..).zip(&self.priors).map(value).collect()
    }

    fn simulate(
        &self,
        folder: &Path,
        proposals: &[(Vec<f64>, f64)],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Vector>, RunnerError> {
        let pieces: Vec<&[(Vec<f64>, f64)]> = proposals.chunks(CHUNK).collect();
        let inputs = pieces.iter().map(|piece| sha256_hex(format!("{piece:?}").as_bytes())).collect();
        let folder = WorkFolder::open(folder, Plan::new(vec![("targets".to_owned(), self.digest.clone())], inputs))?;
        let answer = |chunk: usize| {
            let lines = pieces[chunk].iter().map(|(values, _)| answer_line(&(self.model)(values)));
            Ok(lines.collect::<String>().into_bytes())
        };
        folder.run(answer, |done| progress(done, pieces.len()))?;
        let mut vectors = Vec::with_capacity(proposals.len());
        folder.each(|chunk, content| {
            let text = String::from_utf8(content).map_err(|error| error.to_string())?;
            for ((values, weight), line) in pieces[chunk].iter().zip(text.lines()) {
                let answer = read_answer(line).ok_or("its result cannot be read")?;
                let distance = distance(&answer.statistics, &self.targets);
                vectors.push(Vector { values: values.clone(), weight: *weight, distance, answer });
            }
            Ok(())
        })?;
        Ok(vectors)
    }

    /// Keeps the nearest of old and new.
    fn select(&self, kept: &mut Vec<Vector>, new: Vec<Vector>, last: f64) -> Generation {
        let simulated = new.len();
        let accepted = new.iter().filter(|vector| vector.distance <= last).count();
        kept.extend(new);
        // The sort is stable, so equally near vectors keep their order and with it the result its bytes.
        kept.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        kept.truncate(self.keep());
        Generation {
            simulated,
            tolerance: kept.last().map_or(f64::NAN, |vector| vector.distance),
            acceptance: accepted as f64 / simulated as f64,
            effective_sample_size: effective(kept.iter().map(|vector| vector.weight)),
            nearest: kept.first().map_or(f64::NAN, |vector| vector.distance),
        }
    }
}

/// Kish's effective sample size.
fn effective(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), weight| (sum + weight, squares + weight * weight));
    sum * sum / squares
}

fn parameter_key(place: u32) -> EntityKey {
    EntityKey::from_name("calibration").nth(place)
}

/// How far a target is missed, in tolerances.
#[must_use]
pub fn miss(simulated: f64, (published, tolerance): (f64, f64)) -> f64 {
    (simulated - published) / tolerance
}

/// What a miss counts: itself when it is near, its logarithm from there on.
fn cost(miss: f64) -> f64 {
    let size = if miss.is_finite() { miss.abs() } else { UNDEFINED_MISS };
    if size <= FAR { size } else { FAR * (1.0 + math::ln(size / FAR)) }
}

/// The root mean square of what the misses count.
#[must_use]
pub fn distance(statistics: &[f64], targets: &[(f64, f64)]) -> f64 {
    let squares: f64 =
        statistics.iter().zip(targets).map(|(value, target)| cost(miss(*value, *target))).map(|cost| cost * cost).sum();
    (squares / targets.len().max(1) as f64).sqrt()
}

/// The density from which new vectors are drawn.
struct Kernel<'a> {
    priors: &'a [Prior],
    places: Vec<Vec<f64>>,
    weights: Vec<f64>,
    widths: Vec<f64>,
}

impl<'a> Kernel<'a> {
    fn of(priors: &'a [Prior], kept: &[Vector]) -> Self {
        let place =
            |vector: &Vector| priors.iter().zip(&vector.values).map(|(prior, value)| prior.place(*value)).collect();
        let places: Vec<Vec<f64>> = kept.iter().map(place).collect();
        let whole: f64 = kept.iter().map(|vector| vector.weight).sum();
        let weights: Vec<f64> = kept.iter().map(|vector| vector.weight / whole).collect();
        let width = |column: usize| {
            let mean: f64 = places.iter().zip(&weights).map(|(place, weight)| weight * place[column]).sum();
            let square = |place: &Vec<f64>| (place[column] - mean) * (place[column] - mean);
            let variance: f64 = places.iter().zip(&weights).map(|(place, weight)| weight * square(place)).sum();
            (2.0 * variance).sqrt().max(LEAST_MOVE)
        };
        let widths = (0..priors.len()).map(width).collect();
        Self { priors, places, weights, widths }
    }

    /// A kept vector moved, and the weight of the new one.
    fn propose(&self, draws: Draws) -> (Vec<f64>, f64) {
        let u = draws.uniform(EntityKey::from_name("calibration"), Draw::Particle);
        let parent = pick(self.weights.iter().copied(), u).unwrap_or(0);
        let moved = |(column, width): (u32, &f64)| {
            self.places[parent][column as usize] + width * draws.normal(parameter_key(column), Draw::Move)
        };
        let place: Vec<f64> = (0..).zip(&self.widths).map(moved).collect();
        let values = self.priors.iter().zip(&place).map(|(prior, place)| prior.value(*place)).collect();
        let prior: f64 = self.priors.iter().zip(&place).map(|(prior, place)| prior.log_density(*place)).sum();
        (values, math::exp(prior - self.log_density(&place)))
    }

    /// The log of the mixture's density at a place. Sums are taken relative to the largest term.
    fn log_density(&self, place: &[f64]) -> f64 {
        let term = |(from, weight): (&Vec<f64>, &f64)| {
            let steps = place.iter().zip(from).zip(&self.widths);
            let log: f64 = steps
                .map(|((to, from), width)| -0.5 * ((to - from) / width) * ((to - from) / width) - math::ln(*width))
                .sum();
            log + math::ln(weight.max(f64::MIN_POSITIVE))
        };
        let terms: Vec<f64> = self.places.iter().zip(&self.weights).map(term).collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let constant = -0.5 * math::ln(2.0 * std::f64::consts::PI) * place.len() as f64;
        constant + largest + math::ln(terms.iter().map(|term| math::exp(term - largest)).sum())
    }
}

/// An answer as a line; the shortest digits that read back as the same number.
fn answer_line(answer: &Answer) -> String {
    let list = |values: &[f64]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" ");
    format!("{}|{}\n", list(&answer.statistics), list(&answer.climates))
}

fn read_answer(line: &str) -> Option<Answer> {
    let list = |text: &str| text.split_whitespace().map(|value| value.parse().ok()).collect::<Option<Vec<f64>>>();
    let (statistics, climates) = line.split_once('|')?;
    Some(Answer { statistics: list(statistics)?, climates: list(climates)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(model: &(dyn Fn(&[f64]) -> Answer + Sync), generations: u16) -> Search<'_> {
        Search {
            priors: vec![Prior { low: -3.0, mode: 0.0, high: 3.0 }; 3],
            targets: vec![(1.2, 0.1), (-0.9, 0.1)],
            algorithm: Algorithm { particles: 400, keep: 0.5, generations, least_acceptance: 0.02, seed: 9 },
            digest: "a trial".into(),
            model,
        }
    }

    /// The first two parameters show, the third does not.
    fn linear(values: &[f64]) -> Answer {
        Answer { statistics: vec![values[0] + 0.2 * values[1], values[1]], climates: vec![f64::NAN] }
    }

    fn moments(found: &Found, column: usize) -> (f64, f64) {
        let whole: f64 = found.kept.iter().map(|vector| vector.weight).sum();
        let mean = found.kept.iter().map(|vector| vector.weight * vector.values[column]).sum::<f64>() / whole;
        let square = |vector: &Vector| vector.weight * (vector.values[column] - mean).powi(2);
        (mean, (found.kept.iter().map(square).sum::<f64>() / whole).sqrt())
    }

    #[test]
    fn known_parameters_are_recovered_and_those_that_do_not_show_keep_their_prior() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let found = search(&linear, 10).run(place.path(), &|_, _, _| ()).expect("nothing fails");
        let (first, first_sd) = moments(&found, 0);
        let (second, second_sd) = moments(&found, 1);
        assert!((first - 1.38).abs() < 0.05 && first_sd < 0.2, "{first} {first_sd}");
        assert!((second + 0.9).abs() < 0.05 && second_sd < 0.2, "{second} {second_sd}");
        let (third, third_sd) = moments(&found, 2);
        let (mean, sd) = search(&linear, 1).priors[2].moments();
        assert!((third - mean).abs() < 0.5 && (0.8..1.2).contains(&(third_sd / sd)), "{third} {third_sd} {sd}");
        assert!(found.generations.windows(2).all(|pair| pair[1].tolerance <= pair[0].tolerance));
    }

    #[test]
    fn a_search_that_was_stopped_goes_on_to_the_same_result_on_any_number_of_threads() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let whole = search(&linear, 3).run(&place.path().join("a"), &|_, _, _| ()).expect("nothing fails");
        let path = place.path().join("b");
        let stopping = |values: &[f64]| {
            assert!(values[0] < 1.9, "stopped here");
            linear(values)
        };
        assert!(search(&stopping, 3).run(&path, &|_, _, _| ()).is_err());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let again = pool.install(|| search(&linear, 3).run(&path, &|_, _, _| ())).expect("nothing fails");
        assert_eq!(format!("{again:?}"), format!("{whole:?}"));
    }

    #[test]
    fn a_prior_is_a_density_over_places_and_its_quantiles_fit() {
        let prior = Prior { low: 1.0, mode: 1.5, high: 4.0 };
        let step = 0.01;
        let whole: f64 = (-2_000..2_000).map(|n| math::exp(prior.log_density(f64::from(n) * step)) * step).sum();
        assert!((whole - 1.0).abs() < 1e-3, "{whole}");
        let draws: Vec<f64> = (0..10_000).map(|n| prior.quantile((f64::from(n) + 0.5) / 1e4)).collect();
        let (mean, sd) = prior.moments();
        let sampled = draws.iter().sum::<f64>() / 1e4;
        let spread = (draws.iter().map(|draw| (draw - sampled).powi(2)).sum::<f64>() / 1e4).sqrt();
        assert!((sampled - mean).abs() < 1e-3 && (spread - sd).abs() < 1e-3, "{sampled} {spread}");
        assert!((prior.value(prior.place(2.2)) - 2.2).abs() < 1e-12);
    }

    #[test]
    fn far_misses_count_by_their_logarithm_and_undefined_statistics_as_far_misses() {
        let one = |value| distance(&[value], &[(1.0, 0.1)]);
        assert!((one(1.2) - 2.0).abs() < 1e-12 && (one(0.7) - 3.0).abs() < 1e-12);
        assert!(one(2.0) < 10.0 && one(2.0) < one(2.1) && one(1.3) < one(1.31));
        assert!((one(f64::NAN) - one(4.0)).abs() < 1e-12 && (one(f64::INFINITY) - one(4.0)).abs() < 1e-12);
        assert!((miss(1.2, (1.0, 0.1)) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn answers_read_back_are_the_same_bits() {
        let answer = Answer { statistics: vec![0.1 + 0.2, 1e-300, f64::INFINITY], climates: vec![] };
        assert_eq!(read_answer(answer_line(&answer).trim_end()), Some(answer));
    }
}
