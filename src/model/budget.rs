//! Money: what the approved programme costs, what comes in, and how a board closes the gap.

use crate::engine::draws::{Draws, EntityKey};
use crate::engine::math;

use super::decisions::Decision;
use super::events::Form;
use super::parameters::Parameters;
use super::policy::InstrumentKind;
use super::region::{AgentKind, Region, StartingDistrict};
use super::scale::{CostCurve, aid_weight};
use super::state::District;
use super::world::World;
use super::{instruments, transport};

/// A district's money before the first year.
pub(crate) fn start_money(
    d: &mut District,
    district: &StartingDistrict,
    region: &Region,
    (p, curve): (&Parameters, &CostCurve),
    (key, draws): (EntityKey, Draws),
) {
    let finance = &region.finance;
    let pupils = district.enrolment();
    let [reserve, margin] = draws.normals(key, Decision::StartMoney);
    let [room, level] = draws.uniforms(key, Decision::StartLevy);
    let cost_level = district.cost_level.unwrap_or_else(|| math::exp(p.start_cost_sd * math::inverse_normal(level)));
    let scale = curve.at(pupils);
    let multiplier = scale + transport::extra_cost(pupils, district.area, p);
    let need = finance.base_cost * cost_level * pupils * multiplier;
    let revenue = need * (1.0 + p.start_margin_mean + p.start_margin_sd * margin);
    let local = district.local_share.unwrap_or(finance.local_share);
    let federal = finance.federal_share.min(1.0 - local);
    let aid = revenue * (1.0 - local - federal);
    let sparse = finance.is_sparse(pupils, district.area);
    let valuation = (district.valuation * pupils).max(1.0);
    let mills = 1_000.0 * revenue * local / valuation;
    let share = district.reserve_share.unwrap_or_else(|| p.start_reserve * math::exp(p.start_reserve_sd * reserve));

    d.cost_level = cost_level;
    d.valuation = valuation;
    d.mills = mills;
    d.mills_cap = mills * (1.0 - p.levy_headroom * math::ln(room));
    d.aid_rate = aid / (finance.base_cost * pupils * aid_weight(scale, sparse, region, curve)).max(1.0);
    d.federal_per_pupil = revenue * federal / pupils.max(1.0);
    d.reserve = share * need;
    d.debt = district.debt;
    d.need = need;
    d.spending = need;
    d.aid = aid;
    d.levy = revenue * local;
    d.revenue = revenue;
    d.paid = 1.0;
}

/// Need, revenue, and how each board makes ends meet.
#[inline(never)]
pub(crate) fn step(w: &mut World<'_>) {
    let taxing = w.instruments().any(|(_, it)| matches!(it.kind, InstrumentKind::TaxingAuthority(_)) && it.open(w.year));
    for place in 0..w.s.d.operating.len() {
        let district = usize::from(w.s.d.operating[place]);
        let consortium_mills = if taxing { consortium_mills(w, district) } else { 0.0 };
        let facts = Facts { p: w.p, region: w.region, curve: w.curve, base_cost: w.base_cost, year: w.year, draws: w.draws };
        let (key, d) = (w.key(district), &mut w.s.d[district]);
        set_need(d, &facts);
        set_revenue(d, consortium_mills, &facts);
        balance(d, key, &facts);
    }
}

/// What a district's budget reads beside the district.
struct Facts<'a> {
    p: &'a Parameters,
    region: &'a Region,
    curve: &'a CostCurve,
    base_cost: f64,
    year: u16,
    draws: Draws,
}

/// What the approved programme costs this year.
fn set_need(d: &mut District, facts: &Facts<'_>) {
    let p = facts.p;
    let arriving = 1.0 / p.saving_years;
    d.premium += arriving * (d.premium_target - d.premium);
    d.saving += arriving * (d.saving_target - d.saving);
    let pupils = d.enrolment;
    d.multiplier = facts.curve.at(pupils);
    let multiplier = d.multiplier + transport::extra_cost(pupils, d.area, p) + d.premium - d.saving;
    let adjustment = d.merged_in.map_or(0.0, |merged| p.adjustment_cost * adjustment_left(facts.year - merged, p));
    // A guard, not a claim: no sum of savings makes a pupil cost less than half the base.
    d.need = facts.base_cost * d.cost_level * pupils * multiplier.max(0.5) * (1.0 + adjustment) + d.dues;
}

/// Share of the capital adjustment that is due so many years after a merger.
fn adjustment_left(years: u16, p: &Parameters) -> f64 {
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

/// The tax that a district's consortium may levy, mills.
fn consortium_mills(w: &World<'_>, i: usize) -> f64 {
    let Some(cluster) = w.s.cluster_of(i).filter(|cluster| cluster.form >= Form::Consortium) else { return 0.0 };
    let granted = w.instruments().filter(|(_, it)| it.open(w.year) && it.eligibility.admits(w.s.d[i].enrolment));
    let mills = granted.map(|(_, it)| match &it.kind {
        InstrumentKind::TaxingAuthority(taxing)
            if instruments::admitted(w.s, cluster, it.eligibility) >= usize::from(taxing.min_members) =>
        {
            taxing.mills
        }
        _ => 0.0,
    });
    mills.fold(0.0, |sum, mills| sum + mills)
}

fn set_revenue(d: &mut District, consortium_mills: f64, facts: &Facts<'_>) {
    let finance = &facts.region.finance;
    let pupils = d.enrolment;
    let sparse = finance.is_sparse(pupils, d.area);
    let weight = aid_weight(d.multiplier, sparse, facts.region, facts.curve);
    d.aid = d.aid_rate * finance.base_cost * pupils * weight;
    d.valuation *= 1.0 + facts.p.valuation_growth;
    d.levy = 0.001 * (d.mills + consortium_mills) * d.valuation;
    d.revenue = d.aid + d.levy + d.federal_per_pupil * pupils + d.receipts;
}

/// A board covers a gap by reserve, then cuts, then levy, then a vote, then deeper cuts; what is
/// still uncovered stands as a deficit. A surplus restores the programme, fills the reserve, and
/// then lowers the levy.
fn balance(d: &mut District, key: EntityKey, facts: &Facts<'_>) {
    let p = facts.p;
    // Bonds carry a levy of their own: they are paid back by exactly what is raised for them.
    d.debt -= p.debt_repayment * d.debt;
    let target = p.reserve_target * d.need;
    if d.reserve >= target {
        d.paid = (d.paid + p.programme_restored).min(1.0);
    }
    let surplus = d.revenue - d.paid * d.need;
    if surplus >= 0.0 {
        spend_surplus(d, surplus, target, p);
    } else {
        cover_gap(d, -surplus, key, facts);
    }
    d.spending = d.paid * d.need;
    d.reserve += d.revenue - d.spending;
    d.insolvent_years = if d.reserve < 0.0 { d.insolvent_years.saturating_add(1) } else { 0 };
}

fn spend_surplus(d: &mut District, surplus: f64, target: f64, p: &Parameters) {
    let mut left = surplus;
    if d.paid < 1.0 {
        let restored = (surplus / d.need.max(1.0)).min(1.0 - d.paid).min(p.programme_restored);
        d.paid += restored;
        left -= restored * d.need;
    }
    let spare = left - (target - d.reserve).max(0.0);
    if spare <= 0.0 {
        return;
    }
    // A part of what the reserve does not need is given back as a lower levy next year: the district's
    // own levy, not a consortium's, so that its rate never falls below nothing.
    d.mills -= (p.surplus_returned * spare / (0.001 * d.valuation)).min(p.levy_fall * d.mills);
}

fn cover_gap(d: &mut District, gap: f64, key: EntityKey, facts: &Facts<'_>) {
    let p = facts.p;
    let from_reserve = gap.min(p.reserve_draw * d.reserve.max(0.0));
    let mut gap = gap - from_reserve;
    gap -= cut(d, gap, p.cut_before_levy);
    // A school has no levy of its own.
    let taxes = facts.region.kind == AgentKind::District;
    if taxes {
        gap -= raise_levy(d, gap, p.levy_step);
    }
    if taxes && gap > p.levy_vote_gap * d.need {
        let u = facts.draws.uniform(key, Decision::LevyVote);
        if math::happens(u, p.levy_vote + p.levy_vote_board * d.board - 0.5 * p.levy_vote_board) {
            d.mills_cap *= 1.0 + p.levy_voted_raise;
            gap -= raise_levy(d, gap, p.levy_voted_raise);
        }
    }
    cut(d, gap, p.cut_limit);
}

/// Cuts the programme down to `1 - limit` at most; returns what that saves.
fn cut(d: &mut District, gap: f64, limit: f64) -> f64 {
    let room = (d.paid - (1.0 - limit)).max(0.0);
    let share = (gap / d.need.max(1.0)).clamp(0.0, room);
    d.paid -= share;
    share * d.need
}

/// Raises the levy by at most `step`, below the cap; returns what that brings.
fn raise_levy(d: &mut District, gap: f64, step: f64) -> f64 {
    if gap <= 0.0 {
        return 0.0;
    }
    let dollars_per_mill = 0.001 * d.valuation;
    let mills = (d.mills * (1.0 + step)).min(d.mills_cap).max(d.mills);
    let raise = (mills - d.mills).min(gap / dollars_per_mill);
    d.mills += raise;
    d.levy += raise * dollars_per_mill;
    d.revenue += raise * dollars_per_mill;
    raise * dollars_per_mill
}

/// Salaries level up on merging: the cost, as a multiplier, of paying `pupils` at the scale of `merged`.
pub(crate) fn salary_levelling(pupils: f64, merged: f64, p: &Parameters) -> f64 {
    p.salary_share * p.salary_elasticity * math::ln(merged.max(1.0) / pupils.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capital_adjustment_is_full_for_three_years_and_gone_by_the_sixth() {
        let left = |years| adjustment_left(years, &Parameters::default());
        assert_eq!([0, 1, 3, 6, 9].map(left).map(|v| (v * 10.0) as u8), [0, 10, 10, 0, 0]);
        assert!(left(4) < 1.0 && left(5) < left(4));
    }
}
