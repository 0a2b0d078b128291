//! A run that is stepped year by year, and what can be seen of it in between.
//!
//! ```
//! use std::sync::Arc;
//!
//! use barnraise::districts::synthetic::{SyntheticSpec, generate};
//! use barnraise::model::answers::{Answer, Question, Reason};
//! use barnraise::model::parameters::Parameters;
//! use barnraise::model::policy::Policy;
//! use barnraise::model::record::{Detail, Record};
//! use barnraise::model::simulation::{RunId, Simulation};
//!
//! let region = generate(&SyntheticSpec { districts: 20, ..SyntheticSpec::default() }, 1);
//! let simulation = Simulation::new(Arc::new(region), 10);
//! let (policy, parameters, id) = (Policy::default(), Parameters::default(), RunId { seed: 1, replicate: 0 });
//! let (mut workspace, mut record) = (simulation.workspace(), Record::default());
//!
//! let mut run = simulation.begin(&mut workspace, &policy, &parameters, id, Detail::Cluster, &mut record);
//! // The first year: the board of the first district calls its neighbours together. It cannot leave what it is not in.
//! let refused = run.year(&[Answer::yes(0, Question::Found), Answer::yes(0, Question::Leave)]);
//! assert_eq!(refused.len(), 1);
//! assert_eq!(refused[0].reason, Reason::NotInCluster);
//! // The other years: the model decides for all.
//! while run.next_year().is_some() {
//!     run.year(&[]);
//! }
//! let pupils: f64 = run.districts().map(|district| district.pupils).sum();
//! assert!(pupils > 0.0);
//! run.finish();
//! assert_eq!(record.years(), 10);
//! ```

use super::answers::{Answer, Reason, Refusal};
use super::events::{Form, Origin};
use super::measure;
use super::record::{Detail, Record};
use super::simulation::{self, RunId};
use super::state::Cluster;
use super::world::World;

/// A run between two of its years. Made by [`Simulation::begin`](super::simulation::Simulation::begin).
pub struct Run<'a> {
    pub(super) world: World<'a>,
    id: RunId,
    detail: Detail,
    next: u16,
    years: u16,
    record: &'a mut Record,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Run")
            .field("id", &self.id)
            .field("next", &self.next)
            .field("years", &self.years)
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(world: World<'a>, id: RunId, detail: Detail, years: u16, record: &'a mut Record) -> Self {
        record.clear();
        Self { world, id, detail, next: 0, years, record }
    }

    /// The year that comes next, from 0; none when all are over.
    #[must_use]
    pub fn next_year(&self) -> Option<u16> {
        (self.next < self.years).then_some(self.next)
    }

    /// Runs one year and measures it into the record. `answers` take the place of what the model would decide for
    /// those boards this year; their order does not matter, and without any the year is as in
    /// [`Simulation::run`](super::simulation::Simulation::run).
    ///
    /// Returns the answers that could not be carried out, in their order, each with its reason; the year has gone on
    /// without them. A no is refused only where nobody could give it: of a district that does not exist, or beside a yes.
    /// When all years are over, nothing happens and every answer is refused.
    pub fn year(&mut self, answers: &[Answer]) -> Vec<Refusal> {
        self.watched_year(answers, |_, _| ())
    }

    /// As [`year`](Self::year); `after` sees the world behind each step.
    pub(super) fn watched_year(
        &mut self,
        answers: &[Answer],
        after: impl FnMut(&'static str, &World<'a>),
    ) -> Vec<Refusal> {
        let Some(year) = self.next_year() else {
            return answers.iter().map(|&answer| Refusal { answer, reason: Reason::RunOver }).collect();
        };
        let s = &mut *self.world.s;
        s.answers.hear(answers, &s.d);
        simulation::year(&mut self.world, self.id, year, (self.detail, self.record), after);
        self.next += 1;
        self.world.s.answers.refused(answers)
    }

    /// What has been recorded so far. Events, and what is known only at the end, come with [`finish`](Self::finish).
    #[must_use]
    pub fn record(&self) -> &Record {
        self.record
    }

    /// What has happened so far, in order; nothing below cluster detail.
    #[must_use]
    pub fn events(&self) -> &[super::events::Event] {
        &self.world.s.events
    }

    /// Puts into the record what is known only at the end. Years that are left are not run.
    pub fn finish(self) {
        simulation::finish(self.world, self.record);
    }

    /// Every district of the start, in the order of the region, as it is now.
    #[must_use]
    pub fn districts(&self) -> impl ExactSizeIterator<Item = DistrictView<'_>> {
        (0..self.world.site.count).map(|place| self.district_at(place))
    }

    /// One district by its index in the region, as it is now; none where the region has no such district.
    #[must_use]
    pub fn district(&self, place: usize) -> Option<DistrictView<'_>> {
        (place < self.world.site.count).then(|| self.district_at(place))
    }

    fn district_at(&self, place: usize) -> DistrictView<'_> {
        let s = &*self.world.s;
        let d = &s.d[place];
        let start = &self.world.region.districts[place];
        let now = |amount: f64| if d.alive { amount } else { 0.0 };
        DistrictView {
            place,
            id: &start.id,
            name: &start.name,
            operating: d.alive,
            served_by: usize::from(s.c[place].home),
            form: measure::form_of(s, place),
            cluster: s.cluster_of(place).map(|cluster| cluster.serial),
            pupils: now(d.enrolment),
            courses: now(d.courses),
            spending: now(d.spending),
            aid: now(d.aid),
            levy: now(d.levy),
            reserve: now(d.reserve),
            paid_share: now(d.paid),
            stress: now(d.stress),
            high_schools: now(d.high_schools) as u16,
            buildings: now(d.buildings) as u16,
        }
    }

    /// The clusters at work, in the order of their founding.
    #[must_use]
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = ClusterView<'_>> {
        self.world.s.clusters.iter().map(ClusterView::of)
    }

    /// One cluster by its serial number, as it is now; none where it has ended or never was.
    #[must_use]
    pub fn cluster(&self, serial: u32) -> Option<ClusterView<'_>> {
        self.world.s.clusters.iter().find(|cluster| cluster.serial == serial).map(ClusterView::of)
    }
}

/// A district of the start as it is between two years. Where it has ended its amounts are 0. What only a year works
/// out (courses, spending, aid, levy, share paid, stress) is 0 or of the start before the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistrictView<'a> {
    /// Its index in the region.
    pub place: usize,
    /// Its identifier.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whether it is a district of its own.
    pub operating: bool,
    /// The index of the district that serves its community: its own while it operates.
    pub served_by: usize,
    /// Alone, in one of the forms of a cluster, or how it ended.
    pub form: Form,
    /// The serial number of its cluster; none while it shares with nobody.
    pub cluster: Option<u32>,
    /// Pupils taught.
    pub pupils: f64,
    /// Courses (units a year) within reach of its high-school pupils; 0 without a high school.
    pub courses: f64,
    /// Spent in the year, dollars.
    pub spending: f64,
    /// State aid of the year, dollars.
    pub aid: f64,
    /// Local levy of the year, dollars.
    pub levy: f64,
    /// Reserve at the end of the year, dollars; below 0: what it owes.
    pub reserve: f64,
    /// Share of the programme's need that is paid for, 0-1.
    pub paid_share: f64,
    /// What presses on its board, an index: 0 nothing; the more, the sooner it seeks partners.
    pub stress: f64,
    /// Open buildings that teach grades 9-12.
    pub high_schools: u16,
    /// Open school buildings.
    pub buildings: u16,
}

/// A cluster as it is between two years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterView<'a> {
    /// Its number in this run, in the order of founding, from 0.
    pub serial: u32,
    /// The year of its founding, from 0.
    pub founded: u16,
    /// Who began it.
    pub origin: Origin,
    /// Its form.
    pub form: Form,
    /// Its members' indices in the region, in the order of their joining.
    pub members: &'a [u16],
    /// Mean trust of its members in each other, 0-1.
    pub trust: f64,
    /// Mean gain of a member in the year, as a share of its budget; below 0: a loss.
    pub payoff: f64,
    /// How far it is its members' own, 0-1.
    pub ownership: f64,
    /// Activities under way, and those of them that worked this year.
    pub activities: u8,
    /// See `activities`.
    pub working: u8,
}

impl<'a> ClusterView<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        Self {
            serial: cluster.serial,
            founded: cluster.founded,
            origin: cluster.origin,
            form: cluster.form,
            members: cluster.members.as_slice(),
            trust: cluster.trust,
            payoff: cluster.payoff,
            ownership: cluster.ownership,
            activities: cluster.tasks.len() as u8,
            working: cluster.working,
        }
    }
}
