//! Regions, futures and what is compared of them.

use std::path::Path;
use std::sync::Arc;

use barnraise::districts::region_file;
use barnraise::engine::draws::EntityKey;
use barnraise::engine::replicates::run_in_order;
use barnraise::futures::inputs::{Regions, Worlds};
use barnraise::model::events::{Form, Origin};
use barnraise::model::functions::{Function, FunctionSet};
use barnraise::model::outcomes::{DistrictOutcome, RegionOutcome};
use barnraise::model::parameters::{ParameterId, Parameters};
use barnraise::model::policy::{
    ClusterGrant, Condition, Eligibility, EnrolmentFloor, GeneralAid, Instrument, InstrumentKind, Management,
    MergerGrant, Policy, StartingCluster,
};
use barnraise::model::record::{DISTRICT_WIDTH, Detail, Record};
use barnraise::model::region::Region;
use barnraise::model::simulation::RunId;
use barnraise::scenario::SyntheticRegion;

pub(crate) const SEED: u64 = 1507;
pub(crate) const YEARS: u16 = 20;
/// Standard errors by which a difference must lie on the wrong side to count as one.
pub(crate) const WRONG: f64 = 2.6;

/// The kinds of region of which every sentence is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The synthetic default.
    Default,
    /// Many tiny districts, many of them without a high school, far apart.
    Tiny,
    /// North Dakota, 2019-20.
    NorthDakota,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Default, Kind::Tiny, Kind::NorthDakota];

impl Kind {
    /// What a synthetic kind is drawn from.
    pub(crate) fn figures(self) -> Option<SyntheticRegion> {
        let mut figures = SyntheticRegion::default();
        match self {
            Self::Default => {}
            Self::Tiny => {
                figures.spec.districts = 60;
                figures.spec.median_pupils = 75.0;
                figures.spec.size_sd = 0.7;
                figures.spec.density = 0.25;
                figures.spec.elementary_only_share = 0.45;
            }
            Self::NorthDakota => return None,
        }
        Some(figures)
    }

    pub(crate) fn regions(self) -> Regions {
        self.figures().map_or_else(|| Arc::new(north_dakota()).into(), |figures| Regions::Drawn(Box::new(figures)))
    }

    /// The same with every district's births changing by about so much a year.
    pub(crate) fn with_trend(self, trend: f64, spread: f64) -> Regions {
        if let Some(mut figures) = self.figures() {
            (figures.spec.trend, figures.spec.trend_sd) = (trend, spread * figures.spec.trend_sd);
            return Regions::Drawn(Box::new(figures));
        }
        let mut region = north_dakota();
        let mean = region.districts.iter().map(|d| d.trend).sum::<f64>() / region.districts.len() as f64;
        for district in &mut region.districts {
            district.trend = trend + spread * (district.trend - mean);
        }
        region.trend = Some(trend);
        region.trend_unknown *= spread;
        Arc::new(region).into()
    }

    /// Futures enough for a test of a few seconds, relative to those of the synthetic default.
    pub(crate) fn futures(self, of_default: u32) -> u32 {
        match self {
            Self::Default | Self::Tiny => of_default,
            Self::NorthDakota => (of_default / 3).max(8),
        }
    }
}

pub(crate) fn north_dakota() -> Region {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hearing/north-dakota.toml");
    region_file::read(&path).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// The parameters of a future: drawn from their priors, in every fourth from the ends of them.
pub(crate) fn parameters(replicate: u32) -> Parameters {
    let plain = Parameters::default();
    if replicate % 4 != 3 {
        return plain.drawn(&[], SEED, replicate);
    }
    let mut ends = plain;
    for id in ParameterId::all() {
        let info = id.info();
        if let Some((low, high)) = info.prior {
            let upper = EntityKey::from_name(info.name).nth(replicate).0 >> 40 & 1 == 1;
            ends.set(id, if upper { high } else { low });
        }
    }
    ends
}

pub(crate) type Change = Arc<dyn Fn(&mut Parameters) + Send + Sync>;

/// All but the future.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) regions: Regions,
    pub(crate) policy: Policy,
    pub(crate) years: u16,
    pub(crate) change: Change,
}

impl World {
    pub(crate) fn of(regions: Regions) -> Self {
        Self { regions, policy: Policy::default(), years: YEARS, change: Arc::new(|_| ()) }
    }

    pub(crate) fn plain(kind: Kind) -> Self {
        Self::of(kind.regions())
    }

    pub(crate) fn under(mut self, instruments: Vec<Instrument>) -> Self {
        self.policy.instruments = instruments;
        self
    }

    pub(crate) fn starting(mut self, clusters: Vec<StartingCluster>) -> Self {
        self.policy.clusters = clusters;
        self
    }

    pub(crate) fn years(mut self, years: u16) -> Self {
        self.years = years;
        self
    }

    /// The same with parameters changed after they were drawn.
    pub(crate) fn with(mut self, change: impl Fn(&mut Parameters) + Send + Sync + 'static) -> Self {
        let before = Arc::clone(&self.change);
        self.change = Arc::new(move |p| {
            before(p);
            change(p);
        });
        self
    }

    pub(crate) fn parameters(&self, replicate: u32) -> Parameters {
        let mut own = parameters(replicate);
        (self.change)(&mut own);
        own
    }

    /// What `value` tells of each of the first futures.
    pub(crate) fn futures<T: Send>(&self, futures: u32, value: impl Fn(&Future<'_>) -> T + Sync) -> Vec<T> {
        let worlds = Worlds::new(self.regions.clone(), self.years, SEED);
        let mut values = Vec::new();
        let work = |desk: &mut barnraise::futures::inputs::Desk<'_>, replicate| {
            let own = self.parameters(replicate);
            let id = RunId { seed: SEED, replicate };
            let (region, record) = desk.run(replicate, (&self.policy, &own), id, Detail::District);
            value(&Future { region, record, parameters: &own, years: usize::from(self.years) })
        };
        let keep = |_, result: Result<T, barnraise::engine::replicates::Failure>| {
            values.push(result.unwrap_or_else(|failure| panic!("{failure:?}")));
            Ok::<(), std::convert::Infallible>(())
        };
        match run_in_order(0..futures, || worlds.desk(), work, keep) {
            Ok(()) => values,
        }
    }
}

/// One future of a world.
pub(crate) struct Future<'a> {
    pub(crate) region: &'a Region,
    pub(crate) record: &'a Record,
    pub(crate) parameters: &'a Parameters,
    pub(crate) years: usize,
}

impl Future<'_> {
    pub(crate) fn last(&self, outcome: RegionOutcome) -> f64 {
        self.record.region_value(self.years - 1, outcome)
    }

    pub(crate) fn mean_of(&self, outcome: RegionOutcome, years: std::ops::Range<usize>) -> f64 {
        let count = years.len() as f64;
        years.map(|year| self.record.region_value(year, outcome)).filter(|v| v.is_finite()).sum::<f64>() / count
    }

    pub(crate) fn count(&self) -> usize {
        self.region.districts.len()
    }

    /// A value of a community in a year.
    pub(crate) fn of(&self, year: usize, community: usize, outcome: DistrictOutcome) -> f64 {
        self.record.districts.values[(year * self.count() + community) * DISTRICT_WIDTH + outcome.index()]
    }

    /// The district that serves a community in a year.
    pub(crate) fn home(&self, year: usize, community: usize) -> usize {
        self.record.districts.group[year * self.count() + community] as usize
    }

    /// The districts that operate at the end of a year.
    pub(crate) fn operating(&self, year: usize) -> impl Iterator<Item = usize> + '_ {
        let gone = move |c: usize| {
            matches!(self.record.districts.form[year * self.count() + c], Form::Merged | Form::Dissolved)
        };
        (0..self.count()).filter(move |&c| self.home(year, c) == c && !gone(c))
    }

    /// Dollars of a value told per pupil.
    pub(crate) fn dollars(&self, year: usize, district: usize, outcome: DistrictOutcome) -> f64 {
        self.of(year, district, outcome) * self.of(year, district, DistrictOutcome::pupils).max(1.0)
    }

    pub(crate) fn reserve(&self, year: usize, district: usize) -> f64 {
        self.of(year, district, DistrictOutcome::reserve_share)
            * self.dollars(year, district, DistrictOutcome::programme_spending)
    }

    /// Whether a district took in nobody and was taken in by nobody up to a year.
    pub(crate) fn never_merged(&self, year: usize) -> Vec<bool> {
        let mut sizes = vec![0; self.count()];
        for community in 0..self.count() {
            sizes[self.home(year, community)] += 1;
        }
        (0..self.count()).map(|c| self.home(year, c) == c && sizes[c] == 1).collect()
    }
}

/// A mean and its standard error, of what is defined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl std::fmt::Display for Mean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.4} ({:.4})", self.mean, self.error)
    }
}

pub(crate) fn mean(values: impl IntoIterator<Item = f64>) -> Mean {
    let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (count - 1.0).max(1.0);
    Mean { mean, error: (variance / count).sqrt() }
}

/// The mean of paired differences, second less first.
pub(crate) fn difference(before: &[f64], after: &[f64]) -> Mean {
    assert_eq!(before.len(), after.len());
    mean(before.iter().zip(after).map(|(a, b)| b - a))
}

impl Mean {
    /// Not below zero, chance apart.
    pub(crate) fn not_negative(self) -> bool {
        self.mean >= -WRONG * self.error
    }

    /// Not above zero, chance apart.
    pub(crate) fn not_positive(self) -> bool {
        self.mean <= WRONG * self.error
    }

    /// Above zero, beyond chance.
    pub(crate) fn positive(self) -> bool {
        self.mean > WRONG * self.error
    }
}

/// What a sentence is known to miss.
#[derive(Debug)]
pub(crate) struct Miss {
    /// How what is asked begins, up to the figure.
    pub(crate) asked: &'static str,
    /// What was seen when it was listed.
    pub(crate) seen: &'static str,
    pub(crate) why: &'static str,
}

/// Collects what was found, and fails at the end with all of it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    lines: Vec<String>,
    wrong: usize,
}

impl Findings {
    pub(crate) fn ask(&mut self, holds: bool, what: impl Into<String>) {
        let what = what.into();
        self.lines.push(format!("{} {what}", if holds { "  " } else { "**" }));
        self.wrong += usize::from(!holds);
    }

    /// As `tell`, where exactly the known misses do not hold: one that is mended must leave the list.
    pub(crate) fn tell_but(mut self, known: &[Miss]) {
        for Miss { asked, seen, why } in known {
            assert!(!seen.is_empty() && why.len() > 20, "{asked}: no reason");
            match self
                .lines
                .iter_mut()
                .find(|line| line.strip_prefix("** ").is_some_and(|what| what.starts_with(asked)))
            {
                Some(line) => {
                    line.replace_range(..2, "..");
                    self.wrong -= 1;
                }
                None => self.ask(false, format!("mended, take it off the list: {asked} (it was {seen})")),
            }
        }
        self.tell();
    }

    #[allow(clippy::print_stdout, reason = "the figures are for those who run a test with --nocapture")]
    pub(crate) fn tell(self) {
        let all = self.lines.join("\n");
        assert!(self.wrong == 0, "{} of {} do not hold:\n{all}", self.wrong, self.lines.len());
        println!("{all}");
    }
}

// Instruments.

pub(crate) fn always(name: &str, kind: InstrumentKind) -> Instrument {
    Instrument {
        name: name.to_owned(),
        start: 0,
        end: None,
        budget_cap: None,
        eligibility: Eligibility::default(),
        kind,
    }
}

pub(crate) fn terms(per_pupil: f64, years: usize) -> ClusterGrant {
    ClusterGrant {
        per_pupil: vec![per_pupil; years],
        per_member: vec![0.0; years],
        min_members: 3,
        max_members: 8,
        radius_minutes: 75.0,
        services: FunctionSet::default(),
        match_share: 0.0,
        condition: Condition::None,
    }
}

pub(crate) fn cluster_grant(per_pupil: f64, years: usize) -> Instrument {
    always("grant", InstrumentKind::ClusterGrant(terms(per_pupil, years)))
}

pub(crate) fn vote_grant(per_pupil: f64, years: usize) -> Instrument {
    let condition = Condition::ReorganisationVote;
    always("grant", InstrumentKind::ClusterGrant(ClusterGrant { condition, ..terms(per_pupil, years) }))
}

pub(crate) fn merger_grant(per_pupil: f64, years: usize) -> Instrument {
    let grant = MergerGrant { per_pupil: vec![per_pupil; years], pupils_cap: f64::INFINITY };
    always("merging", InstrumentKind::MergerGrant(grant))
}

pub(crate) fn general_aid(per_pupil: f64, years: usize) -> Instrument {
    always("aid", InstrumentKind::GeneralAid(GeneralAid { per_pupil: vec![per_pupil; years] }))
}

pub(crate) fn floor(pupils: f64) -> Instrument {
    let floor = EnrolmentFloor { pupils, grace_years: 1, sparse_exempt: false, cluster_exempt: false };
    always("floor", InstrumentKind::EnrolmentFloor(floor))
}

pub(crate) fn until(end: u16, instrument: Instrument) -> Instrument {
    Instrument { end: Some(end), ..instrument }
}

pub(crate) fn starting_cluster(name: &str, members: u8, form: Form) -> StartingCluster {
    StartingCluster {
        name: name.to_owned(),
        members,
        for_high_school: false,
        years_shared: 0,
        origin: Origin::BottomUp,
        form,
        services: [Function::StaffDevelopment, Function::SpecialEducation].into_iter().collect(),
        depth: 0.25,
        task_focus: true,
        management: Management::Schools,
        coordinator: 0.0,
        early_boards: true,
        equal_shares: false,
        nested_in: 0,
        paid_by: None,
    }
}

pub(crate) fn starting_clusters(count: usize, members: u8, form: Form) -> Vec<StartingCluster> {
    (0..count).map(|nth| starting_cluster(&format!("start {nth}"), members, form)).collect()
}
