//! Money: what the approved programme costs, what comes in, and how a board makes ends meet.
//!
//! Costs and revenue follow pupils slowly and alike, as in the finances of 25,600 district-years of four
//! states, FY1995-2016: the programme closes a quarter of the gap to its need in a year, aid follows a
//! smoothed count, the levy follows pupils more slowly and faster up than down. A gap between reserve and
//! what a board wants to hold is closed by one-off spending and by the levy. Buildings are paid by bonds that
//! have a levy of their own. What instruments pay is spent on what it is paid for, and is never given away as
//! a lower levy.

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;

use super::decisions::Decision;
use super::demography::innovation;
use super::events::Form;
use super::parameters::Parameters;
use super::policy::InstrumentKind;
use super::region::{AgentKind, Region, StartingDistrict};
use super::scale::{SMALLEST_COUNTED, aid_weights, pupil_equivalents, small_size_cost};
use super::site::Site;
use super::state::{District, HISTORY, State};
use super::world::World;
use super::{instruments, places};

/// A guard, not a claim: no sum of savings makes a pupil cost less than half the base.
const LEAST_COST: f64 = 0.5;
/// Pupils of the districts on which the elasticity of aid rests: the median of those of 100 and more.
const PUPILS_ESTIMATED: f64 = 250.0;
/// Pupils below which disturbances grow no more: revenue of districts of fewer than 25 moves by a sixth a year (F-33 of
/// four states, 1995-2016), as that of districts of 25 would.
const FEWEST_SHOCKED: f64 = 25.0;
/// The share of the children of the start below which the levy falls no more: property is taxed where few children live
/// too, and the elasticity tells of changes by a half, not of the last child.
const FEWEST_RESIDENTS: f64 = 0.2;

/// Every district's money before the first year.
pub(crate) fn start_money(s: &mut State, region: &Region, site: &Site, p: &Parameters, draws: Draws) {
    // Where no district is known to owe anything, nothing is known of what they owe: as much as buildings of the
    // usual size and number leave.
    let debt_known = region.districts.iter().any(|district| district.debt > 0.0);
    let usual_debt = p.building_rate * p.building_size / p.debt_repayment.max(0.01);
    for (place, district) in region.districts.iter().enumerate() {
        let [reserve, level] = draws.uniforms(site.keys[place], Decision::StartMoney);
        let d = &mut s.d.all[place];
        d.cost_level = district.cost_level.unwrap_or_else(|| math::exp(p.start_cost_sd * site.quantiles.normal(level)));
        d.valuation = (district.valuation * district.enrolment()).max(1.0);
        d.need = need(d, region.finance.base_cost, p);
        d.path = d.need;
        d.lagged = d.need;
        d.programme = d.need;
        d.debt = if debt_known { district.debt } else { usual_debt * d.need };
        let drawn = p.start_reserve * math::exp(p.start_reserve_sd * site.quantiles.normal(reserve));
        let share = district.reserve_share.unwrap_or(drawn);
        // A board holds about what it wants to: part of what it holds is what it wants.
        d.reserve_target = (share.max(0.01) * p.reserve_target).sqrt();
        d.reserve = share * d.programme;
    }
    start_tuition(s, region, p);
    for (place, district) in region.districts.iter().enumerate() {
        let revenue_luck = site.quantiles.normal(draws.uniform(site.keys[place], Decision::StartRevenue));
        start_revenue(&mut s.d.all[place], district, region, p);
        let d = &mut s.d.all[place];
        let per_pupil = 1.0 / d.enrolment.max(FEWEST_SHOCKED);
        d.revenue_shock = shock_sd(p.revenue_shock, p.revenue_shock_count, per_pupil) * revenue_luck;
    }
}

/// What districts pay at the start for pupils whom they send to another's high school. Where spending is
/// known it holds that tuition: then the own programme is what is left of it.
fn start_tuition(s: &mut State, region: &Region, p: &Parameters) {
    let local = region.finance.local_share;
    charge_tuition(s, p, |d| local * d.need / d.enrolment.max(1.0));
    for (d, district) in s.d.all.iter_mut().zip(&region.districts) {
        if district.cost_level.is_some() && d.tuition_paid > 0.0 {
            let left = (1.0 - d.tuition_paid / d.need.max(1.0)).max(LEAST_COST);
            d.cost_level *= left;
            for dollars in [&mut d.need, &mut d.path, &mut d.lagged, &mut d.programme, &mut d.reserve] {
                *dollars *= left;
            }
        }
    }
}

/// Charges districts for pupils whom another district of all grades teaches; a high-school district on the
/// same land has a levy of its own. [`count`](super::demography::count) has cleared last year's.
fn charge_tuition(s: &mut State, p: &Parameters, fee: impl Fn(&District) -> f64) {
    // Few regions have districts that send their older pupils to others.
    if !s.sending {
        return;
    }
    for nth in 0..s.d.operating.len() {
        let host = usize::from(s.d.operating[nth]);
        if s.d[host].received <= 0.0 || !s.d[host].has_elementary() {
            continue;
        }
        let fee = p.tuition_charged * fee(&s.d[host]);
        let mut at = s.d[host].first_sender;
        let mut received = 0.0;
        while at != super::state::NONE {
            let community = &s.c[usize::from(at)];
            let home = &mut s.d.all[usize::from(community.home)];
            let taught = usize::from(home.highest) + 1;
            let paid = fee * community.grades[taught..].iter().sum::<f64>();
            home.tuition_paid += paid;
            received += paid;
            at = community.next_sender;
        }
        s.d.all[host].tuition_received = received;
    }
}

fn start_revenue(d: &mut District, district: &StartingDistrict, region: &Region, p: &Parameters) {
    let finance = &region.finance;
    let local = district.local_share.unwrap_or(finance.local_share);
    let federal = finance.federal_share.min(1.0 - local);
    // What is not paid by other districts, and tuition, come from the three sources.
    let revenue = (d.programme - d.tuition_received).max(0.0) + d.tuition_paid;
    d.tuition_base = d.tuition_paid;
    d.count = d.enrolment.max(1.0);
    d.count_base = d.count;
    d.aid_base = revenue * (1.0 - local - federal);
    d.federal_base = revenue * federal;
    d.own_levy = revenue * local;
    d.levy_base = d.own_levy;
    d.residents_base = residents(d).max(1.0);
    d.residents_before = d.residents_base;
    d.aid = d.aid_base;
    d.federal = d.federal_base;
    d.levy = d.own_levy + p.debt_repayment * d.debt;
    d.revenue = revenue + d.tuition_received;
    d.spending = d.programme + d.tuition_paid;
    d.paid = 1.0;
}

/// Pupils for whom a district's voters pay: those it teaches, but for those of other districts, and those
/// whom it sends to another.
#[inline]
fn residents(d: &District) -> f64 {
    d.enrolment - if d.has_elementary() { d.received } else { 0.0 } + d.sent
}

/// What the approved programme costs, without what belonging to a cluster costs.
#[inline]
pub(crate) fn need(d: &District, base_cost: f64, p: &Parameters) -> f64 {
    usual_need(d, base_cost, p) * (1.0 + d.taste)
}

/// The same where voters wish no more and no less than usual.
#[inline]
fn usual_need(d: &District, base_cost: f64, p: &Parameters) -> f64 {
    let pupils = d.enrolment;
    let fixed = pupil_equivalents(0.0, d.high_schools - d.shared_instruction, d.buildings, p)
        - p.fixed_district * d.shared_administration;
    let equivalents = pupils * (1.0 + places::extra_cost(pupils, d.area, p)) + fixed.max(0.0);
    let level = d.cost_level * (1.0 + d.levelling - d.shared_functions);
    base_cost * level * equivalents.max(LEAST_COST * pupils)
}

/// Standard deviation of a disturbance: a part that size does not change, and one of each pupil's chance.
#[inline]
fn shock_sd(common: f64, count: f64, per_pupil: f64) -> f64 {
    (common * common + count * per_pupil).sqrt()
}

/// What a district's budget reads beside the district.
struct Facts<'a> {
    p: &'a Parameters,
    kind: AgentKind,
    base_cost: f64,
    /// The base cost of the first year as a part of this year's.
    first_part: f64,
    /// Pupils that the aid formula counts in addition in a small district.
    small_size_pupils: f64,
    year: u16,
    draws: Draws,
    aid_elasticity: f64,
    aid_adjustment: f64,
    levy_adjustment: f64,
    levy: LevyResponse,
    /// Parts of a stationary disturbance that are new in a year.
    revenue_new: f64,
    programme_new: f64,
}

impl Facts<'_> {
    /// Pupils as the aid formula counts them: small districts get more for each, so that their aid falls less than in
    /// proportion.
    #[inline]
    fn weighted(&self, pupils: f64) -> f64 {
        pupils + self.small_size_pupils * (pupils * (1.0 / SMALLEST_COUNTED)).min(1.0)
    }
}

/// The elasticity of aid to what the formula counts. It was estimated as one to pupils, of districts of some hundred:
/// there the two agree, and smaller districts, to whom the formula gives more for each pupil, lose less.
fn weighted_elasticity(to_pupils: f64, small_size_pupils: f64) -> f64 {
    to_pupils * (1.0 + small_size_pupils / PUPILS_ESTIMATED)
}

/// Need, revenue, and how each board makes ends meet.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    let taxing =
        w.instruments().any(|(_, it)| matches!(it.kind, InstrumentKind::TaxingAuthority(_)) && it.open(w.year));
    let p = w.p;
    charge_tuition(w.s, p, |d| d.regular_levy().min(d.programme) / d.enrolment.max(1.0));
    let small_size_pupils = w.region.finance.small_size_aid * small_size_cost(p);
    let facts = Facts {
        p,
        kind: w.region.kind,
        base_cost: w.base_cost,
        first_part: w.region.finance.base_cost / w.base_cost,
        year: w.year,
        draws: w.draws,
        small_size_pupils,
        aid_elasticity: weighted_elasticity(w.aid_elasticity, small_size_pupils),
        aid_adjustment: w.aid_adjustment,
        levy_adjustment: w.levy_adjustment,
        levy: levy_response(w),
        revenue_new: innovation(p.revenue_shock_memory),
        programme_new: innovation(p.programme_shock_memory),
    };
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let tax = if taxing { consortium_tax(w, district) } else { 0.0 };
        let (key, luck) = (w.key(district), &w.s.luck[district]);
        let luck = Luck { normals: w.site.quantiles.five(luck.money), building: luck.builds() };
        let d = &mut w.s.d.all[district];
        let sizes = 1.0 / d.enrolment.max(FEWEST_SHOCKED);
        let usual = set_need(d, sizes, &luck, &facts);
        let gap = d.reserve_share() - d.reserve_target;
        let regular = set_revenue(d, (sizes, gap, usual), &luck, &facts);
        follow(d, (regular, gap), &facts);
        balance(d, (tax, gap), key, &luck, &facts);
        if tax > 0.0 {
            let cluster = usize::from(d.cluster);
            w.s.clusters[cluster].taxed += tax;
        }
    }
}

/// A district's luck in money this year: standard normals of need, programme, passing revenue, this year's revenue
/// and the size of a building, and a uniform number for whether one is begun.
struct Luck {
    normals: [f64; 5],
    building: f64,
}

/// The programme's cost this year, as its voters wish it; returns what it would be at a usual taste. `per_pupil` is one
/// over the pupils.
fn set_need(d: &mut District, per_pupil: f64, Luck { normals, .. }: &Luck, facts: &Facts<'_>) -> f64 {
    let p = facts.p;
    let sd = shock_sd(p.taste_sd, p.taste_count, per_pupil);
    // A stationary walk whose yearly step is the one recorded.
    d.taste = (p.taste_memory * d.taste + sd * normals[0]).clamp(-0.5, 1.0);
    let usual = usual_need(d, facts.base_cost, p);
    d.need = usual * (1.0 + d.taste);
    d.programme_shock = p.programme_shock_memory * d.programme_shock
        + facts.programme_new * shock_sd(p.programme_shock, p.programme_shock_count, per_pupil) * normals[1];
    usual
}

/// The programme follows its need with a lag, and in part the money that comes in year after year: what a board
/// can pay for in the long run it offers, and what it cannot it does not.
fn follow(d: &mut District, (regular, gap): (f64, f64), facts: &Facts<'_>) {
    let p = facts.p;
    let rate =
        |gap: f64| if gap > 0.0 { (p.cost_adjustment * p.cost_adjustment_growth).min(1.0) } else { p.cost_adjustment };
    let regular = regular + d.tuition_received - d.tuition_paid;
    // Not below what a school cannot do without, however much of the money goes to other districts as tuition.
    let aim = (d.need + p.programme_follows_money * (regular - d.need)).max(LEAST_COST * d.need);
    let wished = aim - d.path;
    // Posts are added from a reserve or from money that comes every year: without either, a growing district waits.
    let added = if wished > 0.0 {
        let room = (1.0 + gap / d.reserve_target.max(1e-9)).clamp(0.0, 1.0);
        let paid_for = (regular - d.path).clamp(0.0, wished);
        paid_for + room * (wished - paid_for)
    } else {
        wished
    };
    d.path += rate(wished) * added;
    d.lagged += rate(d.need - d.lagged) * (d.need - d.lagged);
}

/// Aid, federal money and levy of the year; returns what they would be without its luck.
fn set_revenue(
    d: &mut District,
    (per_pupil, gap, usual_need): (f64, f64, f64),
    Luck { normals, .. }: &Luck,
    facts: &Facts<'_>,
) -> f64 {
    let p = facts.p;
    let before = f64::from(d.history[(usize::from(facts.year) + HISTORY - 1) % HISTORY]);
    let counted = (1.0 - p.aid_count_last) * d.enrolment + p.aid_count_last * before;
    let count = d.count + facts.aid_adjustment * (counted.max(1.0) - d.count);
    let (base, was, now) = (facts.weighted(d.count_base), facts.weighted(d.count), facts.weighted(count));
    d.federal_level *= math::near_power(count, d.count, p.federal_elasticity);
    d.aid_level = if now >= base {
        // Beyond the start a formula pays for each further pupil at least what it pays for one: money comes with
        // pupils faster than it leaves with them.
        1.0 + facts.aid_elasticity.max(1.0) * (now - base) / base
    } else {
        power_level(d.aid_level, (was, now, base), facts.aid_elasticity)
    };
    d.count = count;
    d.aid_lost += facts.aid_adjustment * (d.aid_lost_target - d.aid_lost);
    d.valuation *= 1.0 + p.valuation_growth;
    let sd = shock_sd(p.revenue_shock, p.revenue_shock_count, per_pupil);
    d.revenue_shock = p.revenue_shock_memory * d.revenue_shock + facts.revenue_new * sd * normals[2];
    let luck = (1.0 + d.revenue_shock + p.revenue_noise * sd * normals[3]).max(0.0);
    let aid = d.aid_base * d.aid_level * (1.0 - d.aid_lost);
    let federal = d.federal_base * d.federal_level;
    (d.aid, d.federal) = (aid * luck, federal * luck);

    // What costs grow beyond aid, and what voters wish beyond or below the usual, is theirs to pay.
    // So is the tuition of pupils whom it sends to another's school.
    d.wished_levy = (d.need - facts.first_part * usual_need) + (d.tuition_paid - d.tuition_base);
    let gap = gap.clamp(-p.reserve_gap_most, p.reserve_gap_most);
    if facts.kind == AgentKind::District {
        let all = (d.own_levy + d.wished_levy).max(0.0);
        let (base, was) = (d.residents_base, d.residents_before);
        let now = residents(d).max(FEWEST_RESIDENTS * base);
        let elasticity = if now < base { facts.levy.down } else { facts.levy.up };
        d.levy_level = power_level(d.levy_level, (was, now, base), elasticity);
        d.residents_before = now;
        let aim = d.levy_base * d.levy_level;
        d.own_levy += facts.levy_adjustment * (aim - d.own_levy) - p.levy_reserve * gap * all;
        d.own_levy = d.own_levy.max(0.0);
    } else {
        // A school has no levy of its own: the authority pays for its pupils.
        d.own_levy = d.levy_base * count / d.count_base;
    }
    d.levy = (d.regular_levy() * luck - d.levy_relief).max(0.0);
    aid + federal + d.regular_levy()
}

/// A board holds about the reserve that it wants: it buys or puts off what is bought once, moves its levy, cuts
/// a little, and if nothing is left cuts deeply and asks its voters.
fn balance(d: &mut District, (tax, gap): (f64, f64), key: EntityKey, luck: &Luck, facts: &Facts<'_>) {
    let p = facts.p;
    let restored = if gap >= 0.0 { p.programme_restored } else { 0.0 };
    d.cut = (d.cut - p.cut_reserve * gap.min(p.reserve_gap_most) - restored).clamp(0.0, p.cut_limit);
    let programme = d.path * (1.0 + d.programme_shock).max(LEAST_COST) * (1.0 - d.cut);
    // What it wants is a share of the programme: a programme that shrinks needs less of a reserve, and what it no
    // longer needs is spent, or those that lose pupils would hold more and more of a year.
    let needless = d.reserve_share() * (d.programme - programme);
    let wanted = d.reserve - d.reserve_target * d.programme;
    let band = p.reserve_band * programme;
    let beyond = wanted - wanted.clamp(-band, band);
    let most = (p.one_off + p.one_off_beyond) * p.reserve_gap_most * programme;
    // What was left of last year's is spent at once in part, and what was lacking is put off. The level of the reserve
    // comes back slowly while it is near what is wanted; far from it, auditors, laws and taxpayers ask.
    let one_off =
        (needless + p.carried_over * d.left_over + p.one_off * wanted + p.one_off_beyond * beyond).clamp(-most, most);

    // One-off money pays what a merger costs once, and what is left of it goes over some years.
    d.fund += d.one_off_receipts;
    let due = transition_due(d, facts.year, p);
    let from_fund = (p.fund_spent * d.fund).max(due.min(d.fund));
    d.fund -= from_fund;
    // What it does not pay of a merger's cost is paid by bonds, as buildings are.
    let bonded = (due - from_fund).max(0.0);
    // And it stands in for a reserve that is gone.
    let short = (-d.reserve).clamp(0.0, d.fund);
    d.fund -= short;

    build(d, programme, luck, facts);
    let service = p.debt_repayment * d.debt;
    d.debt += d.capital + bonded - service;
    d.levy += service + tax;
    let operating = programme + one_off + from_fund + d.dues + d.shared_receipts + d.tuition_paid + tax;
    d.revenue = d.aid + d.federal + d.levy + d.tuition_received + d.receipts;
    d.spending = operating + d.capital + bonded;
    // Into the reserve goes what is neither a bond's, nor an instrument's one-off money.
    let change = (d.revenue - service) - d.one_off_receipts + from_fund + short - operating;
    d.reserve += change;
    d.left_over = change + needless;
    d.programme = programme;
    // A few per cent fewer than usual is a matter of larger classes, not of what is offered.
    let usual = ((1.0 - p.programme_slack) * d.lagged).max(1.0);
    d.paid = (1.0 - d.cut) * if d.path < usual { d.path / usual } else { 1.0 };
    d.balance += (change / operating.max(1.0) - d.balance) * (1.0 / 3.0);
    if d.reserve < 0.0 {
        emergency(d, key, facts);
    } else {
        d.insolvent_years = 0;
    }
}

/// A board without a reserve cuts further, and asks its voters for a higher levy.
fn emergency(d: &mut District, key: EntityKey, facts: &Facts<'_>) {
    let p = facts.p;
    d.cut = (d.cut + p.emergency_cut).min(p.cut_limit);
    let u = facts.draws.uniform(key, Decision::LevyVote);
    let asks = facts.kind == AgentKind::District;
    if asks && math::happens(u, p.levy_vote + p.levy_vote_board * (d.board - 0.5)) {
        // For as long as it takes: it goes back as any levy does.
        d.own_levy *= 1.0 + p.levy_voted_raise;
    }
    // What cannot be cut and is not given counts as beyond closing.
    let beyond = d.reserve < -p.insolvent_below * d.programme && d.cut >= p.cut_limit;
    d.insolvent_years = if beyond { d.insolvent_years.saturating_add(1) } else { 0 };
}

/// A building is built now and then, over two years, more often where pupils come, and paid by bonds.
fn build(d: &mut District, programme: f64, luck: &Luck, facts: &Facts<'_>) {
    let p = facts.p;
    if d.building_years > 0 {
        d.building_years -= 1;
        return;
    }
    d.capital = 0.0;
    let grown = 2.0 * (d.enrolment - f64::from(d.history[(usize::from(facts.year) + 1) % HISTORY]));
    // The rate at this growth, times a number of pupils: so that nothing is divided for the few who build.
    let pupils = d.enrolment + 1.0;
    if luck.building * pupils < p.building_rate * (pupils + p.building_growth * grown) {
        d.building_years = 1;
        // Half in each of two years; sizes differ widely.
        d.capital = 0.5 * p.building_size * programme * (1.0 + 0.5 * luck.normals[4]).max(0.1);
    }
}

/// What a district's mergers cost it in a year beyond running it, dollars.
pub(crate) fn transition_due(d: &District, year: u16, p: &Parameters) -> f64 {
    d.merged_in.map_or(0.0, |merged| d.transition * transition_left(year - merged, p))
}

/// Share of what a merger costs once that is due so many years after it.
fn transition_left(years: u16, p: &Parameters) -> f64 {
    let (years, full, gone) = (f64::from(years), p.adjustment_full_years, p.adjustment_gone_years);
    if years <= 0.0 {
        0.0
    } else if years <= full {
        1.0
    } else if years >= gone {
        0.0
    } else {
        (gone - years) / (gone - full)
    }
}

/// The tax that a district's consortium levies in it, dollars.
fn consortium_tax(w: &World<'_>, i: usize) -> f64 {
    let Some(cluster) = w.s.cluster_of(i).filter(|cluster| cluster.form >= Form::Consortium) else { return 0.0 };
    let granted = w.instruments().filter(|(_, it)| it.open(w.year) && it.eligibility.admits(w.s.d[i].enrolment));
    let mills = granted
        .map(|(_, it)| instruments::taxing_mills(&it.kind, || instruments::admitted(w.s, cluster, it.eligibility)));
    0.001 * mills.fold(0.0, |sum, mills| sum + mills) * w.s.d[i].valuation
}

/// How far the levy follows pupils in the long run, as an elasticity: down and up.
#[derive(Debug, Clone, Copy)]
struct LevyResponse {
    down: f64,
    up: f64,
}

fn levy_response(w: &World<'_>) -> LevyResponse {
    // The mean of both is the elasticity; up is so many times down.
    let asymmetry = w.p.levy_asymmetry;
    let down = 2.0 * w.levy_elasticity / (1.0 + asymmetry);
    // Not beyond proportion: growth makes no pupil dearer.
    LevyResponse { down, up: (asymmetry * down).min(down.max(1.0)) }
}

/// A power of what pupils are relative to the start, carried on from last year's: near 1 from year to year, so that
/// no logarithm is needed. Each side of the start has an exponent of its own, and both begin at 1.
#[inline]
fn power_level(level: f64, (was, now, start): (f64, f64, f64), exponent: f64) -> f64 {
    // What was raised to the exponent already stays; where the side changes, the power begins anew.
    let (done, from) = if (was < start) == (now < start) { (level, was) } else { (1.0, start) };
    done * math::near_power(now, from, exponent)
}

/// Counts a district's revenue from what it is now instead of from the start, so that two can be added up.
pub(crate) fn rebase(w: &mut World<'_>, i: usize) {
    let school = w.region.kind == AgentKind::School;
    let d = &mut w.s.d[i];
    d.levy_base *= if school { d.count / d.count_base } else { d.levy_level };
    d.residents_base = residents(d).max(1.0);
    (d.levy_level, d.residents_before) = (1.0, d.residents_base);
    d.aid_base *= d.aid_level * (1.0 - d.aid_lost);
    d.aid_level = 1.0;
    d.aid_lost_target = (1.0 - (1.0 - d.aid_lost_target) / (1.0 - d.aid_lost).max(1e-9)).max(0.0);
    d.aid_lost = 0.0;
    d.federal_base *= d.federal_level;
    d.federal_level = 1.0;
    d.count_base = d.count;
}

/// State aid that two districts lose in a year by merging, as a share of what both receive, 0 or more.
pub(crate) fn aid_lost_share(w: &World<'_>, a: usize, b: usize) -> f64 {
    let (d, finance, p) = (&w.s.d, &w.region.finance, w.p);
    let weighted = |pupils: f64, area: f64| {
        let [small, sparse] = aid_weights(pupils, finance.is_sparse(pupils, area), finance, p);
        pupils * (1.0 + small + sparse)
    };
    let apart = weighted(d[a].enrolment, d[a].area) + weighted(d[b].enrolment, d[b].area);
    let together = weighted(d[a].enrolment + d[b].enrolment, d[a].area + d[b].area);
    (1.0 - together / apart.max(1.0)).max(0.0)
}

/// The same in dollars of this year.
pub(crate) fn lost_aid(w: &World<'_>, a: usize, b: usize) -> f64 {
    aid_lost_share(w, a, b) * (w.s.d[a].aid + w.s.d[b].aid)
}

/// What a district saves by a change of its need is passed on to its taxpayers in part.
pub(crate) fn pass_on(d: &mut District, saved: f64, p: &Parameters) {
    let lower = (p.saving_to_levy * saved).clamp(0.0, 0.5 * d.levy_base);
    d.levy_base -= lower;
    d.own_levy -= (0.5 * lower).min(0.5 * d.own_levy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_that_pays_more_tuition_than_it_takes_in_still_has_a_programme() {
        let p = Parameters::default();
        let facts = Facts {
            p: &p,
            kind: AgentKind::District,
            base_cost: 1.0,
            first_part: 1.0,
            small_size_pupils: 0.0,
            year: 1,
            draws: Draws::new(1, 0, 1),
            aid_elasticity: 1.0,
            aid_adjustment: p.aid_adjustment,
            levy_adjustment: p.levy_adjustment,
            levy: LevyResponse { down: 0.5, up: 1.0 },
            revenue_new: 0.0,
            programme_new: 0.0,
        };
        let mut d = District { need: 100.0, path: 100.0, tuition_paid: 900.0, ..District::EMPTY };
        for _ in 0..100 {
            follow(&mut d, (60.0, 0.0), &facts);
            assert!(d.path >= LEAST_COST * d.need, "{}", d.path);
        }
    }

    #[test]
    fn what_a_merger_costs_once_is_full_at_first_and_gone_later() {
        let p = Parameters::default();
        let left = |years| transition_left(years, &p);
        assert!(left(0).abs() < 1e-12 && (left(1) - 1.0).abs() < 1e-12 && left(20).abs() < 1e-12);
        assert!((1..10).all(|year| left(year + 1) <= left(year)));
    }
}
