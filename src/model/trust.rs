//! Trust: what each district has seen of the promises of every other, as a Beta reputation
//! (Jøsang & Ismail 2002) with forgetting, after the trust-building loop of Vangen & Huxham (2003).

/// What one district has seen of another.
#[derive(Debug, Clone, Copy, Default)]
struct Tie {
    kept: f32,
    broken: f32,
    /// The year to which the evidence is forgotten.
    year: u16,
    /// Years in which both shared administration or grades, in quarters of full depth.
    shared: u16,
    /// The year after which a failed plan may be voted on again; 0: none failed.
    vote_again: u16,
}

/// Ties between all ordered pairs of districts. Forgetting is applied when a tie is looked at, so a
/// year without dealings costs nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ties {
    count: usize,
    pairs: Vec<Tie>,
    /// Share of the evidence left after 0, 1, 2, … years.
    memory: Vec<f32>,
}

impl Ties {
    pub(crate) fn new(count: usize, years: u16) -> Self {
        Self { count, pairs: vec![Tie::default(); count * count], memory: vec![0.0; usize::from(years) + 1] }
    }

    /// Forgets all; a year leaves `memory` of the evidence.
    pub(crate) fn reset(&mut self, memory: f64) {
        self.pairs.fill(Tie::default());
        let mut left = 1.0f64;
        for slot in &mut self.memory {
            *slot = left as f32;
            left *= memory;
        }
    }

    #[inline]
    fn place(&self, of: usize, toward: usize) -> usize {
        of * self.count + toward
    }

    /// The trust of one district in another, 0–1; 0.5 where there is no evidence: the mean of a Beta with a
    /// uniform prior.
    #[inline]
    pub(crate) fn trust(&self, of: usize, toward: usize, year: u16) -> f64 {
        let tie = &self.pairs[self.place(of, toward)];
        let left = self.memory[usize::from(year - tie.year)];
        let (kept, broken) = (tie.kept * left, tie.broken * left);
        f64::from((kept + 1.0) / (kept + broken + 2.0))
    }

    /// Adds evidence of one district about another.
    #[inline]
    pub(crate) fn add(&mut self, of: usize, toward: usize, year: u16, kept: f64, broken: f64) {
        let place = self.place(of, toward);
        let tie = &mut self.pairs[place];
        let left = self.memory[usize::from(year - tie.year)];
        tie.kept = tie.kept * left + kept as f32;
        tie.broken = tie.broken * left + broken as f32;
        tie.year = year;
    }

    /// A new superintendent keeps a share of what the old one had learnt of all others.
    pub(crate) fn fade(&mut self, of: usize, share: f64) {
        let start = of * self.count;
        for tie in &mut self.pairs[start..start + self.count] {
            tie.kept *= share as f32;
            tie.broken *= share as f32;
        }
    }

    /// Another year of shared administration or grades at this depth (0–1), both ways.
    pub(crate) fn share(&mut self, a: usize, b: usize, depth: f64) {
        let quarters = (depth * 4.0 + 0.5) as u16;
        for place in [self.place(a, b), self.place(b, a)] {
            self.pairs[place].shared += quarters;
        }
    }

    /// Years of shared administration or grades, in full depth.
    #[inline]
    pub(crate) fn years_shared(&self, a: usize, b: usize) -> f64 {
        f64::from(self.pairs[self.place(a, b)].shared) * 0.25
    }

    /// A plan of two districts failed: it may be voted on again from `year` on.
    pub(crate) fn set_vote_again(&mut self, a: usize, b: usize, year: u16) {
        for place in [self.place(a, b), self.place(b, a)] {
            self.pairs[place].vote_again = year;
        }
    }

    /// Whether the state's waiting time after a failed plan is over.
    #[inline]
    pub(crate) fn may_vote(&self, a: usize, b: usize, year: u16) -> bool {
        year >= self.pairs[self.place(a, b)].vote_again
    }

    /// The host of a merger inherits the ties of the one that ended: the stronger evidence of both.
    pub(crate) fn inherit(&mut self, host: usize, ended: usize, year: u16) {
        for other in (0..self.count).filter(|&other| other != host && other != ended) {
            for (to, from) in
                [(self.place(host, other), self.place(ended, other)), (self.place(other, host), self.place(other, ended))]
            {
                let (mine, theirs) = (self.aged(to, year), self.aged(from, year));
                self.pairs[to] = Tie {
                    kept: mine.kept.max(theirs.kept),
                    broken: mine.broken.max(theirs.broken),
                    year,
                    shared: mine.shared.max(theirs.shared),
                    vote_again: mine.vote_again.max(theirs.vote_again),
                };
            }
        }
    }

    /// A tie with forgetting applied up to `year`.
    fn aged(&self, place: usize, year: u16) -> Tie {
        let tie = self.pairs[place];
        let left = self.memory[usize::from(year - tie.year)];
        Tie { kept: tie.kept * left, broken: tie.broken * left, year, ..tie }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties() -> Ties {
        let mut ties = Ties::new(3, 20);
        ties.reset(0.9);
        ties
    }

    #[test]
    fn strangers_neither_trust_nor_distrust() {
        assert!((ties().trust(0, 1, 5) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn one_success_a_year_builds_trust_as_published() {
        // 0.50 to 0.65-0.70 in three years at one event a year, each of the default weight of 0.6;
        // at four events a year more (evidence: 0.71-0.80 with some of them broken).
        for (events, low, high) in [(0.6, 0.64, 0.73), (2.4, 0.76, 0.90)] {
            let mut ties = ties();
            for year in 0..3 {
                ties.add(0, 1, year, events, 0.0);
            }
            let trust = ties.trust(0, 1, 2);
            assert!((low..=high).contains(&trust), "{events} a year: {trust}");
        }
    }

    #[test]
    fn forgetting_is_the_same_looked_at_yearly_or_once() {
        let (mut often, mut once) = (ties(), ties());
        often.add(0, 1, 0, 4.0, 1.0);
        once.add(0, 1, 0, 4.0, 1.0);
        for year in 1..6 {
            often.add(0, 1, year, 0.0, 0.0);
        }
        assert!((often.trust(0, 1, 6) - once.trust(0, 1, 6)).abs() < 1e-6);
        assert!(once.trust(0, 1, 6) < once.trust(0, 1, 0));
    }

    #[test]
    fn a_merged_district_leaves_its_ties_to_the_host() {
        let mut ties = ties();
        ties.add(1, 2, 3, 5.0, 0.0);
        ties.inherit(0, 1, 4);
        assert!((ties.trust(0, 2, 4) - ties.trust(1, 2, 4)).abs() < 1e-6);
        assert!(ties.trust(0, 2, 4) > 0.6);
    }

    #[test]
    fn a_failed_plan_must_wait() {
        let mut ties = ties();
        assert!(ties.may_vote(0, 1, 0));
        ties.set_vote_again(0, 1, 5);
        assert!(!ties.may_vote(1, 0, 4) && ties.may_vote(0, 1, 5));
    }
}
