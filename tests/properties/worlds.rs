//! Runs, and what is compared of them.

use std::sync::Arc;

use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::model::events::{Event, Form, Happening};
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::{Eligibility, Instrument, InstrumentKind, Policy};
use barnraise::model::record::{DISTRICT_WIDTH, Detail, Record};
use barnraise::model::region::Region;
use barnraise::model::simulation::{RunId, Simulation};
use proptest::prelude::ProptestConfig;

/// Years of a run of random worlds.
pub(crate) const YEARS: u16 = 15;

/// So many random worlds; no file of failures is left behind.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() }
}

/// A synthetic region of the default figures.
pub(crate) fn default_region(districts: u16) -> Arc<Region> {
    Arc::new(generate(&SyntheticSpec { districts, ..SyntheticSpec::default() }, 11))
}

/// One run at full detail in memory of its own.
pub(crate) fn run(region: &Arc<Region>, policy: &Policy, parameters: &Parameters, id: RunId) -> Record {
    let simulation = Simulation::new(Arc::clone(region), YEARS);
    let mut record = Record::default();
    simulation.run(&mut simulation.workspace(), policy, parameters, id, Detail::District, &mut record);
    record
}

/// A policy of these instruments.
pub(crate) fn policy_of(instruments: Vec<Instrument>) -> Policy {
    Policy { name: "policy".to_owned(), instruments, ..Policy::default() }
}

/// An instrument that can be entered in any year.
pub(crate) fn always(kind: InstrumentKind) -> Instrument {
    Instrument { name: String::new(), start: 0, end: None, budget_cap: None, eligibility: Eligibility::default(), kind }
}

/// Everything that a record holds, as bits that can be compared: NaN equals itself.
#[derive(Debug, PartialEq)]
pub(crate) struct Bits {
    region: Vec<u64>,
    outlay: Vec<u64>,
    clusters: Vec<u64>,
    districts: Vec<u64>,
    events: Vec<Event>,
    forms: Vec<Form>,
    homes: Vec<u16>,
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The bits of a record.
pub(crate) fn bits_of(record: &Record) -> Bits {
    let named = |rows: &barnraise::model::record::Rows| {
        let names =
            rows.entity.iter().zip(&rows.group).map(|(&entity, &group)| u64::from(entity) << 32 | u64::from(group));
        bits(&rows.values).into_iter().chain(names).collect()
    };
    Bits {
        region: bits(&record.region),
        outlay: bits(&record.outlay),
        clusters: named(&record.clusters),
        districts: named(&record.districts),
        events: record.events.clone(),
        forms: record.last_forms.clone(),
        homes: record.last_homes.clone(),
    }
}

/// Whether two records tell the same story, their figures equal but for the rounding of sums in another order.
pub(crate) fn same_but_for_rounding(a: &Record, b: &Record) -> bool {
    let close = |a: &[f64], b: &[f64]| {
        let pair = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-7 * (1.0 + a.abs()) || a.is_nan() && b.is_nan();
        a.len() == b.len() && a.iter().zip(b).all(pair)
    };
    let kinds = |record: &Record| record.events.iter().map(|event| (event.year, event.what.kind())).collect::<Vec<_>>();
    close(&a.region, &b.region)
        && close(&a.outlay, &b.outlay)
        && close(&a.clusters.values, &b.clusters.values)
        && close(&a.districts.values, &b.districts.values)
        && kinds(a) == kinds(b)
        && a.last_homes == b.last_homes
}

/// The bits of a record whose policy has `instruments`, without the outlay of the one at `place`; those after it are
/// counted as if it were not there.
pub(crate) fn bits_without(record: &Record, instruments: usize, place: usize) -> Bits {
    let kept = record.outlay.iter().enumerate().filter(|(nth, _)| nth % instruments != place);
    let outlay = kept.map(|(_, value)| value.to_bits()).collect();
    let mut events = record.events.clone();
    for event in &mut events {
        if let Happening::EnteredGrant { instrument, .. } = &mut event.what {
            assert_ne!(usize::from(*instrument), place, "nobody enters what is not there");
            *instrument -= u8::from(usize::from(*instrument) > place);
        }
    }
    Bits { outlay, events, ..bits_of(record) }
}

/// The yearly rows of every community but `left_out`, and the district that serves it; districts after
/// it in the list are counted as if it were not there.
pub(crate) fn district_rows(record: &Record, left_out: Option<u32>) -> Vec<(u16, u32, u32, Form, Vec<u64>)> {
    let rows = &record.districts;
    let renamed = |index: u32| if left_out.is_some_and(|out| index > out) { index - 1 } else { index };
    (0..rows.len())
        .filter(|&row| Some(rows.entity[row]) != left_out)
        .map(|row| {
            let values = &rows.values[row * DISTRICT_WIDTH..(row + 1) * DISTRICT_WIDTH];
            (rows.year[row], renamed(rows.entity[row]), renamed(rows.group[row]), rows.form[row], bits(values))
        })
        .collect()
}

/// The events that do not name `left_out`, the districts after it counted as if it were not there.
pub(crate) fn events(record: &Record, left_out: Option<u16>) -> Vec<Event> {
    let named = |index: u16| match left_out {
        Some(out) if index == out => None,
        Some(out) if index > out => Some(index - 1),
        _ => Some(index),
    };
    record.events.iter().filter_map(|event| Some(Event { what: renamed(event.what, named)?, ..*event })).collect()
}

/// An event with its districts renamed; none if one of them has no name.
fn renamed(what: Happening, named: impl Fn(u16) -> Option<u16>) -> Option<Happening> {
    use Happening as H;
    Some(match what {
        H::Founded { cluster, district, origin, members } => {
            H::Founded { cluster, district: named(district)?, origin, members }
        }
        H::Joined { cluster, district } => H::Joined { cluster, district: named(district)? },
        H::Left { cluster, district } => H::Left { cluster, district: named(district)? },
        H::Voted { district, host, yes_share, loses_high_school } => {
            H::Voted { district: named(district)?, host: named(host)?, yes_share, loses_high_school }
        }
        H::PlanDecided { host, districts, passed, required } => {
            H::PlanDecided { host: named(host)?, districts, passed, required }
        }
        H::Merged { district, host } => H::Merged { district: named(district)?, host: named(host)? },
        H::Dissolved { district, host, cause } => {
            H::Dissolved { district: named(district)?, host: named(host)?, cause }
        }
        H::SchoolClosed { district, left } => H::SchoolClosed { district: named(district)?, left },
        H::NewSuperintendent { district } => H::NewSuperintendent { district: named(district)? },
        H::Stranded { district, cause } => H::Stranded { district: named(district)?, cause },
        same @ (H::TaskTaken { .. }
        | H::TaskDropped { .. }
        | H::EnteredGrant { .. }
        | H::FormChanged { .. }
        | H::Ended { .. }) => same,
    })
}
