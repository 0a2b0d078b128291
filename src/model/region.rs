//! A region at the start: what is known of its state, its districts and its support organisations.
//!
//! These are validated facts; readers in `districts` make them from files or draw them from published
//! statistics. What no file tells (a board's attachment to its name, a superintendent's commitment)
//! is drawn anew in every replicate by `initial`.

use crate::engine::draws::EntityKey;

/// Kindergarten to twelfth grade.
pub const GRADES: usize = 13;
/// The first high-school grade (grade 9).
pub const FIRST_HIGH_SCHOOL_GRADE: usize = 9;

/// Most districts of a region: the United States have 13,000. A size of indices.
pub const MOST_DISTRICTS: usize = 20_000;
/// Most school buildings of a district.
pub const MOST_SCHOOLS: usize = 200;

/// What the agents are: American school districts, or single schools as in the English cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentKind {
    /// A school district with a board that taxes and can merge.
    #[default]
    District,
    /// A school under a local authority.
    School,
}

/// How separate votes decide a merger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VoteRule {
    /// A majority in every district concerned (the norm).
    #[default]
    SeparateMajorities,
    /// One majority over all voters of the districts concerned.
    CombinedMajority,
}

/// The rules of the state in which the region lies.
#[derive(Debug, Clone, PartialEq)]
pub struct StateRules {
    /// Courses (units a year) that the state asks a high school to offer. None where no state is named: then
    /// it is drawn anew in every replicate (parameter `standard_courses`).
    pub required_courses: Option<f64>,
    /// Longest acceptable one-way ride of an elementary pupil, minutes. Default 30.
    pub elementary_ride_minutes: f64,
    /// Longest acceptable one-way ride of a high-school pupil, minutes. Default 60.
    pub high_school_ride_minutes: f64,
    /// How votes decide.
    pub vote_rule: VoteRule,
    /// Years before a failed plan may be put to the voters again, at least. Default 1.
    pub retry_wait_years: u16,
    /// Whether the state officially recognises that small rural schools have problems and potential
    /// of their own (a necessary condition of the first study). Default true.
    pub official_recognition: bool,
    /// Offset to the log-odds of a merger proposal, from the state's own earlier decade. None where
    /// there is no history: then it is drawn from its prior.
    pub merger_climate: Option<f64>,
}

impl Default for StateRules {
    fn default() -> Self {
        Self {
            required_courses: None,
            elementary_ride_minutes: 30.0,
            high_school_ride_minutes: 60.0,
            vote_rule: VoteRule::SeparateMajorities,
            retry_wait_years: 1,
            official_recognition: true,
            merger_climate: None,
        }
    }
}

/// How schools are paid for in the state.
#[derive(Debug, Clone, PartialEq)]
pub struct StateFinance {
    /// Cost of the approved programme per pupil at a scale where the cost multiplier is 1, dollars
    /// a year of the first year. 2020: 13,500–14,500.
    pub base_cost: f64,
    /// Share of revenue from local, state and federal sources; they sum to 1.
    pub local_share: f64,
    /// See `local_share`.
    pub state_share: f64,
    /// See `local_share`.
    pub federal_share: f64,
    /// Share of the extra cost of small size that the existing foundation formula recognises
    /// (small-size aid, lost on merging), 0–1.
    pub small_size_aid: f64,
    /// Aid for sparse districts as a share of base cost per pupil, 0–0.3.
    pub sparsity_aid: f64,
    /// Pupils per square mile under which a district counts as sparse.
    pub sparse_below: f64,
    /// Elasticity of state aid to the smoothed count of pupils, 0.5–2: state law (above 1 where aid is a
    /// formula less local effort). None where it is not known: then it is drawn (parameter `aid_elasticity`).
    pub aid_elasticity: Option<f64>,
    /// Share of the gap between the count that aid pays for and that of pupils which closes in a year, 0.05–1: state
    /// law. None where it is not known: then it is drawn (parameter `aid_adjustment`).
    pub aid_adjustment: Option<f64>,
    /// How far the local levy follows pupils in the long run, 0–1.5: state law. None where it is not known:
    /// then it is drawn (parameter `levy_elasticity`).
    pub levy_elasticity: Option<f64>,
    /// Share of the gap between the levy and what it tends to that closes in a year, 0–1: state law. None where it is
    /// not known: then it is drawn (parameter `levy_adjustment`).
    pub levy_adjustment: Option<f64>,
}

impl StateFinance {
    /// Whether so many pupils on so many square miles count as sparse.
    #[inline]
    pub(crate) fn is_sparse(&self, pupils: f64, area: f64) -> bool {
        pupils < self.sparse_below * area
    }
}

impl Default for StateFinance {
    fn default() -> Self {
        Self {
            base_cost: 14_000.0,
            local_share: 0.45,
            state_share: 0.47,
            federal_share: 0.08,
            small_size_aid: 0.5,
            sparsity_aid: 0.05,
            sparse_below: 0.5,
            aid_elasticity: None,
            aid_adjustment: None,
            levy_elasticity: None,
            levy_adjustment: None,
        }
    }
}

/// A school building at the start: a place, and the grades that it teaches.
#[derive(Debug, Clone, PartialEq)]
pub struct StartingSchool {
    /// The town in which it stands, or its name.
    pub town: String,
    /// Miles east, as for districts.
    pub x: f64,
    /// Miles north.
    pub y: f64,
    /// Lowest grade taught (0 = kindergarten).
    pub lowest_grade: u8,
    /// Highest grade taught (12 = it is or holds a high school).
    pub highest_grade: u8,
}

/// One district at the start of the first year.
#[derive(Debug, Clone, PartialEq)]
pub struct StartingDistrict {
    /// Its stable identifier (LEAID for real districts); unique in the region.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The county (or local authority) that it belongs to.
    pub county: String,
    /// Place of its centre on a plane, miles east of the region's south-west corner.
    pub x: f64,
    /// Miles north.
    pub y: f64,
    /// Area, square miles, above 0.
    pub area: f64,
    /// Pupils by grade, kindergarten first; zero outside the grades taught.
    pub pupils: [f64; GRADES],
    /// Lowest grade taught (0 = kindergarten).
    pub lowest_grade: u8,
    /// Highest grade taught (12 = it has a high school).
    pub highest_grade: u8,
    /// Expected yearly change of the log of births, e.g. -0.02.
    pub trend: f64,
    /// Taxable valuation per pupil, dollars.
    pub valuation: f64,
    /// Spending per pupil relative to what its size predicts, around 1; drawn where unknown.
    pub cost_level: Option<f64>,
    /// Share of revenue from local sources; the state's where unknown.
    pub local_share: Option<f64>,
    /// Reserve as a share of yearly spending; drawn where unknown.
    pub reserve_share: Option<f64>,
    /// Debt, dollars.
    pub debt: f64,
    /// Full-time equivalent teachers; derived from enrolment where unknown.
    pub teachers: Option<f64>,
    /// Its school buildings, at least one; together they teach all grades of the district, and no others.
    pub schools: Vec<StartingSchool>,
    /// For a district without a high school: the identifier of the district to which its pupils go on, and
    /// which may lie on the same land. None: the nearest with a high school.
    pub high_school: Option<String>,
}

impl StartingDistrict {
    /// All its pupils.
    #[must_use]
    pub fn enrolment(&self) -> f64 {
        self.pupils.iter().sum()
    }

    /// Whether it teaches grades 9–12.
    #[must_use]
    pub fn has_high_school(&self) -> bool {
        usize::from(self.highest_grade) >= FIRST_HIGH_SCHOOL_GRADE
    }

    /// The name of its random draws: its identifier, never its place in a list.
    #[must_use]
    pub fn key(&self) -> EntityKey {
        EntityKey::from_name(&self.id)
    }
}

/// A university, service agency or regional laboratory that can help clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct SupportOrganisation {
    /// Its name.
    pub name: String,
    /// Miles east, as for districts.
    pub x: f64,
    /// Miles north.
    pub y: f64,
    /// Clusters that it can help in a year.
    pub capacity: u16,
    /// Farthest that it reaches, miles.
    pub reach: f64,
    /// Freedom from interests of its own, 0–1.
    pub neutrality: f64,
    /// Knowledge and skill that it brings, 0–1.
    pub knowledge: f64,
}

/// A region at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// A short name for files, e.g. `north-dakota`.
    pub name: String,
    /// A title for people.
    pub title: String,
    /// Where the figures come from.
    pub source: String,
    /// The calendar year in which the first simulated school year begins.
    pub first_year: i32,
    /// What the agents are.
    pub kind: AgentKind,
    /// The state's rules.
    pub rules: StateRules,
    /// The state's way of paying.
    pub finance: StateFinance,
    /// The yearly trend of the log of enrolment to which the districts' own trends return. None where
    /// it is not known: then each keeps its own.
    pub trend: Option<f64>,
    /// Standard deviation of what is not known of the districts' own trends, log/year, 0–0.1: drawn anew
    /// in every replicate.
    pub trend_unknown: f64,
    /// Whether pupils by grade are counted. False: they are modelled from totals, too smooth, and every
    /// replicate draws how large the cohorts are within the total.
    pub grades_known: bool,
    /// Its districts, in the order of their identifiers.
    pub districts: Vec<StartingDistrict>,
    /// Its support organisations.
    pub support: Vec<SupportOrganisation>,
}

impl Region {
    /// Puts the districts into the order of their identifiers, which is the order of the
    /// simulation: the order in a file has no effect.
    pub fn sort(&mut self) {
        self.districts.sort_by(|a, b| a.id.cmp(&b.id));
        self.support.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// All pupils of the region.
    #[must_use]
    pub fn enrolment(&self) -> f64 {
        self.districts.iter().map(StartingDistrict::enrolment).sum()
    }
}
