//! Every constant that is a claim about the world: title, unit, range, prior, mark and source.
//!
//! The table below is the one place where a parameter is defined; the struct, the registry, the
//! documentation and the scenario schema are made from it. A parameter with a prior is an uncertain
//! input: unless a scenario sets it, each replicate draws it anew from the triangular distribution
//! over the prior's range with its mode at the default.

use super::decisions::Decision;
use crate::engine::draws::{Draws, EntityKey};

/// How well a figure is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Found in a published source named in the entry.
    Found,
    /// Derived by arithmetic from found figures.
    Derived,
    /// Computed from public data.
    Computed,
    /// From the literature by memory; to be checked before citing.
    Memory,
    /// An assumption.
    Assumed,
}

impl Mark {
    /// The mark's letter in tables.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Found => "F",
            Self::Derived => "D",
            Self::Computed => "C",
            Self::Memory => "M",
            Self::Assumed => "A",
        }
    }
}

/// What is known about a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterInfo {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it means.
    pub title: &'static str,
    /// The process that it belongs to.
    pub process: &'static str,
    /// The name of its draws.
    pub key: EntityKey,
    /// Its unit.
    pub unit: &'static str,
    /// Its value where nothing else is said.
    pub default: f64,
    /// The values that can be set.
    pub range: (f64, f64),
    /// The values held plausible, if it is an uncertain input.
    pub prior: Option<(f64, f64)>,
    /// How well it is founded.
    pub mark: Mark,
    /// Where it comes from.
    pub source: &'static str,
}

/// A parameter's place in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(u16);

impl ParameterId {
    /// The parameter with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let place = PARAMETERS.iter().position(|info| info.name == name)?;
        u16::try_from(place).ok().map(Self)
    }

    /// All parameters, in the order of the registry.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..PARAMETERS.len()).filter_map(|place| u16::try_from(place).ok().map(Self))
    }

    /// Its entry.
    #[must_use]
    pub fn info(self) -> &'static ParameterInfo {
        &PARAMETERS[usize::from(self.0)]
    }

    /// Its place in the registry.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

macro_rules! prior {
    (known) => {
        None
    };
    (($low:expr, $high:expr)) => {
        Some(($low, $high))
    };
}

macro_rules! parameters {
    ($($process:literal { $(#[doc = $title:literal] $name:ident = $default:expr, [$low:expr, $high:expr], $prior:tt, $unit:literal, $mark:ident, $source:literal;)+ })+) => {
        /// One value for every parameter.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Parameters { $($(#[doc = $title] pub $name: f64,)+)+ }

        impl Default for Parameters {
            fn default() -> Self {
                Self { $($($name: $default,)+)+ }
            }
        }

        impl Parameters {
            /// The value of a parameter.
            #[must_use]
            pub fn get(&self, id: ParameterId) -> f64 {
                [$($(self.$name,)+)+][id.index()]
            }

            /// The place of a parameter's value.
            fn slots(&mut self) -> [&mut f64; COUNT] {
                [$($(&mut self.$name,)+)+]
            }
        }

        const COUNT: usize = PARAMETERS.len();

        /// The registry of parameters, in the order of the yearly schedule.
        pub static PARAMETERS: &[ParameterInfo] = &[$($(ParameterInfo {
            name: stringify!($name),
            title: $title.trim_ascii(),
            process: $process,
            key: EntityKey::from_name(stringify!($name)),
            unit: $unit,
            default: $default,
            range: ($low, $high),
            prior: prior!($prior),
            mark: Mark::$mark,
            source: $source,
        },)+)+];
    };
}

parameters! {
    "demography" {
        /// Added to every district's own yearly trend of births
        trend_shift = 0.0, [-0.05, 0.05], (-0.012, 0.012), "log/year", Derived, "Trend -2 % a year, -3.7 to -0.5 between regions: a region's own is known no better; set it to ask about another";
        /// Share of a district's gap to its trend line that births recover in a year
        birth_reversion = 0.2, [0.0, 1.0], (0.1, 0.35), "1/year", Assumed, "Birth series that trend and revert to the mean (model section 4)";
        /// Yearly shock to a district's births, standard deviation
        birth_shock_sd = 0.06, [0.0, 0.3], known, "log", Assumed, "Chosen so that total enrolment moves within the yearly shocks observed";
        /// Shock common to all districts of the region in a year, standard deviation
        regional_shock_sd = 0.007, [0.0, 0.05], known, "log", Computed, "State means of the yearly log change of enrolment, North Dakota, Iowa and South Dakota 1995-2016: sd 0.008-0.020, less the drift";
        /// How far the region's growth strays from its trend for years, standard deviation
        regional_drift_sd = 0.018, [0.0, 0.05], (0.010, 0.024), "log/year", Computed, "As above: state means of 1995-2006 and 2006-16 differ by 0.008, 0.018 and 0.026 a year";
        /// Share of that which is left after a year
        regional_drift_memory = 0.88, [0.0, 0.99], known, "share", Computed, "Autocorrelation of the state means after one year 0.2-0.9";
        /// How far a district's growth strays from the region's for years, standard deviation
        drift_sd = 0.016, [0.0, 0.05], (0.012, 0.020), "log/year", Computed, "As above: a drift of 1.6 % a year (robust 1.4) beside the chance of each pupil";
        /// Share of that which is left after a year
        drift_memory = 0.86, [0.0, 0.99], known, "share", Computed, "As above: persistence 0.86 a year (robust 0.84)";
        /// Shock to all grades of a district in a year, standard deviation
        district_shock_sd = 0.005, [0.0, 0.1], known, "log", Computed, "F-33 of four states, 1995-2016: variance of the yearly log change 0.005^2 + 0.8/pupils around a drift";
        /// Variance of what families who come and go add or take in a year, for each pupil of a community
        family_noise = 0.5, [0.0, 4.0], known, "pupils", Computed, "As above; high schools of four grades vary no more than districts of thirteen at equal size (Montana 1995-2016), so most of it moves all grades alike";
        /// Variance of the entering class for each child expected in it
        birth_noise = 1.0, [0.0, 4.0], known, "pupils", Assumed, "Births are counts: their variance is their number";
        /// Variance of a class in a year for each pupil in it, beyond what moves all classes alike
        class_noise = 0.08, [0.0, 2.0], known, "pupils", Derived, "As above: with the other two it gives 0.8/pupils for all kinds of districts";
        /// How far the children who would have entered later move with the pupils who move
        family_moves = 1.0, [0.0, 1.0], known, "share", Computed, "Enrolment is nearly a random walk: its variance over ten years is ten to eleven times that of one year";
        /// Pupils who go on to the next grade or arrive there, for each pupil of the grade before
        progression = 0.998, [0.9, 1.05], known, "ratio", Assumed, "Grade progression ratio; decline comes from births";
        /// Pupils who leave in a year for a near district that offers all required courses more, share
        open_enrolment = 0.02, [0.0, 0.2], (0.0, 0.05), "1/year", Assumed, "Open enrolment moves pupils toward broader programmes and short rides (model section 4)";
        /// Evidence against a neighbour that takes one per cent of a district's pupils in a year
        rivalry = 0.2, [0.0, 5.0], (0.0, 0.5), "events per %", Assumed, "Inherent competitiveness makes co-operation seem unrealistic (second study, The emergence of clusters)";
        /// Longest drive that open enrolment accepts
        open_enrolment_minutes = 30.0, [0.0, 120.0], known, "minutes", Assumed, "The ride norm of elementary pupils";
        /// Nearest districts that parents compare their own school with
        neighbours_compared = 4.0, [0.0, 24.0], known, "districts", Assumed, "Parents look at the schools around them (model section 4)";
    }
    "leadership" {
        /// Yearly probability that a superintendent leaves
        superintendent_turnover = 0.15, [0.0, 1.0], (0.10, 0.20), "1/year", Found, "Superintendent turnover 15 % a year (10-20)";
        /// Mean commitment of superintendents to cooperation
        commitment_mean = 0.5, [0.0, 1.0], known, "index 0-1", Assumed, "Scale fixed by definition: 0.5 is neither for nor against";
        /// Standard deviation of their commitment
        commitment_sd = 0.2, [0.0, 0.5], known, "index 0-1", Assumed, "Spread such that one in six is a champion";
        /// Mean attachment of a community to its own district
        identity_mean = 0.6, [0.0, 1.0], known, "index 0-1", Assumed, "Boards and communities fear the loss of their school (first study, factor 7)";
        /// Standard deviation of that attachment
        identity_sd = 0.18, [0.0, 0.5], known, "index 0-1", Assumed, "Communities differ";
        /// Share of trust that outlives a change of superintendent
        trust_kept_at_turnover = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Assumed, "A new superintendent keeps half (model section 5)";
        /// Share of a superintendent's commitment that cooperation feels: 0 where others are sent in their place
        leaders_take_part = 1.0, [0.0, 1.0], known, "share", Assumed, "Superintendents must be the representatives (first study, factor 6 and Necessary conditions)";
        /// Share of their knowledge and skill that support organisations bring to a cluster
        outside_knowledge = 1.0, [0.0, 1.0], known, "share", Assumed, "Outside organisations with knowledge as active collaborators (first study, Necessary conditions)";
        /// Yearly probability that a coordinator leaves
        coordinator_turnover = 0.12, [0.0, 1.0], known, "1/year", Assumed, "As superintendents, a little less";
        /// Yearly probability that a vacant post of coordinator is filled
        coordinator_hiring = 0.7, [0.0, 1.0], known, "1/year", Assumed, "Part-time posts in rural areas take time to fill";
        /// Least standing of a new coordinator, where the payer asks for none
        coordinator_least = 0.3, [0.0, 1.0], known, "index 0-1", Assumed, "Status and seniority of coordinators differed (second study, Co-ordination)";
        /// Share of districts that also belong to another grouping (special-education unit, service agency)
        other_groupings = 0.3, [0.0, 1.0], known, "share", Assumed, "Schools in more than one cluster found it time-consuming (second study, Complexity)";
        /// Probability that a cluster with a grant hires a coordinator
        coordinator_funded = 0.6, [0.0, 1.0], known, "share", Assumed, "Greater Nelson County had one (first study)";
        /// Probability that a cluster without a grant hires a coordinator
        coordinator_unfunded = 0.25, [0.0, 1.0], known, "share", Assumed, "Formal leadership is not necessary (first study, factor 6)";
        /// Cost of a coordinator, in base costs of one pupil
        coordinator_cost = 3.0, [0.0, 20.0], (2.0, 5.0), "base costs", Assumed, "A part-time coordinator (Greater Nelson County, first study)";
    }
    "money" {
        /// Yearly growth of costs beyond that of state aid: local taxpayers bear it
        wedge = 0.004, [-0.02, 0.03], (0.0, 0.01), "1/year", Assumed, "Costs grow a little faster than aid, 0-1 % (model section 4); in the finances of four states revenue and spending moved alike, so it is the levy that follows";
        /// Cost of running a district at all, in base costs of one pupil
        fixed_district = 8.0, [0.0, 60.0], (4.0, 12.0), "base costs", Derived, "Districts of 10-100 pupils without a high school cost 1.1-1.3 times a large one (Montana 1995-2016), less a building";
        /// Cost of running a high school at all, in base costs of one pupil
        fixed_high_school = 48.0, [0.0, 200.0], (33.0, 70.0), "base costs", Computed, "Cost per pupil of unified districts is 1 + 60/pupils (F-33 of four states, 1995-2016; by state 47-87), less district and building; high schools alone in Montana: 48";
        /// Cost of keeping one building open, in base costs of one pupil
        building_cost = 6.0, [0.0, 60.0], (4.0, 12.0), "base costs", Assumed, "Heat, custodian, principal's share; the rest of the fixed cost of 60 pupils";
        /// Share of the gap between what the programme costs and what is spent on it that closes in a year
        cost_adjustment = 0.38, [0.05, 1.0], (0.27, 0.45), "1/year", Derived, "F-33 of four states, 1995-2016: 0.25 (0.17-0.36 by state) as fitted to spending; set above it so that spending, which follows money too, has the elasticities of the record";
        /// How much faster it closes where the programme grows
        cost_adjustment_growth = 1.15, [1.0, 4.0], known, "ratio", Computed, "As above: 0.32 up and 0.23 down";
        /// How far the programme follows the money that comes in every year instead of its need
        programme_follows_money = 0.4, [0.0, 1.0], (0.25, 0.55), "share", Derived, "As above: spending has the elasticities of revenue, 0.46 in decline and 0.9 in growth, which the cost curve alone has not; the yearly balance does not depend on the trend";
        /// How far spending can fall short of what the programme needs before less of it is offered
        programme_slack = 0.05, [0.0, 0.5], (0.0, 0.10), "share", Assumed, "Spread of costs around the curve is 14 %, of salaries 13 %: a few per cent are a matter of class sizes";
        /// Elasticity of state aid to the smoothed count of pupils, where the state's is not known
        aid_elasticity = 1.1, [0.0, 3.0], (0.75, 1.5), "elasticity", Computed, "As above; by state law 0.74-1.6";
        /// Share of the gap between the count that aid pays for and that of pupils which closes in a year
        aid_adjustment = 0.36, [0.05, 1.0], (0.15, 0.9), "1/year", Computed, "As above; by state 0.14-0.95";
        /// Weight of last year's pupils in the count that aid pays for
        aid_count_last = 0.6, [0.0, 1.0], known, "share", Computed, "As above";
        /// Elasticity of federal money to the smoothed count
        federal_elasticity = 0.7, [0.0, 2.0], known, "elasticity", Computed, "As above: 0.70 after ten years";
        /// How far the local levy follows pupils in the long run, where the state's is not known
        levy_elasticity = 0.75, [0.0, 2.0], (0.4, 1.1), "elasticity", Computed, "As above; by state 0.54-1.3";
        /// How many times more it follows pupils who come than pupils who go
        levy_asymmetry = 2.0, [1.0, 10.0], (1.4, 2.8), "ratio", Computed, "As above: decline 0.5, growth 1.0; money comes with pupils faster than it leaves with them";
        /// Share of the gap between the levy and what it tends to that closes in a year
        levy_adjustment = 0.19, [0.0, 1.0], (0.1, 0.3), "1/year", Computed, "As above; with the elasticity well known only as a product of 0.10";
        /// Fall of the levy in a year for each share of the programme that the reserve holds beyond what is wanted
        levy_reserve = 0.25, [0.0, 1.0], (0.1, 0.3), "share per share", Derived, "As above: after 10 % of surplus the levy is 0.8 % lower";
        /// Share of what the reserve holds beyond what is wanted that is spent once in a year, or put off where it is short
        one_off = 0.1, [0.0, 1.0], (0.05, 0.2), "1/year", Derived, "As above: after three years nothing is left of a deficit, and reserves do not depend on the trend of pupils";
        /// How far a reserve lies from what is wanted before a board is pressed to bring it back
        reserve_band = 0.2, [0.0, 1.0], known, "share of programme", Assumed, "Reserves 10-20 % of spending (5-35): within this, boards differ and are left alone";
        /// Share of what lies beyond that which is spent once, or put off, in a year as well
        one_off_beyond = 0.4, [0.0, 1.0], known, "1/year", Assumed, "Montana and others limit the reserve of a general fund; a model in which fifths differ by more than 7 % of a year in a decade contradicts the finances of four states";
        /// Share of what a year left over that is spent once in the next, or put off where it was lacking
        carried_over = 0.25, [0.0, 1.0], (0.1, 0.4), "share", Derived, "As above: after 10 % of surplus next year's spending is up to 5.9 % higher (building years included), of which salaries 0.2 %; a deficit is likelier for two years after one (0.44 against 0.20, then 0.30 against 0.24), and no longer";
        /// Most of the gap in a reserve that boards answer in one year
        reserve_gap_most = 0.6, [0.0, 2.0], known, "share of programme", Assumed, "As above: equipment and repairs are bought or put off within bounds";
        /// Share of the programme cut in a year for each share by which the reserve is short
        cut_reserve = 0.03, [0.0, 0.5], (0.0, 0.05), "share per share", Computed, "As above: staff hardly follow a deficit, 0.2 % a year for 10 %";
        /// Reserve that boards want to hold
        reserve_target = 0.20, [0.0, 1.0], (0.10, 0.30), "share of programme", Assumed, "Reserves 10-20 % of spending (5-35); the level is not in the finances";
        /// Median reserve at the start
        start_reserve = 0.17, [0.0, 1.0], known, "share of budget", Found, "Reserves 10-20 % of spending at the start (5-35)";
        /// Passing disturbance of revenue: the part that size does not change, standard deviation
        revenue_shock = 0.02, [0.0, 0.2], known, "share", Computed, "F-33 of four states, 1995-2016: yearly log changes by size, deficits in 26 % of years";
        /// The part of its variance that falls with size, times pupils
        revenue_shock_count = 0.45, [0.0, 5.0], known, "pupils", Computed, "As above";
        /// Share of it that is left after a year
        revenue_shock_memory = 0.4, [0.0, 0.99], known, "share", Computed, "As above";
        /// Disturbance of revenue of one year only, relative to the passing one
        revenue_noise = 0.5, [0.0, 2.0], known, "ratio", Computed, "As above";
        /// Passing disturbance of spending on the programme: the part that size does not change, standard deviation
        programme_shock = 0.018, [0.0, 0.2], known, "share", Computed, "As above";
        /// The part of its variance that falls with size, times pupils
        programme_shock_count = 0.35, [0.0, 5.0], known, "pupils", Computed, "As above";
        /// Share of it that is left after a year
        programme_shock_memory = 0.75, [0.0, 0.99], known, "share", Computed, "As above";
        /// Yearly change of what voters wish to spend: the part that size does not change, standard deviation
        taste_sd = 0.02, [0.0, 0.2], known, "share", Computed, "As above";
        /// The part of its variance that falls with size, times pupils
        taste_count = 0.2, [0.0, 5.0], known, "pupils", Computed, "As above";
        /// Share of it that is left after a year
        taste_memory = 0.97, [0.0, 1.0], known, "share", Assumed, "Nearly a random walk within the twenty years on record; the spread at one size does not grow for ever";
        /// Probability that a district begins a building in a year, at constant enrolment
        building_rate = 0.06, [0.0, 1.0], known, "1/year", Computed, "F-33 of four states, 1995-2016: spells of two years, 6 % a year";
        /// What a building costs, share of a year's programme
        building_size = 0.38, [0.0, 3.0], known, "share of budget", Computed, "As above: mean 38 % of a year's spending";
        /// How much more often it does where enrolment grew by a whole in five years
        building_growth = 5.0, [0.0, 50.0], known, "ratio", Assumed, "As above: more with growth";
        /// Share of one-off money of instruments that is spent in a year
        fund_spent = 0.35, [0.0, 1.0], (0.2, 0.6), "1/year", Assumed, "Grant money is spent, over some years, on what is bought once; merging grants went into one-off costs and lower taxes (Switzerland)";
        /// Part of the fee for a pupil of another district that is charged, of what its own taxpayers pay for one
        tuition_charged = 1.0, [0.0, 3.0], known, "ratio", Assumed, "Districts without a high school pay for their pupils elsewhere (North and South Dakota: cost and levy 2-4 times as high)";
        /// Share of a saving that goes to local taxpayers
        saving_to_levy = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Computed, "After 20 mergers in North and South Dakota local revenue and state revenue fell alike, each by half of the saving";
        /// Share of what a merger changes in the cost of the programme that comes at once
        merger_at_once = 0.6, [0.0, 1.0], (0.4, 0.8), "share", Computed, "As above: salaries per pupil -9 % in the year of the merger, -13 % in years 4-8";
        /// What a merger costs once, share of the merged budget in each of the years in which it is paid in full
        adjustment_cost = 0.08, [0.0, 0.3], (0.04, 0.12), "share", Computed, "As above: total spending saves nothing for two years, then 8-10 %";
        /// Years after a merger in which that is paid in full
        adjustment_full_years = 2.0, [0.0, 15.0], known, "years", Computed, "As above";
        /// Year after a merger in which it is gone
        adjustment_gone_years = 4.0, [1.0, 30.0], known, "years", Computed, "As above; Duncombe & Yinger 2005: gone by year six";
        /// Elasticity of salaries with enrolment, levelled up on merging
        salary_elasticity = 0.02, [0.0, 0.5], (0.0, 0.05), "elasticity", Derived, "Salary elasticity with size +0.10 across districts; what mergers saved on record leaves room for half";
        /// Share of a predicted saving on a shared function that arrives; administration and grades apart
        realised_saving = 0.3, [0.0, 1.0], (0.0, 0.5), "share", Found, "0-10 % of a function, default 4 %: Gordon & Knight 2008 (Iowa), Arkansas 2021, DeLuca 2013 (Michigan), New York 2012";
        /// Share of the cost of running a district that a fully shared administration saves, but for its number
        administration_saved = 0.8, [0.0, 1.0], (0.6, 0.9), "share", Memory, "A shared superintendent costs (1 - 1/n) of a salary less a premium of 10-20 %";
        /// Yearly real growth of taxable valuation
        valuation_growth = 0.005, [-0.05, 0.05], (0.0, 0.01), "1/year", Assumed, "Land and buildings gain a little in real terms";
        /// Further cut in a year to the programme of a district without a reserve
        emergency_cut = 0.02, [0.0, 0.5], known, "share", Assumed, "Boards cover a gap by reserve, then levy, then cuts";
        /// Reserve below which a district with no way left counts as insolvent, share of the programme below zero
        insolvent_below = 0.10, [0.0, 1.0], known, "share of programme", Assumed, "3 % of districts hold less than nothing at the end of a year and go on";
        /// Reserve from which on a district counts as fully solvent
        solvent_from = 0.05, [0.0, 1.0], known, "share of programme", Assumed, "3-5 % of districts hold under 5 % (model section 4)";
        /// Share of salaries in the cost of a district
        salary_share = 0.6, [0.0, 1.0], known, "share", Derived, "Instruction 60-69 % of spending";
        /// Spread of costs between districts of one size at the start
        start_cost_sd = 0.06, [0.0, 0.5], known, "log", Assumed, "Used where a region file does not give spending";
        /// Log standard deviation of the reserve at the start
        start_reserve_sd = 0.6, [0.0, 2.0], known, "log", Derived, "3-5 % of districts hold under 5 % (model section 4)";
        /// Deepest cut to the programme
        cut_limit = 0.25, [0.0, 0.6], known, "share", Assumed, "A quarter unpaid counts as full stress";
        /// Share of the programme that a board restores in a year when it can
        programme_restored = 0.02, [0.0, 0.5], known, "share", Assumed, "Posts that were cut are filled again one by one";
        /// Log-odds that voters of a district without a reserve allow a higher levy
        levy_vote = 0.2, [-4.0, 4.0], (-0.6, 1.0), "log-odds", Assumed, "About half of levy votes pass";
        /// Effect of the board's support for cooperation on that vote
        levy_vote_board = 1.0, [0.0, 5.0], known, "log-odds", Assumed, "A board that is at one with its community carries it along";
        /// What a successful vote adds to the levy
        levy_voted_raise = 0.05, [0.0, 1.0], known, "share", Assumed, "A choice: votes differ widely";
        /// Debt paid back in a year
        debt_repayment = 0.05, [0.0, 1.0], known, "1/year", Assumed, "Bonds of twenty years";
        /// Share of spending on transport where pupils are as dense as `transport_reference`
        transport_share = 0.06, [0.0, 0.3], known, "share", Found, "Rural transport 5.5-6.7 % of spending";
        /// Pupils that fill one building
        building_pupils = 250.0, [50.0, 2000.0], known, "pupils", Assumed, "Rural elementary and secondary buildings";
        /// Pupils per teacher in large districts
        pupils_per_teacher = 12.4, [5.0, 30.0], known, "pupils", Found, "12.4 in North Dakota";
        /// Enrolment at which staffing is half as lean
        small_staffing = 60.0, [0.0, 500.0], known, "pupils", Memory, "7-10 pupils per teacher under 150";
    }
    "programme" {
        /// Courses that the staff of a high school of 80 pupils teaches
        courses_level = 50.0, [10.0, 150.0], (44.0, 58.0), "units", Derived, "Missouri, Iowa, North Dakota: 40, 80, 150, 300 pupils: 39, 50, 63, 80 units; staffing of small schools";
        /// Elasticity of these courses to pupils
        courses_elasticity = 0.36, [0.0, 1.5], (0.20, 0.45), "elasticity", Derived, "Missouri 0.25-0.32, Iowa 0.20-0.30, North Dakota 0.38-0.45, staffing 0.35-0.7; doubling adds 17 % (Barker & Gump)";
        /// Pupils from which on courses rise more slowly
        courses_bend = 450.0, [100.0, 3000.0], known, "pupils", Derived, "As above; a high school of 400 is enough (Monk)";
        /// The elasticity from there on
        courses_elasticity_large = 0.27, [0.0, 1.5], known, "elasticity", Derived, "Missouri: rural 76, suburban 121 units";
        /// Spread of courses between high schools of one size
        courses_spread = 0.20, [0.0, 1.0], (0.12, 0.28), "log", Memory, "Nothing else explains the spread at a given size (Monk 1990); 10 of 13-37 small Iowa districts had difficulty with 41 units";
        /// Courses that teachers who travel, and lines, add between four partners, share of the own
        courses_shared = 0.15, [0.0, 1.0], (0.05, 0.25), "share", Derived, "Iowa 1999: four high schools share about ten courses, +12-15 %; 10-15 % (5-25) for three to five partners";
        /// Part of these posts that needs no money beyond what members have
        posts_unpaid = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Assumed, "Teachers who have hours to spare; others must be hired";
        /// Courses that boards and parents wish for
        courses_wished = 63.0, [20.0, 200.0], (55.0, 75.0), "units", Assumed, "What a high school of 150 pupils offers; Missouri calls 69 desirable";
        /// Units that the state asks for, where no state is named
        standard_courses = 27.0, [0.0, 200.0], (20.0, 41.0), "units", Found, "Montana and South Dakota 20, North Dakota 27, Arkansas 38, Iowa 41";
        /// Courses that count as one unit of the standard
        standard_counted = 1.0, [0.2, 3.0], (0.9, 1.1), "ratio", Assumed, "Half units, alternate years and courses that nobody takes are counted differently";
        /// Share of the courses gained by sharing that half an hour of travel takes away
        courses_travel = 0.3, [0.0, 1.0], (0.1, 0.5), "share", Assumed, "Less what travel time takes (model section 4)";
        /// Part of the programme's scale that fully shared specialist teaching brings
        programme_specialist = 0.8, [0.0, 1.0], (0.5, 1.0), "share", Assumed, "Languages, arts, advanced science and mathematics (first study, factor 9)";
        /// Part that fully shared libraries and technology bring
        programme_technology = 0.4, [0.0, 1.0], (0.2, 0.6), "share", Assumed, "Distance technologies (first study, factor 4)";
        /// Part that fully shared activities and pooled classes bring
        programme_activities = 0.1, [0.0, 1.0], known, "share", Assumed, "Low-enrolment classes (first study, factor 9)";
        /// Courses lost for each share of the programme that is not paid for
        courses_cut = 0.5, [0.0, 2.0], known, "share per share", Assumed, "Cuts fall half on courses";
        /// Pupils referred for special provision outside their school
        referral_rate = 2.0, [0.0, 20.0], known, "per 100 pupils", Assumed, "Level by definition; only its change is used";
        /// Fall of referrals where special education or behaviour support is fully shared
        referral_fall = 0.35, [0.0, 1.0], (0.1, 0.6), "share", Found, "A marked reduction in one of four clusters (second study, Effectiveness); its size is assumed";
        /// Effect of unpaid programme on workload
        workload_shortage = 1.0, [0.0, 4.0], known, "index per share", Assumed, "Vacant posts are shared by those left";
        /// Workload added by each shared activity
        workload_task = 0.02, [0.0, 0.3], (0.01, 0.04), "index per activity", Found, "At all levels collaboration increased workloads (second study); its size is assumed";
        /// Share of the distance that fully shared libraries and technology spare
        technology_spares = 0.7, [0.0, 1.0], known, "share", Assumed, "Distance may be overcome by technologies (first study, factor 4); its size is assumed";
    }
    "transport" {
        /// Pupils per square mile at which transport costs its usual share
        transport_reference = 1.0, [0.05, 100.0], known, "pupils/sq mile", Assumed, "Median density of rural districts; rural transport 5.5-6.7 % of spending";
        /// Least of transport's usual cost that a dense district pays
        transport_least = 0.5, [0.0, 1.0], known, "ratio", Assumed, "Some pupils ride everywhere";
        /// Most of transport's usual cost that a sparse district pays
        transport_most = 3.0, [1.0, 20.0], known, "ratio", Assumed, "Keeps the curve within what it was set for";
        /// Speed of a school bus
        bus_speed = 35.0, [10.0, 70.0], known, "miles/hour", Assumed, "Rural roads with stops";
        /// Road distance for each mile as the crow flies
        detour = 1.3, [1.0, 2.0], known, "ratio", Assumed, "Section-line roads: 1.27 on average";
        /// Share of the own longest ride that is added to the ride to a host
        ride_added = 0.5, [0.0, 1.0], known, "share", Assumed, "Pupils who ride toward the host pass their old school on the way";
        /// Speed of adults between districts
        drive_speed = 50.0, [20.0, 80.0], known, "miles/hour", Assumed, "Rural highways";
        /// Longest drive between the seats of districts that can be one
        merger_minutes = 45.0, [5.0, 300.0], known, "minutes", Assumed, "Partners lie 12-16 miles apart (5-28); beyond it the ride norm is broken for nearly all";
        /// Longest drive between districts that invite each other
        invitation_minutes = 75.0, [10.0, 240.0], known, "minutes", Assumed, "Distances must allow frequent meetings (first study, factor 4)";
    }
    "trust" {
        /// Evidence that one success adds
        trust_evidence = 0.6, [0.0, 5.0], (0.4, 0.9), "events", Assumed, "Founders' mean trust after 3-5 years 0.55-0.75 (model section 5)";
        /// Weight of a broken promise against a kept one
        trust_loss = 2.5, [1.0, 6.0], (2.0, 3.0), "ratio", Assumed, "Losses weigh 2-3 times (Beta reputation: form found, values assumed)";
        /// Share of the evidence that outlives a year
        trust_memory = 0.90, [0.0, 1.0], (0.85, 0.95), "1/year", Assumed, "Forgetting 0.85-0.95 a year";
        /// Share of the blame for a failure that minutes and reviews take away
        trust_documented = 0.25, [0.0, 1.0], (0.1, 0.4), "share", Assumed, "Documentation limits the blame (first study, factor 12)";
        /// Share of the blame that a failure of the smallest step brings
        trust_small_step = 0.3, [0.0, 1.0], (0.15, 0.45), "share", Assumed, "A small step that fails costs little (first study, factor 9)";
        /// Share of the blame that is borne where an activity has worked for three years
        trust_established = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Assumed, "Maturity changes what trust rests on (Bstieler 2017); agreements in place last eighteen years on average (New York)";
        /// Evidence against a partner after a failed merger vote
        trust_failed_vote = 3.0, [0.0, 10.0], (2.0, 4.0), "events", Assumed, "A failed merger vote adds 2-4 (model section 5)";
        /// Evidence against a member that leaves before its term
        trust_early_exit = 3.0, [0.0, 10.0], (2.0, 4.0), "events", Assumed, "An early exit adds 2-4 (model section 5)";
    }
    "cooperation" {
        /// Meetings of a cluster in each of its first two years
        meetings_first = 9.0, [0.0, 24.0], known, "1/year", Found, "Once a month in the beginning (first study, factor 10): nine school months";
        /// Meetings in each later year
        meetings_later = 4.0, [0.0, 24.0], known, "1/year", Assumed, "Fewer meetings are needed later, at regular intervals (first study, factor 10)";
        /// Years of a cluster that count as its first
        meetings_first_years = 2.0, [0.0, 10.0], known, "years", Assumed, "Once a month in the beginning (first study, factor 10)";
        /// Meetings a year at which trust is built at its usual pace
        usual_meetings = 6.0, [1.0, 24.0], known, "1/year", Assumed, "Between those of the first and of later years";
        /// Log-odds that a shared activity works, all else at its middle
        task_intercept = 0.9, [-5.0, 5.0], (0.5, 1.3), "log-odds", Assumed, "Set with the patterns of table 1 of the second study and the survival of clusters";
        /// Effect of mean trust
        task_trust = 1.6, [0.0, 8.0], (1.0, 2.2), "log-odds", Assumed, "Time to establish trust (first study, factor 2)";
        /// Effect of a coordinator of full seniority and quality
        task_coordinator = 0.9, [0.0, 5.0], (0.6, 1.2), "log-odds", Assumed, "A key factor in maintenance (second study, Co-ordination)";
        /// Effect of superintendents' commitment
        task_leaders = 0.95, [0.0, 5.0], (0.5, 1.4), "log-odds", Assumed, "Active participation of school leaders (first study, factor 6)";
        /// Effect of a neutral facilitator
        task_facilitator = 0.35, [0.0, 5.0], (0.2, 0.55), "log-odds", Assumed, "Support organisations (first study, factor 8)";
        /// Effect of money for the activity: half of it with pooled money of its own, all with as much as can be used
        task_money = 0.35, [0.0, 5.0], (0.2, 0.55), "log-odds", Assumed, "Shared financing (first study, factor 11)";
        /// Part of that effect which pooled money of a cluster's own has
        task_money_pooled = 0.5, [0.0, 1.0], known, "share", Assumed, "Half (shared financing: first study, factor 11)";
        /// Money for shared work at which its effect is half, share of the base cost for each pupil
        task_money_half = 0.02, [0.0001, 1.0], (0.01, 0.04), "share of base cost", Assumed, "Grants of 20-165 dollars a pupil around 1990, 0.5-4 % of spending, moved cooperation";
        /// Effect of a purpose that the members set themselves
        task_purpose = 0.4, [0.0, 5.0], (0.2, 0.6), "log-odds", Assumed, "Problems defined by and common to all; homegrown solutions (first study, factor 1)";
        /// Effect of the sense of ownership
        task_ownership = 0.8, [0.0, 5.0], (0.4, 1.2), "log-odds", Assumed, "Ownership (second study)";
        /// Effect of doubling the meetings (per unit of the log)
        task_meetings = 0.3, [0.0, 3.0], (0.15, 0.45), "log-odds", Assumed, "Frequent meetings (first study, factor 10)";
        /// Effect of work on a task rather than on the allocation of resources
        task_focus = 0.35, [0.0, 5.0], (0.2, 0.55), "log-odds", Assumed, "Task focus (second study)";
        /// Effect of the commitment for three years while it lasts
        task_term = 0.27, [0.0, 5.0], (0.15, 0.4), "log-odds", Assumed, "People invest when they expect to meet again (first study, factor 2)";
        /// Effect of each further activity under way
        task_crowding = 0.10, [0.0, 2.0], (0.05, 0.2), "log-odds", Assumed, "Manageable in scope (second study, Complexity)";
        /// Effect of a formal structure or other groupings that its members belong to
        task_complexity = 0.35, [0.0, 3.0], (0.2, 0.55), "log-odds", Assumed, "Keep the structure simple (first study, factor 5); overlapping clusters (second study, Complexity)";
        /// Formal structure of every cluster beyond what its form asks, in units of one overlapping grouping
        structure_added = 0.0, [0.0, 4.0], known, "groupings", Assumed, "A simple organisational structure is sufficient (first study, factor 5); a what-if, no effect at its default";
        /// Formal structure of a consortium or federation, in units of one overlapping grouping
        structure_formal = 0.5, [0.0, 4.0], known, "groupings", Assumed, "Boards and contracts of its own (model section 2)";
        /// Effect of unlike sizes, per unit of the standard deviation of log enrolment beyond the free part
        task_unlike = 1.0, [0.0, 5.0], (0.5, 1.5), "log-odds", Assumed, "Member schools should be similar (first study, factor 3)";
        /// Standard deviation of log enrolment that does no harm
        task_unlike_free = 0.25, [0.0, 2.0], known, "log", Assumed, "As above";
        /// Effect of the size of the step (0.5 for the first, 1 for the last)
        task_step = 0.8, [0.0, 5.0], (0.5, 1.2), "log-odds", Assumed, "Start small and build on success (first study, factor 9)";
        /// Effect of five years' practice in an activity
        task_practice = 0.6, [0.0, 4.0], (0.3, 0.9), "log-odds", Assumed, "Start small and build on success (first study, factor 9)";
        /// Size of the first step of an activity that starts small
        first_step = 0.5, [0.0, 1.0], known, "share", Assumed, "Start small and build on success (first study, factor 9)";
        /// Size of a step of administration and core instruction, relative to others
        heavy_step = 1.3, [1.0, 5.0], known, "ratio", Assumed, "Grades and administrators last (evidence, stylised fact 2)";
        /// How far clusters start small: 1 in the smallest steps, 0 at full size from the first
        start_small = 1.0, [0.0, 1.0], known, "share", Assumed, "Start small and build on success (first study, factor 9)";
        /// Effect of half an hour of travel on an activity that distance does not hurt
        task_travel = 0.2, [0.0, 3.0], (0.1, 0.3), "log-odds", Assumed, "Geographic proximity (first study, factor 4)";
        /// Further effect of half an hour of travel on an activity that distance hurts fully
        task_distance = 0.47, [0.0, 3.0], (0.25, 0.7), "log-odds", Assumed, "Geographic proximity (first study, factor 4)";
        /// Travel at which distance neither helps nor hurts
        task_minutes = 15.0, [0.0, 120.0], known, "minutes", Assumed, "A short drive between neighbours; task_intercept is set with it";
        /// Effect of each member beyond the manageable number
        task_size = 0.5, [0.0, 3.0], (0.3, 0.7), "log-odds", Assumed, "Larger groups would make decisions and accountability very difficult (second study, Size)";
        /// Manageable number of members
        task_size_free = 7.0, [2.0, 20.0], known, "districts", Found, "3-8 (first study, factor 3); 6-8 (second study, Size)";
        /// Probability that a cluster takes on a further activity after a good year
        next_task = 0.35, [0.0, 1.0], (0.2, 0.5), "1/year", Assumed, "You will be able to take on bigger challenges (first study, factor 9)";
        /// How much more likely that is where there is as much money as can be used
        next_task_money = 0.6, [0.0, 5.0], (0.2, 1.0), "share", Assumed, "Survivors had 3.9 funding sources against 3.0 (HCAP coalitions)";
        /// Years running after which an activity that fails is dropped
        drop_after = 2.0, [1.0, 20.0], known, "years", Assumed, "Tasks are dropped before partners leave (Creston, Hamburg in Iowa; Communities That Care)";
        /// Activities beyond which a cluster without task focus takes on no more
        unfocused_tasks = 1.0, [0.0, 9.0], known, "activities", Assumed, "Clusters that dealt with resources did little else (second study, Task focus); the number is assumed";
        /// Share of activities that must work for a year to count as good
        good_year = 0.5, [0.0, 1.0], known, "share", Assumed, "Half of them; what neighbours, members and boards call a cluster that works";
        /// Trust above which administration and core instruction are considered
        deep_trust = 0.62, [0.0, 1.0], (0.56, 0.68), "index 0-1", Assumed, "Cheap sharing first, grades and administrators last (evidence, stylised fact 2)";
        /// Depth to which a network shares what it shares, in quarters
        network_depth = 2.0, [0.0, 4.0], known, "quarters", Assumed, "Networks are loose and informal (second study, Networks)";
        /// Depth to which a cluster shares its administration, in quarters
        cluster_administration_depth = 3.0, [0.0, 4.0], known, "quarters", Assumed, "One head over all is what makes a federation (second study, Federations)";
        /// Weight of fully shared administration as a step to a merger
        deep_administration = 0.3, [0.0, 1.0], known, "share", Assumed, "The ladder from sharing to a merger (Iowa): grades weigh more";
        /// Weight of fully shared core instruction as a step to a merger
        deep_instruction = 0.7, [0.0, 1.0], known, "share", Assumed, "As above";
        /// Share of the gap between ownership and its level that closes in a year
        ownership_drift = 0.25, [0.0, 1.0], known, "1/year", Assumed, "Ownership comes from control of common resources (second study, Ownership)";
        /// Ownership to which a cluster of the members' own drifts
        ownership_own = 0.75, [0.0, 1.0], known, "index 0-1", Assumed, "As above";
        /// Ownership to which a cluster begun for money drifts
        ownership_incentive = 0.6, [0.0, 1.0], known, "index 0-1", Assumed, "An agenda brought in by an outside agency lacks ownership (first study, factor 1)";
        /// Ownership to which a cluster assigned from above drifts
        ownership_assigned = 0.25, [0.0, 1.0], known, "index 0-1", Assumed, "Top-down clusters (second study, table 1)";
        /// Ownership that a cluster assigned from above gains where its schools run it
        ownership_control = 0.3, [0.0, 1.0], (0.15, 0.45), "index 0-1", Assumed, "Ownership only if schools control the common resources (second study, Ownership; table 1, clusters 1 and 2)";
        /// Ownership that a year in which all works adds to its level, against one in which half does
        ownership_success = 0.2, [0.0, 2.0], known, "index per share", Assumed, "Success makes it the members' own (first study, factor 9)";
        /// Ownership that each member beyond the manageable number takes from its level
        ownership_size = 0.02, [0.0, 0.5], known, "index per member", Assumed, "Size and a structure of its own take it away (second study, Size)";
        /// How far the purpose of a cluster begun for money is the members' own
        purpose_incentive = 0.5, [0.0, 1.0], known, "index 0-1", Assumed, "Half: between bottom-up (1) and top-down (0) by definition of the scale (first study, factor 1)";
        /// Evidence between members of different clusters of one super-cluster in a year in which all works
        super_cluster_contact = 0.15, [0.0, 5.0], (0.05, 0.3), "events", Assumed, "Events and talent shared across the I-70 clusters (first study); its size is assumed";
        /// Board support where boards took part from the first year
        board_early = 0.62, [0.0, 1.0], (0.56, 0.68), "index 0-1", Assumed, "Early involvement of the board pays dividends (first study, factor 7)";
        /// Board support elsewhere
        board_base = 0.50, [0.0, 1.0], known, "index 0-1", Assumed, "Scale fixed by definition";
        /// Weight of how boards were brought in on their support at the founding
        board_at_founding = 0.5, [0.0, 1.0], known, "share", Assumed, "Half of what boards thought before stays";
        /// Board support where boards were told afterwards
        board_late = 0.38, [0.0, 1.0], (0.32, 0.44), "index 0-1", Assumed, "Early involvement of the board pays dividends (first study, factor 7)";
        /// Share of board support that lasts a year
        board_memory = 0.8, [0.0, 1.0], known, "1/year", Assumed, "Model section 5";
        /// Board support that a full payoff adds
        board_payoff = 0.4, [0.0, 1.0], (0.2, 0.6), "index 0-1", Assumed, "There must be a payoff (second study, Payoff)";
        /// Payoff that counts as full for a board
        board_payoff_scale = 0.02, [0.001, 0.2], known, "share of budget", Assumed, "Model section 5";
        /// Payoff of courses gained, for as many as boards wish for in all
        payoff_courses = 0.10, [0.0, 0.5], (0.05, 0.15), "share of budget", Assumed, "More and better course offerings (first study, Benefits); a course is a sixth of a teacher's post, about 0.3 % of a small budget, so 63 courses 19 %: boards are assumed to see about half";
        /// Payoff of fully shared staff development
        payoff_staff_development = 0.006, [0.0, 0.1], (0.002, 0.010), "share of budget", Assumed, "A powerful tool for staff development (second study)";
        /// Payoff of one activity that works: contacts, pupils' activities, fewer referrals
        payoff_activity = 0.004, [0.0, 0.1], (0.002, 0.006), "share of budget", Assumed, "Social and political benefits (first study, Benefits); improved communication (second study)";
        /// Most activities that bring such contacts
        contacts_most = 2.0, [0.0, 9.0], known, "activities", Assumed, "People who meet over two activities know each other";
        /// Cost in staff time of belonging and of each activity
        payoff_workload = 0.004, [0.0, 0.1], (0.002, 0.006), "share of budget", Assumed, "Workloads rise for all (second study)";
        /// Part of that cost which belonging brings
        work_belonging = 0.25, [0.0, 2.0], known, "share", Assumed, "A quarter each: by definition of the scale, what differs is assumed";
        /// Part which each activity brings
        work_activity = 0.25, [0.0, 2.0], known, "share", Assumed, "As above";
        /// Part which a formal structure brings
        work_formal = 0.25, [0.0, 2.0], known, "share", Assumed, "As above";
        /// Fee of a member
        fee = 0.002, [0.0, 0.1], (0.001, 0.004), "share of budget", Assumed, "Each district contributes an agreed amount (first study, factor 11)";
        /// Cost of half an hour of travel
        payoff_travel = 0.002, [0.0, 0.1], (0.001, 0.004), "share of budget", Assumed, "Travel costs must be kept within reason (first study, factor 4)";
        /// Loss felt when a community with full identity gives up all autonomy
        payoff_autonomy = 0.037, [0.0, 0.3], (0.02, 0.055), "share of budget", Assumed, "A district gives up some of its autonomy (first study)";
        /// Autonomy that a consortium takes of what is shared, against a cluster
        autonomy_consortium = 1.1, [0.0, 4.0], known, "ratio", Assumed, "Autonomy lost grows along the continuum (model section 2)";
        /// Autonomy that a federation takes of what is shared, against a cluster
        autonomy_federation = 1.3, [0.0, 4.0], known, "ratio", Assumed, "As above";
        /// Noise in what boards see of the payoff where nothing is documented
        payoff_noise = 0.015, [0.0, 0.1], known, "share of budget", Assumed, "Boards see it through noise; documentation makes it visible (model section 5)";
        /// Share of that noise which full documentation takes away
        payoff_documented = 0.5, [0.0, 1.0], known, "share", Assumed, "Documentation makes it visible (first study, factor 12); its size is assumed";
        /// Share of activities whose minutes and results are documented
        documentation = 0.8, [0.0, 1.0], known, "share", Assumed, "Clusters must be accountable (first study, factor 12)";
    }
    "review" {
        /// Log-odds that a member leaves in a year, all else at its middle
        leave_intercept = -2.0, [-8.0, 4.0], (-2.6, -1.4), "log-odds", Assumed, "90 % of clusters pass the end of the grant, two thirds live four years on (Feinberg et al. 2008)";
        /// Effect of a payoff of one per cent of the budget
        leave_payoff = 0.36, [0.0, 3.0], (0.2, 0.5), "log-odds per %", Assumed, "There must be a payoff (second study, Payoff)";
        /// Effect of trust
        leave_trust = 4.4, [0.0, 12.0], (3.0, 6.0), "log-odds", Assumed, "Trust keeps clusters together (first study, factor 2)";
        /// Effect of board support
        leave_board = 2.0, [0.0, 8.0], (1.0, 3.0), "log-odds", Assumed, "Boards (first study, factor 7)";
        /// Effect of the share of activities that worked lately
        leave_success = 1.8, [0.0, 8.0], (1.0, 2.6), "log-odds", Assumed, "Early success is important (first study, factor 9)";
        /// Effect of the commitment for three years while it lasts
        leave_term = 0.66, [0.0, 6.0], (0.3, 1.0), "log-odds", Assumed, "A minimum of a three-year commitment (first study, factor 2)";
        /// Effect of the superintendent's commitment
        leave_leader = 1.2, [0.0, 6.0], (0.6, 1.8), "log-odds", Assumed, "Leaders (first study, factor 6)";
        /// Effect of each step of the form beyond a cluster: harder to leave
        leave_form = 0.8, [0.0, 4.0], (0.4, 1.2), "log-odds", Assumed, "How hard it is to leave grows along the continuum (model section 2)";
        /// Cost of leaving within the term, share of the budget
        early_exit_cost = 0.005, [0.0, 0.1], known, "share of budget", Assumed, "An early exit costs (model section 5)";
        /// Years that members commit themselves to
        term_years = 3.0, [0.0, 10.0], known, "years", Found, "A minimum of a three-year commitment (first study, factor 2)";
        /// Yearly probability that an unfunded cluster has met its goal, from its fourth year on
        goal_met = 0.02, [0.0, 0.5], (0.01, 0.03), "1/year", Found, "A third of the endings of coalitions because the goal was met (HCAP)";
        /// Share of activities that must work, on a three-year average, lest the cluster be wound up
        wind_up_below = 0.25, [0.0, 1.0], known, "share", Assumed, "Wound up after three poor years (starting point)";
        /// Fewest years before a cluster is judged by that record
        record_years = 3.0, [1.0, 20.0], known, "years", Assumed, "Three poor years (starting point)";
        /// Yearly probability that a network has done its task
        network_done = 0.25, [0.0, 1.0], (0.15, 0.4), "1/year", Found, "Once a task is completed the network may disband (second study, Networks); the rate is assumed";
        /// Yearly probability that a network that works becomes a cluster
        network_deepens = 0.2, [0.0, 1.0], (0.1, 0.3), "1/year", Assumed, "Loose coalitions may become formal (first study, What is clustering)";
        /// Yearly probability that a trusted, old cluster becomes a consortium
        consortium_rate = 0.04, [0.0, 1.0], (0.01, 0.08), "1/year", Assumed, "Over time the cluster may become institutionalised (first study, factor 5)";
        /// The same where the state grants taxing authority
        consortium_rate_taxing = 0.3, [0.0, 1.0], (0.15, 0.45), "1/year", Assumed, "Minnesota education districts (first study)";
        /// Fewest years of a cluster before it becomes a consortium
        institutional_years = 4.0, [0.0, 30.0], known, "years", Assumed, "Over time the cluster may become institutionalised (first study, factor 5); after the first term";
        /// Trust that a consortium or federation needs
        institutional_trust = 0.6, [0.0, 1.0], known, "index 0-1", Assumed, "About the mean trust of founders after three to five years";
        /// Yearly probability that a consortium that shares its superintendent becomes a federation
        federation_rate = 0.06, [0.0, 1.0], (0.02, 0.10), "1/year", Assumed, "Federations: one head, separate sites (second study)";
        /// Trust below which a cluster goes back one form
        loosen_trust = 0.42, [0.0, 1.0], known, "index 0-1", Assumed, "Members loosen what they no longer trust (model section 5)";
    }
    "formation" {
        /// Stress at a reserve of zero
        stress_reserve = 0.5, [0.0, 4.0], known, "index", Assumed, "Starting point; scale of the index by definition";
        /// Reserve under which a board feels stress
        stress_reserve_below = 0.10, [0.01, 1.0], known, "share of spending", Assumed, "Reserves 10-20 % of spending are usual: the lower end";
        /// Stress for each share of the budget by which a year falls short, mean of three years
        stress_deficit = 1.3, [0.0, 20.0], (0.5, 2.0), "index per share", Computed, "Exit hazard: -3.1 log-odds for each share of balance (North Dakota, South Dakota, Montana, 1995-2016)";
        /// Stress where the deepest usual cut is made
        stress_paid = 0.5, [0.0, 4.0], known, "index", Assumed, "As above";
        /// Stress of what a pupil costs, per unit of its log against the base cost
        stress_cost = 1.0, [0.0, 8.0], (0.5, 1.5), "index", Computed, "Exit hazard: spending per pupil given size +5 to +14 %, local share +1.6 log-odds (1995-2016)";
        /// Stress per square root of the share of the state's units that is missing
        stress_standard = 1.5, [0.0, 8.0], (0.8, 2.2), "index", Assumed, "Difficult to offer state-approved programmes (first study); the 41 units leave no alternative (Iowa boards 1987)";
        /// Share of the state's units beyond which a further shortfall presses no harder
        stress_courses_most = 0.6, [0.0, 1.0], known, "share", Assumed, "A school that offers less than half is in the same straits";
        /// Stress of a programme short of what boards wish for, per unit of the log
        stress_courses = 1.3, [0.0, 8.0], (0.8, 1.8), "index", Computed, "Slope of exit on size above 100 pupils: -1.59 log-odds per unit of the log (four states, 1995-2016)";
        /// Stress of a full decline of enrolment
        stress_decline = 0.5, [0.0, 4.0], known, "index", Assumed, "Declining enrolments (first study)";
        /// Fall of log enrolment in five years that counts as full decline
        stress_decline_full = 0.25, [0.01, 2.0], known, "log", Assumed, "A quarter in five years; scale of the index";
        /// Weight of classes that are too small
        stress_classes = 0.8, [0.0, 5.0], (0.4, 1.2), "index", Assumed, "Exit rates of districts without a high school rise below 50 pupils (1995-2015)";
        /// Pupils of a grade under which it does not fill a class
        viable_grade = 6.0, [1.0, 20.0], (4.0, 8.0), "pupils", Memory, "Seven to ten pupils per teacher under 150 pupils, classes of two grades among them";
        /// Log-odds that a district calls its neighbours together in a year, without need or money
        found_intercept = -8.2, [-20.0, 2.0], (-9.0, -7.4), "log-odds", Assumed, "Iowa: 2 to 22 % in four years with an incentive; little without";
        /// Effect of stress
        found_stress = 1.9, [0.0, 8.0], (1.2, 2.6), "log-odds", Assumed, "The problem must be important (first study, Necessary conditions)";
        /// Effect of a committed superintendent
        found_leader = 2.0, [0.0, 8.0], (1.0, 3.0), "log-odds", Assumed, "A key change agent (second study, Initiation)";
        /// Effect of clusters that work nearby
        found_imitation = 1.08, [0.0, 6.0], (0.5, 1.6), "log-odds", Assumed, "Twelve more clusters after the first (Colorado, first study)";
        /// Nearest districts whose clusters a board watches
        neighbours_watched = 6.0, [1.0, 24.0], known, "districts", Assumed, "As many as share a border with it";
        /// Effect of an outside organisation within reach
        found_support = 1.2, [0.0, 4.0], (0.6, 1.8), "log-odds", Assumed, "A neutral catalyst (first study, Necessary conditions)";
        /// Effect of its being those affected who begin
        found_affected = 0.9, [0.0, 4.0], (0.5, 1.3), "log-odds", Assumed, "Clusters initiated by those affected (first study, Necessary conditions); its size is assumed";
        /// Whether it is those affected who begin, 0-1
        affected_initiate = 1.0, [0.0, 1.0], known, "share", Assumed, "As above: 0 where others begin in their place";
        /// Effect of the official recognition of small rural schools
        found_recognition = 0.5, [0.0, 4.0], (0.2, 0.8), "log-odds", Assumed, "Official recognition (first study, Necessary conditions)";
        /// Effect of money on offer (asinh of the grant over the scale of money)
        found_grant = 1.52, [0.0, 6.0], (1.1, 1.9), "log-odds", Assumed, "North Dakota: 44 % of districts in three years";
        /// Share of what a grant is worth that a vote required at its end takes away, in a community of usual attachment
        vote_discount = 0.35, [0.0, 1.0], (0.0, 0.6), "share", Derived, "A vote costs at most half of take-up (North Dakota with it 44 % of districts, later without it 80-93 %); fear of consolidation (first study, factor 7)";
        /// What it costs a cluster to apply for a grant, share of a member's budget
        application_cost = 0.005, [0.0001, 0.5], (0.002, 0.01), "share of budget", Assumed, "Half of those apply that gain as much as this";
        /// Share of the eligible that boards expect to claim, where they must guess how far a capped budget goes
        guessed_take_up = 0.4, [0.0, 1.0], known, "share", Found, "North Dakota: 44 % of districts";
        /// Share of the eligible that boards expect to merge in a year, where they must guess the same
        guessed_merging = 0.05, [0.0, 1.0], known, "share", Assumed, "As many as merged in the best years on record";
        /// Scale of money: up to this share of a year's budget its effect is in proportion, beyond it grows with the log
        money_scale = 0.05, [0.005, 1.0], known, "share of budget", Assumed, "Log-like beyond a few per cent of the budget: large sums do not decide alone";
        /// Years of a sharing weight that boards look ahead to
        offer_years = 3.0, [0.0, 20.0], known, "years", Assumed, "The term that members commit themselves to";
        /// Share of a grant's match that would have been spent anyway
        match_regained = 0.5, [0.0, 1.0], known, "share", Assumed, "Services that would have been bought anyway";
        /// Depth of sharing at which boards reckon what a sharing weight will bring them
        expected_depth = 0.2, [0.0, 1.0], (0.1, 0.3), "share", Assumed, "Iowa: 2 to 22 % of districts shared in four years";
        /// Log-odds that an invited district accepts, without need or money
        accept_intercept = -1.84, [-8.0, 4.0], (-2.4, -1.3), "log-odds", Assumed, "Mean size of clusters 4-5";
        /// Effect of stress on accepting
        accept_stress = 1.14, [0.0, 6.0], (0.7, 1.6), "log-odds", Assumed, "As for founding, weaker";
        /// Effect of money on accepting
        accept_grant = 0.9, [0.0, 6.0], (0.6, 1.2), "log-odds", Assumed, "As for founding, weaker";
        /// Effect of likeness of size on being invited and accepting, per unit of the log ratio
        accept_likeness = 0.9, [0.0, 4.0], (0.5, 1.3), "log-odds", Assumed, "Similar schools have common problems (first study, factor 3)";
        /// Effect of half an hour of drive
        accept_minutes = 0.8, [0.0, 4.0], (0.4, 1.2), "log-odds", Assumed, "Geographic proximity (first study, factor 4)";
        /// Effect of trust
        accept_trust = 2.4, [0.0, 8.0], (1.4, 3.4), "log-odds", Assumed, "Trust (first study, factor 2)";
        /// Effect of the superintendent's commitment on accepting and joining
        accept_leader = 1.0, [0.0, 8.0], known, "log-odds", Assumed, "Superintendents in the first meetings (first study, Necessary conditions); half of that on founding";
        /// Most districts that are invited
        invitations = 8.0, [1.0, 30.0], known, "districts", Found, "Three to eight members (first study, factor 3)";
        /// Yearly log-odds that a district near a working cluster asks to join
        join_intercept = -3.6, [-9.0, 2.0], (-4.2, -3.0), "log-odds", Assumed, "Membership continued to evolve (Mid-Missouri, first study)";
        /// Nearest districts whose clusters a district may ask to join
        neighbours_known = 8.0, [0.0, 24.0], known, "districts", Assumed, "A little farther than it watches";
        /// Members from which on a cluster admits no more
        cluster_full = 8.0, [2.0, 40.0], known, "districts", Found, "Three to eight members (first study, factor 3); 6-8 (second study, Size)";
        /// Probability that a group without money begins as an informal network
        network_start = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Assumed, "Originally an informal arrangement (first study, What is clustering)";
        /// Probability that a group that misses a grant's minimum goes on unfunded
        unfunded_start = 0.3, [0.0, 1.0], (0.1, 0.5), "share", Assumed, "A group short of the minimum may go on unfunded (model section 5)";
        /// Probability that boards are in the first meetings
        early_boards = 0.6, [0.0, 1.0], known, "share", Assumed, "Superintendents must be there, boards often are not (first study, factor 7)";
    }
    "merger" {
        /// Log-odds that a district proposes a merger in a year, without need or money
        propose_intercept = -6.9, [-12.0, 0.0], (-7.5, -6.3), "log-odds", Assumed, "Districts of South Dakota 1987-2000, of Iowa and North Dakota without incentives";
        /// Standard deviation of the region's merger climate where it has no history
        climate_sd = 0.6, [0.0, 2.0], known, "log-odds", Assumed, "Prior N(0, 0.6) (model section 6)";
        /// Effect of stress
        propose_stress = 2.4, [0.0, 8.0], (1.8, 3.0), "log-odds", Assumed, "Exit rates by size class 1995-2015";
        /// Effect of net money on proposals, per unit of its felt size
        propose_money = 1.0, [0.0, 10.0], (0.0, 3.0), "log-odds", Assumed, "Not known: North Dakota +17 % (5-25) on the hazard for each per cent of spending held five years, at most x2.5; Oklahoma, Michigan, Texas: no effect seen; New York: 40 % of aid, 0.1 % a year";
        /// Money at which its effect turns from proportion to the square root, share of a year of both budgets
        merger_money_scale = 0.3, [0.01, 10.0], known, "share of budget", Assumed, "The size of North Dakota's and Iowa's grants over their life (10-30 % of a year's spending)";
        /// How much more money moves that ends this year
        propose_rush = 1.0, [0.0, 10.0], (0.0, 2.0), "ratio", Assumed, "Deadline spike (Japan's municipalities; France 2016)";
        /// Share of what one high school would save that boards reckon with
        saving_seen = 0.15, [0.0, 1.0], (0.0, 0.3), "share", Assumed, "It arrives over years and is not promised to anybody";
        /// Years over which boards add up what a merger brings
        merger_horizon = 5.0, [0.0, 20.0], known, "years", Assumed, "Model section 6";
        /// Nearest larger districts that a board looks at as partners
        partners_considered = 6.0, [0.0, 24.0], known, "districts", Assumed, "As many as share a border with it";
        /// Share of aid lost over five years that boards take into account
        lost_aid_weight = 0.25, [0.0, 1.0], (0.0, 1.0), "share", Assumed, "Model section 6";
        /// Effect of each year of shared administration or grades, full depth
        propose_shared = 1.35, [0.0, 6.0], (0.8, 1.9), "log-odds", Assumed, "Iowa: eight to nine years from sharing to merger; the ladder";
        /// Most years of sharing that count
        shared_years_most = 8.0, [0.0, 40.0], known, "years", Assumed, "Iowa: eight to nine years from sharing to merger";
        /// Effect of trust
        propose_trust = 2.0, [0.0, 8.0], (1.0, 3.0), "log-odds", Assumed, "Model section 6";
        /// Fall for each half hour of drive to the partner, from a third of one on
        propose_minutes = 2.0, [0.0, 6.0], (1.0, 3.0), "log-odds", Assumed, "Partners lie 12-16 miles apart (5-28 in six mergers); its size is assumed";
        /// Effect of identity
        propose_identity = 0.6, [0.0, 4.0], (0.2, 1.0), "log-odds", Assumed, "Model section 6";
        /// Log-odds that the partner's board agrees to a study
        partner_agrees = 1.59, [-4.0, 6.0], known, "log-odds", Assumed, "Starting point";
        /// Log-odds of yes in a merger vote, all else at its middle
        vote_intercept = 0.44, [-4.0, 4.0], (0.2, 0.7), "log-odds", Computed, "26 recorded votes: mean of the log-odds +0.28";
        /// Effect of being the host
        vote_host = 0.72, [0.0, 4.0], (0.4, 1.0), "log-odds", Computed, "Receiving side 0.77, losing side 0.42 in 26 votes; the losing side set to 0.42-0.50";
        /// Effect of losing one's high school
        vote_high_school = 0.64, [0.0, 4.0], (0.4, 0.9), "log-odds", Computed, "As above";
        /// Effect of losing all schools
        vote_all_schools = 0.3, [0.0, 4.0], (0.0, 0.6), "log-odds", Assumed, "The first fear is the loss of the school (first study, factor 7)";
        /// Effect of each year of sharing
        vote_shared = 0.036, [0.0, 0.5], (0.01, 0.06), "log-odds", Assumed, "Retries succeed after more shared years (stylised fact 6)";
        /// Effect of trust
        vote_trust = 1.5, [0.0, 6.0], (0.8, 2.2), "log-odds", Assumed, "Model section 6";
        /// Effect of net money on votes, per unit of its felt size
        vote_money = 0.6, [0.0, 10.0], (0.0, 1.5), "log-odds", Assumed, "New York: a pair turned down about 7 million dollars and passed (67, 73 %) at 30.7; another lost with 14.6";
        /// Effect of stress
        vote_stress = 0.15, [0.0, 2.0], (0.0, 0.3), "log-odds", Assumed, "Small (starting point)";
        /// Effect of a levy that would rise by a tenth
        vote_tax = 0.10, [0.0, 2.0], (0.0, 0.2), "log-odds", Assumed, "Tax change (model section 6)";
        /// Effect of being the richer side, per unit of the log of the valuations' ratio
        vote_richer = 0.6, [0.0, 4.0], (0.2, 1.0), "log-odds", Assumed, "Larger and wealthier partners hold back (stylised fact 11)";
        /// Effect of identity
        vote_identity = 0.6, [0.0, 4.0], (0.2, 1.0), "log-odds", Assumed, "Model section 6";
        /// Effect of the board's support
        vote_board = 1.0, [0.0, 4.0], (0.5, 1.5), "log-odds", Assumed, "Model section 6";
        /// Error common to all votes on one plan, standard deviation
        vote_plan_sd = 0.6, [0.0, 2.0], known, "log-odds", Computed, "Logit standard deviation 1.11 of 26 votes, shared between plan, district and side";
        /// Error of each district, standard deviation
        vote_district_sd = 0.6, [0.0, 2.0], known, "log-odds", Computed, "As above";
        /// Probability that a plan of two or three districts has one high school
        plan_one_high_school = 0.80, [0.0, 1.0], (0.6, 0.95), "share", Found, "One high school from day one: Iowa 5 of 5, North Dakota 3 of 5 and four pairs that all vacated one at once; where rides allow it";
        /// Probability that a larger plan has one high school
        large_plan_one_high_school = 0.25, [0.0, 1.0], (0.1, 0.4), "share", Assumed, "Large plans keep buildings: 65-75 % of district votes pass (evidence, Voting)";
        /// Probability that a pair with one high school puts its middle school into the other town
        plan_grade_centres = 0.25, [0.0, 1.0], (0.1, 0.4), "share", Assumed, "Greater Nelson County (first study), Hope-Page, Midkota";
        /// Probability that a plan of two or three districts closes a building of those who are not the host at once
        plan_closes_building = 0.30, [0.0, 1.0], (0.2, 0.4), "share", Derived, "3 of 14 mergers of North Dakota, Iowa, South Dakota, 7 of 18 with four more";
        /// Districts of a plan from which on it counts as large
        large_plan = 4.0, [2.0, 40.0], known, "districts", Assumed, "Plans of two or three are the rule";
        /// Times that a required vote is held before the requirement lapses
        required_tries = 2.0, [1.0, 10.0], known, "votes", Assumed, "A choice: no figure was found";
        /// Probability that a failed plan is revised among those who said yes
        revised_plan = 0.5, [0.0, 1.0], (0.3, 0.7), "share", Assumed, "Model section 6";
        /// Probability that a failed vote breaks the cluster that held it
        vote_breaks_cluster = 0.15, [0.0, 1.0], (0.05, 0.3), "share", Found, "Odebolt-Arthur; the rate is assumed";
        /// Board and voters give up a district whose classes are too small: its log-odds without stress
        give_up_intercept = -3.2, [-10.0, 0.0], (-4.2, -2.2), "log-odds", Assumed, "Districts under 75 pupils ended at 5-7 % a year in North Dakota, 8-24 % in Iowa and South Dakota (1995-2015)";
        /// The stress of its board
        give_up_stress = 0.8, [0.0, 5.0], (0.4, 1.2), "log-odds", Assumed, "As above: those with a high school ended most";
        /// Exponent of how small the classes are, on the odds
        give_up_thin = 0.5, [0.0, 4.0], known, "exponent", Assumed, "The root: no step where classes begin to be too small";
        /// Fewest pupils with which a district can open its school
        fewest_pupils = 3.0, [1.0, 100.0], known, "pupils", Assumed, "A choice: a school for one or two does not open";
        /// Years running with a reserve below `insolvent_below` and nothing left to cut that make a district insolvent
        insolvent_after = 2.0, [1.0, 20.0], known, "years", Assumed, "A choice: one bad year is bridged";
        /// Log-odds in a year that a building with few pupils closes after a merger
        close_intercept = -2.9, [-8.0, 4.0], (-3.5, -2.3), "log-odds", Derived, "45 % of small partners lost a building by year 3, 55 % by year 7, then 3-5 % a year";
        /// Rise of those log-odds where the district was made to merge
        close_forced = 0.4, [-2.0, 6.0], (0.0, 0.8), "log-odds", Derived, "Arkansas: about 10 % a year after two years, 98 schools closed in ten";
        /// Further rise in the first years after that
        close_forced_early = 1.2, [-2.0, 6.0], (0.8, 1.6), "log-odds", Derived, "Arkansas: 48 % of schools in annexed districts closed in two years";
        /// Years that count as the first
        close_early_years = 2.0, [0.0, 20.0], known, "years", Derived, "As above";
        /// Probability that it is the high school that closes first
        high_school_closes_first = 0.5, [0.0, 1.0], known, "share", Assumed, "Lewis and Clark: an elementary school in year 7, a high school in year 13; Corning: the second high school after two years";
        /// Fall of those log-odds where a district would close one of its own buildings
        close_own = 1.2, [0.0, 8.0], known, "log-odds", Assumed, "Boards keep open what their own voters use";
        /// Pupils of a building at which its size neither endangers nor protects it
        small_school = 60.0, [1.0, 1000.0], known, "pupils", Assumed, "A choice: schools of a few dozen pupils are in danger";
        /// The most that size protects a building
        close_size_most = 2.0, [0.0, 8.0], known, "log-odds", Assumed, "Reached at three times that size";
        /// Effect of the stress of the serving district's board
        close_stress = 0.5, [0.0, 5.0], known, "log-odds", Assumed, "Districts in need close schools first";
        /// Part of a building that pupils may leave empty before one of its kind can close
        building_spare = 0.5, [0.0, 1.0], known, "buildings", Assumed, "A building half filled is needed";
        /// Fall of those log-odds where the serving district's cluster works
        close_alliance = 0.5, [0.0, 4.0], (0.0, 1.0), "log-odds", Assumed, "Schools that show they improve can form alliances and head off closings (first study, Benefits, political); its size is assumed";
    }
    "functions" {
        /// Cost share of staff development and curriculum
        staff_development_share = 0.02, [0.0, 1.0], known, "share", Assumed, "Part of instruction support";
        /// Cost share of libraries and technology
        libraries_technology_share = 0.03, [0.0, 1.0], known, "share", Assumed, "Part of instruction support";
        /// Cost share of business services and purchasing
        business_services_share = 0.05, [0.0, 1.0], known, "share", Assumed, "Half of administration and of purchases";
        /// Cost share of pupils' activities and pooled classes
        student_activities_share = 0.04, [0.0, 1.0], known, "share", Assumed, "Cocurricular spending";
        /// Cost share of specialist teaching
        specialist_teaching_share = 0.12, [0.0, 1.0], known, "share", Assumed, "About a fifth of instruction";
        /// Cost share of special education
        special_education_share = 0.13, [0.0, 1.0], known, "share", Memory, "About an eighth of spending";
        /// Cost share of administration
        administration_share = 0.095, [0.0, 1.0], known, "share", Found, "Administration 9.5 % of spending";
        /// Cost share of core instruction
        core_instruction_share = 0.42, [0.0, 1.0], known, "share", Derived, "Instruction 60-69 % less the parts named";
        /// Autonomy lost when staff development is fully shared
        staff_development_autonomy = 0.02, [0.0, 1.0], known, "weight", Assumed, "Lowest (model section 2)";
        /// Autonomy lost when libraries and technology are fully shared
        libraries_technology_autonomy = 0.03, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when business services are fully shared
        business_services_autonomy = 0.05, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when pupils' activities are fully shared
        student_activities_autonomy = 0.08, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when specialist teaching is fully shared
        specialist_teaching_autonomy = 0.12, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when special education is fully shared
        special_education_autonomy = 0.10, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when transport is fully shared
        transport_autonomy = 0.10, [0.0, 1.0], known, "weight", Assumed, "Ordered by model section 2";
        /// Autonomy lost when the superintendent is fully shared
        administration_autonomy = 0.30, [0.0, 1.0], known, "weight", Assumed, "Grades and administration highest (model section 2)";
        /// Autonomy lost when grades are fully shared
        core_instruction_autonomy = 0.50, [0.0, 1.0], known, "weight", Assumed, "Grades and administration highest (model section 2)";
        /// How much distance hurts staff development
        staff_development_distance = 0.3, [0.0, 1.0], known, "weight", Assumed, "Meetings of staff, a few times a year (first study, factor 4)";
        /// How much distance hurts libraries and technology
        libraries_technology_distance = 0.2, [0.0, 1.0], known, "weight", Assumed, "Mostly by wire and van";
        /// How much distance hurts business services
        business_services_distance = 0.1, [0.0, 1.0], known, "weight", Assumed, "Orders and books need no travel";
        /// How much distance hurts pupils' activities
        student_activities_distance = 0.8, [0.0, 1.0], known, "weight", Assumed, "Pupils travel after school";
        /// How much distance hurts special education
        special_education_distance = 0.7, [0.0, 1.0], known, "weight", Assumed, "Specialists travel from school to school";
        /// How much distance hurts transport
        transport_distance = 0.6, [0.0, 1.0], known, "weight", Assumed, "Routes meet at borders, garages do not";
        /// How much distance hurts specialist teaching
        specialist_teaching_distance = 1.0, [0.0, 1.0], known, "weight", Assumed, "Teachers or pupils travel daily; 1 by definition of the scale";
        /// How much distance hurts administration
        administration_distance = 0.5, [0.0, 1.0], known, "weight", Assumed, "One superintendent drives between offices";
        /// How much distance hurts core instruction
        core_instruction_distance = 1.0, [0.0, 1.0], known, "weight", Assumed, "Pupils travel daily; 1 by definition of the scale";
    }
}

impl Parameters {
    /// Sets a parameter.
    pub fn set(&mut self, id: ParameterId, value: f64) {
        *self.slots()[id.index()] = value;
    }

    /// What contradicts itself, each value being within its own range: what is wrong, and what would be right.
    #[must_use]
    pub fn contradictions(&self) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        let (full, gone) = (self.adjustment_full_years, self.adjustment_gone_years);
        if full > gone {
            let what = format!(
                "what a merger costs once is due in full for `adjustment_full_years` {full}, and gone after `adjustment_gone_years` {gone}"
            );
            found.push((what, "`adjustment_full_years` not above `adjustment_gone_years`"));
        }
        let shares = [
            self.staff_development_share,
            self.libraries_technology_share,
            self.business_services_share,
            self.student_activities_share,
            self.special_education_share,
            self.transport_share,
            self.specialist_teaching_share,
            self.administration_share,
            self.core_instruction_share,
        ];
        let whole: f64 = shares.iter().sum();
        if whole > 1.0 + 1e-9 {
            let what = format!(
                "the shares of the functions in spending (`administration_share` and its like) sum to {whole:.3}"
            );
            found.push((what, "shares of nine functions that sum to at most 1"));
        }
        found
    }

    /// Draws every uncertain input that `fixed` does not name: triangular over the prior's range,
    /// mode at the default, from the replicate's own draws before the first year. The same replicate
    /// draws the same parameters under every policy.
    #[must_use]
    pub fn drawn(&self, fixed: &[ParameterId], seed: u64, replicate: u32) -> Self {
        let draws = Draws::new(seed, replicate, Draws::BEFORE);
        let mut drawn = self.clone();
        let slots = drawn.slots();
        for id in ParameterId::all().filter(|id| !fixed.contains(id)) {
            let info = id.info();
            if let Some((low, high)) = info.prior {
                *slots[id.index()] = triangular(draws.uniform(info.key, Decision::Parameter), low, info.default, high);
            }
        }
        drawn
    }
}

/// The quantile `u` of the triangular distribution on `low..high` with this mode.
fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let rising = (mode - low) / (high - low);
    if u < rising {
        low + (u * (high - low) * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_do_not_contradict_themselves_and_crossed_ones_do() {
        assert!(Parameters::default().contradictions().is_empty());
        let crossed = Parameters { adjustment_full_years: 6.0, core_instruction_share: 0.9, ..Parameters::default() };
        assert_eq!(crossed.contradictions().len(), 2);
    }

    #[test]
    fn every_parameter_has_a_title_a_unit_a_range_around_its_default_and_a_source() {
        for info in PARAMETERS {
            let (low, high) = info.range;
            assert!(low <= info.default && info.default <= high, "{}", info.name);
            assert!(!info.title.is_empty() && !info.unit.is_empty() && !info.source.is_empty(), "{}", info.name);
            if let Some((least, most)) = info.prior {
                assert!(
                    low <= least && least <= info.default && info.default <= most && most <= high && least < most,
                    "{}",
                    info.name
                );
            }
        }
    }

    #[test]
    fn names_are_unique_and_find_their_parameter() {
        for (place, id) in ParameterId::all().enumerate() {
            assert_eq!(ParameterId::from_name(id.info().name), Some(id));
            assert_eq!(id.index(), place);
        }
    }

    #[test]
    fn setting_a_parameter_changes_it_alone() {
        let id = ParameterId::from_name("wedge").expect("the registry has it");
        let mut parameters = Parameters::default();
        parameters.set(id, 0.01);
        for other in ParameterId::all() {
            let expected = if other == id { 0.01 } else { other.info().default };
            assert_eq!(parameters.get(other).to_bits(), expected.to_bits(), "{}", other.info().name);
        }
    }

    #[test]
    fn drawn_parameters_stay_in_their_priors_and_fixed_ones_stay() {
        let fixed = ParameterId::from_name("wedge").expect("the registry has it");
        for replicate in 0..200 {
            let drawn = Parameters::default().drawn(&[fixed], 5, replicate);
            for id in ParameterId::all() {
                let (value, info) = (drawn.get(id), id.info());
                match info.prior {
                    Some((low, high)) if id != fixed => assert!((low..=high).contains(&value), "{}", info.name),
                    _ => assert_eq!(value.to_bits(), info.default.to_bits(), "{}", info.name),
                }
            }
        }
    }
}
