//! How long clusters live, with money, after it and without it.
//!
//! Clusters come and go at different times and a run ends while many still live, so shares of those that ended
//! would say more of the length of the run, or of the grant, than of clusters. The product-limit estimator of
//! Kaplan & Meier (1958) lets every cluster count for as long as it was seen and no longer: one that is still paid
//! at the end of the run has not entered the years after its money, and speaks neither for nor against the grant.
//!
//! Clusters of one future share its luck, so they are no independent cases. The variance is that of the
//! linearised estimator with whole futures as the cases (Williams 1995, Lifetime Data Analysis 1:171): the sum
//! over futures of their squared influence. With one cluster in every future it is Greenwood's. All that is kept
//! of the futures are sums of counts and of products of counts by pairs of ages: whole numbers, so that memory
//! does not grow with the futures and results do not depend on their order. Intervals are taken on the log-log
//! scale, where they stay within 0 and 1.

use serde::Serialize;

use crate::engine::math;
use crate::model::events::{Ending, Form};
use crate::model::record::{ClusterLife, Record};

/// The highest age that is followed, years.
pub const LAST_AGE: usize = 15;
/// Ages of a table: 0 to [`LAST_AGE`].
const SPAN: usize = LAST_AGE + 1;
/// The standard normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;
/// Years of a cluster's life of which it is known what it did.
const NOTED: usize = u64::BITS as usize;

/// How the clusters of one policy live, over all futures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Survival {
    /// Clusters whose money has ended and that lived then; age 0 is the last year in which they were paid.
    pub after_money: LifeTable,
    /// Clusters that were ever paid, until their money ends; age 0 is the first year in which they were paid. One
    /// that ends in its last paid year was lost while paid. At the highest age of those that are paid
    /// ([`LifeTable::highest`]) this is the share that lives to the end of its money.
    pub while_paid: LifeTable,
    /// Clusters still paid when the run ends: they are not among those after their money.
    pub still_paid: u64,
    /// Clusters (networks apart) that are not paid, until they are; age 0 is the year of their founding, or the
    /// first of the run for those that exist at its start.
    pub unfunded: LifeTable,
    /// Networks that are not paid; as `unfunded`.
    pub networks: LifeTable,
}

/// What is known of clusters of one kind by age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LifeTable {
    /// Clusters in all futures together.
    pub clusters: u64,
    /// Futures that had any.
    pub futures: u64,
    /// Of the clusters, those that ended: too little worked, too few members were left, or a vote broke them.
    pub ended: u64,
    /// Those whose members merged. They leave observation then, as if the run had ended.
    pub merged: u64,
    /// Those that wound up because the goal was met or the task done; as `merged`.
    pub goal_met: u64,
    /// The highest age at which any was seen, up to 15; null where none was.
    pub highest: Option<u16>,
    /// Ages 0 to 15, as far as any cluster was seen.
    pub ages: Vec<AtAge>,
}

/// Figures of one age: shares of all clusters of the kind, had all been seen so long and none left by merger or
/// because its goal was met.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtAge {
    /// The age, years.
    pub age: u16,
    /// Clusters under observation in this year of their age, those that end in it among them.
    pub at_risk: u64,
    /// Exist at this age.
    pub existing: Share,
    /// Exist and did shared work in that year: an activity worked.
    pub working: Share,
    /// Exist and paid in that year: belonging cost the mean member less than it brought.
    pub paying: Share,
}

/// An estimated share, 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The estimate; not a number (null in JSON) where no cluster was seen so long.
    pub share: f64,
    /// Lower end of its 95 % interval; null where all or none exist, or one future alone had such clusters.
    pub low: f64,
    /// Upper end; null as `low`.
    pub high: f64,
}

impl Survival {
    /// The four tables, with their names in files.
    #[must_use]
    pub fn tables(&self) -> [(&'static str, &LifeTable); 4] {
        [
            ("after_money", &self.after_money),
            ("while_paid", &self.while_paid),
            ("unfunded", &self.unfunded),
            ("networks", &self.networks),
        ]
    }
}

impl LifeTable {
    /// The figures of an age; None where no cluster was seen so long.
    #[must_use]
    pub fn at(&self, age: u16) -> Option<&AtAge> {
        self.ages.iter().find(|figures| figures.age == age)
    }
}

/// Collects the lives of the clusters of one policy, future by future, in any order.
#[derive(Debug, Clone)]
pub struct Lives {
    after_money: Sums,
    while_paid: Sums,
    unfunded: Sums,
    networks: Sums,
    still_paid: u64,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            // Those that ended in the year of their last money were lost while paid.
            after_money: Sums::from_age(1),
            while_paid: Sums::from_age(0),
            unfunded: Sums::from_age(0),
            networks: Sums::from_age(0),
            still_paid: 0,
        }
    }
}

impl Lives {
    /// Adds a future.
    pub fn add(&mut self, record: &Record) {
        let Some(last) = record.years().checked_sub(1).and_then(|last| u16::try_from(last).ok()) else { return };
        let [mut after_money, mut while_paid, mut unfunded, mut networks] = [Counts::EMPTY; 4];
        for life in &record.lives {
            let alone = if life.founded_as == Form::Network { &mut networks } else { &mut unfunded };
            match life.paid_from {
                None => alone.follow(0, &Watch::to_its_end(life, life.founded, last)),
                Some(paid_from) => {
                    // Its years before the money are those of a cluster without; later ones are not.
                    if let Some(age) = paid_from.checked_sub(life.founded + 1) {
                        alone.follow(0, &Watch { life, from: life.founded, age, exit: Exit::Unseen });
                    }
                    // The review of the last paid year is the first without money to come: who ends there ends
                    // in the first year after the money.
                    let outlived = |money_ended: &u16| life.ended.is_none_or(|ended| ended >= *money_ended);
                    if let Some(money_ended) = life.money_ended.filter(outlived) {
                        let age = money_ended.saturating_sub(paid_from);
                        while_paid.follow(0, &Watch { life, from: paid_from, age, exit: Exit::Unseen });
                        let watch = Watch::to_its_end(life, money_ended, last);
                        let age = if watch.exit == Exit::Unseen { watch.age } else { watch.age.max(1) };
                        after_money.follow(1, &Watch { age, ..watch });
                    } else {
                        self.still_paid += u64::from(life.ended.is_none());
                        while_paid.follow(0, &Watch::to_its_end(life, paid_from, last));
                    }
                }
            }
        }
        self.after_money.add(&after_money);
        self.while_paid.add(&while_paid);
        self.unfunded.add(&unfunded);
        self.networks.add(&networks);
    }

    /// The figures.
    #[must_use]
    pub fn survival(&self) -> Survival {
        Survival {
            after_money: self.after_money.table(),
            while_paid: self.while_paid.table(),
            still_paid: self.still_paid,
            unfunded: self.unfunded.table(),
            networks: self.networks.table(),
        }
    }
}

/// How a cluster leaves observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// It ended.
    Ended,
    /// Its members merged.
    Merged,
    /// Its goal was met or its task done.
    GoalMet,
    /// It lived on, unseen.
    Unseen,
}

/// A cluster under observation.
#[derive(Debug, Clone, Copy)]
struct Watch<'a> {
    life: &'a ClusterLife,
    /// The year of age 0.
    from: u16,
    /// The age at which it leaves.
    age: u16,
    exit: Exit,
}

impl<'a> Watch<'a> {
    /// Until it ends, or the run does.
    fn to_its_end(life: &'a ClusterLife, from: u16, last: u16) -> Self {
        let exit = match (life.ended, life.ending) {
            (None, _) => Exit::Unseen,
            (_, Some(Ending::Merged)) => Exit::Merged,
            (_, Some(Ending::GoalMet | Ending::TaskDone)) => Exit::GoalMet,
            _ => Exit::Ended,
        };
        Self { life, from, age: life.ended.unwrap_or(last).saturating_sub(from), exit }
    }

    /// Whether it is known to exist at the end of a year of its age.
    fn exists(&self, age: usize) -> bool {
        let left = usize::from(self.age);
        if self.exit == Exit::Unseen { age <= left } else { age < left }
    }

    /// What it did in a year of its age; none where that is not known.
    fn year(&self, age: usize) -> Option<[bool; 2]> {
        let place = (usize::from(self.from) + age).checked_sub(usize::from(self.life.founded))?;
        (place < NOTED).then(|| [self.life.worked, self.life.paid_off].map(|years| (years >> place) & 1 == 1))
    }
}

/// Rows of the counts of a future: each has a place for every age.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
enum Row {
    /// Clusters under observation.
    AtRisk,
    /// Of them, those that end.
    Ended,
    /// Those that exist at the end of the year and of which it is known what they did.
    Seen,
    /// Of those seen, the ones that worked.
    Worked,
    /// Of those seen, the ones that paid.
    Paid,
}

impl Row {
    const COUNT: usize = 5;

    fn at(self, age: usize) -> usize {
        self as usize * SPAN + age
    }
}

/// How many counts a future has.
const WIDTH: usize = Row::COUNT * SPAN;

/// The counts of one future.
#[derive(Debug, Clone, Copy)]
struct Counts {
    by_age: [u64; WIDTH],
    clusters: u64,
    ended: u64,
    merged: u64,
    goal_met: u64,
}

impl Counts {
    const EMPTY: Self = Self { by_age: [0; WIDTH], clusters: 0, ended: 0, merged: 0, goal_met: 0 };

    /// Adds a cluster from an age on.
    fn follow(&mut self, first: usize, watch: &Watch<'_>) {
        self.clusters += 1;
        match watch.exit {
            Exit::Ended => self.ended += 1,
            Exit::Merged => self.merged += 1,
            Exit::GoalMet => self.goal_met += 1,
            Exit::Unseen => {}
        }
        let left = usize::from(watch.age);
        for age in first..=left.min(LAST_AGE) {
            self.by_age[Row::AtRisk.at(age)] += 1;
            if let Some([worked, paid]) = watch.year(age).filter(|_| watch.exists(age)) {
                self.by_age[Row::Seen.at(age)] += 1;
                self.by_age[Row::Worked.at(age)] += u64::from(worked);
                self.by_age[Row::Paid.at(age)] += u64::from(paid);
            }
        }
        if watch.exit == Exit::Ended && left <= LAST_AGE {
            self.by_age[Row::Ended.at(left)] += 1;
        }
    }
}

/// Counts of all futures, and sums over the futures of the products of any two of their counts.
#[derive(Debug, Clone)]
struct Sums {
    /// The age from which clusters are at risk.
    first: usize,
    futures: u64,
    counts: Counts,
    /// Row after row of the lower triangle.
    products: Vec<u64>,
}

/// The place of a pair in the lower triangle.
fn pair(a: usize, b: usize) -> usize {
    let (low, high) = (a.min(b), a.max(b));
    high * (high + 1) / 2 + low
}

impl Sums {
    fn from_age(first: usize) -> Self {
        Self { first, futures: 0, counts: Counts::EMPTY, products: vec![0; pair(WIDTH - 1, WIDTH - 1) + 1] }
    }

    fn add(&mut self, future: &Counts) {
        if future.clusters == 0 {
            return;
        }
        self.futures += 1;
        self.counts.clusters += future.clusters;
        self.counts.ended += future.ended;
        self.counts.merged += future.merged;
        self.counts.goal_met += future.goal_met;
        // Most counts of a future are zero.
        let mut given = [(0, 0); WIDTH];
        let places = (0..WIDTH).filter(|place| future.by_age[*place] > 0);
        for (length, place) in places.enumerate() {
            let count = future.by_age[place];
            self.counts.by_age[place] += count;
            given[length] = (place, count);
            let row = &mut self.products[pair(place, 0)..=pair(place, place)];
            for &(other, others) in &given[..=length] {
                row[other] += count * others;
            }
        }
    }

    fn count(&self, row: Row, age: usize) -> f64 {
        self.counts.by_age[row.at(age)] as f64
    }

    fn table(&self) -> LifeTable {
        let seen = (self.first..SPAN).filter(|age| self.count(Row::AtRisk, *age) > 0.0);
        let ages: Vec<AtAge> = seen.map(|age| self.at(age)).collect();
        LifeTable {
            clusters: self.counts.clusters,
            futures: self.futures,
            ended: self.counts.ended,
            merged: self.counts.merged,
            goal_met: self.counts.goal_met,
            highest: ages.last().map(|figures| figures.age),
            ages,
        }
    }

    fn at(&self, age: usize) -> AtAge {
        let existing = self.existing(age);
        AtAge {
            age: age as u16,
            at_risk: self.counts.by_age[Row::AtRisk.at(age)],
            existing: self.share(&existing),
            working: self.share(&existing.clone().and(self, Row::Worked, age)),
            paying: self.share(&existing.and(self, Row::Paid, age)),
        }
    }

    /// The product-limit estimate: of those at risk at each age up to this one, the share that did not end.
    fn existing(&self, age: usize) -> Estimate {
        (self.first..=age).fold(Estimate::ALL, |estimate, age| {
            let (at_risk, ended) = (self.count(Row::AtRisk, age), self.count(Row::Ended, age));
            estimate.times((at_risk - ended, at_risk), |slopes| {
                let left = at_risk - ended;
                slopes.push((Row::Ended.at(age), -1.0 / left));
                slopes.push((Row::AtRisk.at(age), 1.0 / left - 1.0 / at_risk));
            })
        })
    }

    /// With its interval.
    fn share(&self, estimate: &Estimate) -> Share {
        let share = estimate.share;
        let log = math::ln(share);
        if self.futures < 2 || !(share > 0.0 && share < 1.0) {
            return Share { share, low: f64::NAN, high: f64::NAN };
        }
        let half = Z * self.variance(&estimate.slopes).sqrt() / -log;
        let end = |half| math::exp(log * math::exp(half));
        Share { share, low: end(half), high: end(-half) }
    }

    /// The variance of the logarithm: the sum over futures of the squared slope along their counts. It needs no
    /// centring, since the estimate does not change where all counts grow alike.
    fn variance(&self, slopes: &[(usize, f64)]) -> f64 {
        let row = |&(a, slope): &(usize, f64)| {
            slope * slopes.iter().map(|&(b, other)| other * self.products[pair(a, b)] as f64).sum::<f64>()
        };
        slopes.iter().map(row).sum::<f64>().max(0.0)
    }
}

/// A share, and the slopes of its logarithm by the counts that it is made of.
#[derive(Debug, Clone)]
struct Estimate {
    share: f64,
    slopes: Vec<(usize, f64)>,
}

impl Estimate {
    const ALL: Self = Self { share: 1.0, slopes: Vec::new() };

    /// A share of this share: so many of so many.
    fn times(mut self, (part, whole): (f64, f64), slopes: impl FnOnce(&mut Vec<(usize, f64)>)) -> Self {
        if self.share > 0.0 {
            self.share *= part / whole;
            if part > 0.0 {
                slopes(&mut self.slopes);
            }
        }
        self
    }

    /// Of those that exist, the ones that are counted in this row of those seen.
    fn and(self, sums: &Sums, row: Row, age: usize) -> Self {
        let (part, seen) = (sums.count(row, age), sums.count(Row::Seen, age));
        self.times((part, seen), |slopes| {
            slopes.push((row.at(age), 1.0 / part));
            slopes.push((Row::Seen.at(age), -1.0 / seen));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcomes::RegionOutcome;

    const LIVING: ClusterLife = ClusterLife {
        founded: 0,
        form: Form::Cluster,
        founded_as: Form::Cluster,
        paid_from: None,
        money_ended: None,
        ended: None,
        ending: None,
        worked: 0,
        paid_off: 0,
    };

    fn future(years: usize, lives: &[ClusterLife]) -> Record {
        Record { region: vec![0.0; years * RegionOutcome::COUNT], lives: lives.to_vec(), ..Record::default() }
    }

    fn collected(futures: &[Record]) -> Lives {
        let mut lives = Lives::default();
        for record in futures {
            lives.add(record);
        }
        lives
    }

    fn survival(futures: &[Record]) -> Survival {
        collected(futures).survival()
    }

    fn ended(year: u16, ending: Ending) -> ClusterLife {
        ClusterLife { ended: Some(year), ending: Some(ending), ..LIVING }
    }

    fn near(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance
    }

    /// The 21 patients on 6-mercaptopurine of Freireich et al. (1963, Blood 21:699): weeks in remission, and
    /// whether it ended.
    const REMISSION: [(u16, bool); 21] = [
        (6, true),
        (6, true),
        (6, true),
        (6, false),
        (7, true),
        (9, false),
        (10, true),
        (10, false),
        (11, false),
        (13, true),
        (16, true),
        (17, false),
        (19, false),
        (20, false),
        (22, true),
        (23, true),
        (25, false),
        (32, false),
        (32, false),
        (34, false),
        (35, false),
    ];

    /// A cluster without money for each patient, that is not seen after its week.
    fn patient((week, relapsed): (u16, bool)) -> (usize, ClusterLife) {
        if relapsed { (40, ended(week, Ending::WoundUp)) } else { (usize::from(week) + 1, LIVING) }
    }

    #[test]
    fn one_cluster_a_future_gives_the_published_estimates_and_greenwoods_intervals() {
        let futures: Vec<Record> = REMISSION.map(patient).map(|(years, life)| future(years, &[life])).to_vec();
        let table = survival(&futures).unfunded;
        // Weeks, estimate and Greenwood's standard error as printed in textbooks (Kleinbaum & Klein, Survival
        // analysis, table 2.4 and after); log-log intervals as software prints them.
        let published = [
            (6, 0.857, 0.0764, 0.620, 0.952),
            (7, 0.807, 0.0869, 0.563, 0.923),
            (10, 0.753, 0.0963, 0.503, 0.889),
            (13, 0.690, 0.1068, 0.432, 0.849),
        ];
        for (week, share, error, low, high) in published {
            let found = table.at(week).expect("patients were seen so long").existing;
            assert!(near(found.share, share, 0.000_6), "{week}: {found:?}");
            assert!(near(found.low, low, 0.000_6) && near(found.high, high, 0.000_6), "{week}: {found:?}");
            let log = math::ln(found.share);
            let half = math::ln(math::ln(found.low) / log);
            assert!(near(half / Z * -log * found.share, error, 0.000_06), "{week}: {found:?}");
        }
        let before = table.at(5).expect("an age").existing;
        assert!(near(before.share, 1.0, 0.0) && before.low.is_nan(), "all were there: no interval");
        let at_risk = [6, 7, 10, 13].map(|week| table.at(week).map(|figures| figures.at_risk));
        assert_eq!(at_risk, [Some(21), Some(17), Some(15), Some(12)]);
        assert_eq!((table.clusters, table.futures, table.ended, table.highest), (21, 21, 9, Some(15)));
    }

    #[test]
    fn the_variance_is_greenwoods_sum_where_every_future_has_one_cluster() {
        let futures: Vec<Record> = REMISSION.map(patient).map(|(years, life)| future(years, &[life])).to_vec();
        let lives = collected(&futures);
        let sums = &lives.unfunded;
        for last in [6, 7, 10, 13, 15] {
            let term = |age| {
                let (at_risk, ended) = (sums.count(Row::AtRisk, age), sums.count(Row::Ended, age));
                ended / (at_risk * (at_risk - ended))
            };
            let greenwood: f64 = (0..=last).map(term).sum();
            assert!(near(sums.variance(&sums.existing(last).slopes), greenwood, 1e-12), "{last}");
        }
    }

    #[test]
    fn clusters_that_share_their_luck_count_as_one_case() {
        // Three copies of every patient in one future say no more than one.
        let copies = |count: usize| -> Vec<Record> {
            REMISSION.map(patient).map(|(years, life)| future(years, &vec![life; count])).to_vec()
        };
        let (one, three) = (survival(&copies(1)).unfunded, survival(&copies(3)).unfunded);
        for (single, triple) in one.ages.iter().zip(&three.ages) {
            assert_eq!(single.at_risk * 3, triple.at_risk);
            for (a, b) in [(single.existing.share, triple.existing.share), (single.existing.low, triple.existing.low)] {
                assert!(near(a, b, 1e-12) || a.is_nan() && b.is_nan(), "{a} {b}");
            }
        }
        let apart: Vec<Record> = copies(1).into_iter().cycle().take(63).collect();
        let apart = survival(&apart).unfunded;
        let width = |table: &LifeTable| table.at(10).map(|figures| figures.existing.high - figures.existing.low);
        assert!(width(&apart) < width(&three), "independent ones say more");
    }

    #[test]
    fn the_order_of_futures_and_how_they_are_cut_does_not_matter() {
        let futures: Vec<Record> = REMISSION.map(patient).map(|(years, life)| future(years, &[life, LIVING])).to_vec();
        let mut backwards = futures.clone();
        backwards.reverse();
        assert_eq!(format!("{:?}", survival(&futures)), format!("{:?}", survival(&backwards)));
    }

    fn paid(from: u16, until: Option<u16>) -> ClusterLife {
        ClusterLife { paid_from: Some(from), money_ended: until, ..LIVING }
    }

    #[test]
    fn a_grant_that_still_runs_says_nothing_of_the_years_after_it() {
        let futures = [future(20, &[paid(0, None)]), future(20, &[paid(0, Some(2))])];
        let found = survival(&futures);
        assert_eq!((found.after_money.clusters, found.still_paid, found.while_paid.clusters), (1, 1, 2));
        assert_eq!(found.after_money.highest, Some(15));
        assert!(found.after_money.ages.iter().all(|figures| near(figures.existing.share, 1.0, 0.0)));
    }

    #[test]
    fn a_longer_grant_is_not_told_as_worse_where_clusters_end_alike() {
        // The same clusters, ending in the same years, under money of three years and of thirty.
        let lives = |until: u16| -> Vec<Record> {
            let ends = (1..20).map(|year| {
                let ended_paid = year <= until;
                let money_ended = (!ended_paid).then_some(until);
                ClusterLife { paid_from: Some(0), money_ended, ..ended(year, Ending::BrokeUp) }
            });
            let stays = std::iter::repeat_n(paid(0, (until < 19).then_some(until)), 19);
            ends.chain(stays).map(|life| future(20, &[life])).collect()
        };
        let (short, long) = (survival(&lives(2)), survival(&lives(29)));
        assert_eq!((long.after_money.clusters, long.still_paid), (0, 19));
        let share = |table: &LifeTable, age| table.at(age).map_or(f64::NAN, |figures| figures.existing.share);
        assert!(share(&long.after_money, 4).is_nan(), "nothing is known of the years after the long grant");
        let through = share(&short.while_paid, 2) * share(&short.after_money, 8);
        assert!(near(share(&long.while_paid, 10), through, 1e-12), "both live to year 10 alike");
    }

    #[test]
    fn the_review_of_the_last_paid_year_is_the_first_without_money_and_an_earlier_end_is_a_loss_while_paid() {
        let first = ClusterLife { paid_from: Some(1), money_ended: Some(3), ..ended(3, Ending::BrokeUp) };
        let unended = ClusterLife { paid_from: Some(1), money_ended: None, ..ended(2, Ending::VoteFailed) };
        let found = survival(&[future(20, &[first]), future(20, &[unended]), future(20, &[paid(1, Some(3))])]);
        assert_eq!((found.while_paid.ended, found.after_money.clusters, found.still_paid), (1, 2, 0));
        let last = found.while_paid.at(2).expect("the last paid year").existing.share;
        assert!(near(last, 2.0 / 3.0, 1e-12), "{last}");
        let after = found.after_money.at(1).expect("a year after the money").existing.share;
        assert!(near(after, 0.5, 1e-12), "{after}");
    }

    #[test]
    fn merged_clusters_and_met_goals_leave_observation_and_are_counted_apart() {
        let ends = [Ending::Merged, Ending::GoalMet, Ending::TaskDone, Ending::BrokeUp].map(|ending| {
            let life = ClusterLife { money_ended: Some(2), paid_from: Some(0), ..ended(4, ending) };
            future(20, &[life])
        });
        let mut futures = ends.to_vec();
        futures.push(future(20, &[paid(0, Some(2))]));
        let table = survival(&futures).after_money;
        assert_eq!((table.clusters, table.ended, table.merged, table.goal_met), (5, 1, 1, 2));
        let figures = [1, 2, 3].map(|age| table.at(age).map(|figures| (figures.at_risk, figures.existing.share)));
        // Four left in the second year after the money, one of them by ending.
        assert_eq!(figures, [Some((5, 1.0)), Some((5, 0.8)), Some((1, 0.8))]);
    }

    #[test]
    fn working_and_paying_are_shares_of_all_and_not_of_those_left() {
        // Founded in year 1, paid to year 3. Of four, one ends in year 5; of the three left two work and one pays then.
        let base = ClusterLife { founded: 1, ..paid(1, Some(3)) };
        let lives = [
            ClusterLife { ended: Some(5), ending: Some(Ending::WoundUp), worked: u64::MAX, ..base },
            ClusterLife { worked: 1 << 4, paid_off: 1 << 4, ..base },
            ClusterLife { worked: 1 << 4, ..base },
            ClusterLife { worked: !(1 << 4), ..base },
        ];
        let futures = lives.map(|life| future(10, &[life]));
        let figures = *survival(&futures).after_money.at(2).expect("an age that was seen");
        assert!(near(figures.existing.share, 0.75, 1e-12), "{figures:?}");
        assert!(near(figures.working.share, 0.5, 1e-12) && near(figures.paying.share, 0.25, 1e-12), "{figures:?}");
        // With nobody censored each is a plain share of four futures, and its variance the binomial one.
        for share in [figures.existing, figures.working, figures.paying] {
            let log = math::ln(share.share);
            let half = Z * ((1.0 - share.share) / (4.0 * share.share)).sqrt() / -log;
            assert!(near(share.low, math::exp(log * math::exp(half)), 1e-12), "{share:?}");
        }
    }

    #[test]
    fn years_before_the_money_are_those_of_a_cluster_without() {
        let later = ClusterLife { founded: 2, ..paid(5, Some(7)) };
        let network = ClusterLife { form: Form::Network, founded_as: Form::Network, ..ended(3, Ending::WoundUp) };
        let found = survival(&[future(20, &[later, network, LIVING])]);
        assert_eq!((found.unfunded.clusters, found.networks.clusters, found.while_paid.clusters), (2, 1, 1));
        let at_risk = [2, 3].map(|age| found.unfunded.at(age).map(|figures| figures.at_risk));
        assert_eq!(at_risk, [Some(2), Some(1)], "from its founding in year 2 to year 4");
        assert!(found.networks.at(3).is_some_and(|figures| near(figures.existing.share, 0.0, 0.0)));
        assert!(found.networks.at(3).is_some_and(|figures| near(figures.working.share, 0.0, 0.0)));
    }

    #[test]
    fn without_clusters_there_are_no_figures_and_one_future_has_no_interval() {
        let none = survival(&[future(20, &[]), Record::default()]);
        assert_eq!((none.unfunded.clusters, none.unfunded.highest, none.unfunded.ages.len()), (0, None, 0));
        let one = survival(&[future(20, &[LIVING, ended(2, Ending::WoundUp)])]).unfunded;
        let share = one.at(2).expect("an age").existing;
        assert!(near(share.share, 0.5, 0.0) && share.low.is_nan() && share.high.is_nan());
    }
}
