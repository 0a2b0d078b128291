//! How long runs take. `cargo bench --bench run` measures all groups, `cargo bench --bench run -- policies`
//! one of them, and `cargo bench --bench run -- --test` only sees that each of them works.
//!
//! Divide by districts × years for the time of a district-year; figures of one thread.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::engine::draws::{Draws, EntityKey, philox2x64};
use barnraise::model::decisions::Decision;
use barnraise::model::parameters::Parameters;
use barnraise::model::policy::Policy;
use barnraise::model::record::{Detail, Record};
use barnraise::model::simulation::{RunId, Simulation};
use barnraise::scenario;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const YEARS: u16 = 20;
const SEED: u64 = 1507;

/// A policy of the scenario that the program is shown with.
fn shipped(name: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-year-grant.toml");
    let scenario = scenario::read(&path).expect("a shipped scenario");
    scenario.policies.into_iter().find(|policy| policy.name == name).expect("a policy of that name")
}

fn simulation(districts: u16) -> Simulation {
    let region = generate(&SyntheticSpec { districts, ..SyntheticSpec::default() }, SEED);
    Simulation::new(Arc::new(region), YEARS)
}

/// One run after the other, each another replicate, in the same memory.
fn runs(bencher: &mut criterion::Bencher<'_>, simulation: &Simulation, policy: &Policy, detail: Detail) {
    let (mut workspace, mut record, parameters) = (simulation.workspace(), Record::default(), Parameters::default());
    let mut replicate = 0;
    bencher.iter(|| {
        replicate += 1;
        let id = RunId { seed: SEED, replicate };
        simulation.run(&mut workspace, policy, &parameters, id, detail, &mut record);
        black_box(record.region.last().copied())
    });
}

/// 50 districts × 20 years by policy, with outcomes of the region.
fn policies(criterion: &mut Criterion) {
    let simulation = simulation(50);
    let mut group = criterion.benchmark_group("run of 50 districts, 20 years, by policy");
    for name in ["no-incentive", "three-year-grant", "grant-then-vote", "merger-grant", "coordinator-and-taper"] {
        let policy = shipped(name);
        group.bench_function(name, |bencher| runs(bencher, &simulation, &policy, Detail::Region));
    }
    group.finish();
}

/// What keeping more of a run costs.
fn details(criterion: &mut Criterion) {
    let (simulation, policy) = (simulation(50), shipped("grant-then-vote"));
    let mut group = criterion.benchmark_group("run of 50 districts, 20 years, by detail");
    for (name, detail) in [("region", Detail::Region), ("cluster", Detail::Cluster), ("district", Detail::District)] {
        group.bench_function(name, |bencher| runs(bencher, &simulation, &policy, detail));
    }
    group.finish();
}

/// How a run grows with its region; 330 is a whole state. Elements are district-years.
fn sizes(criterion: &mut Criterion) {
    let policy = shipped("grant-then-vote");
    let mut group = criterion.benchmark_group("run of 20 years, by districts");
    for districts in [50, 150, 330] {
        let simulation = simulation(districts);
        group.throughput(Throughput::Elements(u64::from(districts) * u64::from(YEARS)));
        let id = BenchmarkId::from_parameter(districts);
        group.bench_function(id, |bencher| runs(bencher, &simulation, &policy, Detail::Region));
    }
    group.finish();
}

/// What each replicate and each decision costs before anything is simulated.
fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draws");
    let parameters = Parameters::default();
    let mut replicate = 0;
    group.bench_function("uncertain parameters of a replicate", |bencher| {
        bencher.iter(|| {
            replicate += 1;
            parameters.drawn(&[], SEED, replicate)
        });
    });
    let mut counter = 0;
    group.bench_function("Philox2x64-10 block", |bencher| {
        bencher.iter(|| {
            counter += 1;
            philox2x64([black_box(counter), 7], SEED)
        });
    });
    let (draws, key) = (Draws::new(SEED, 1, 1), EntityKey::from_name("3800001"));
    group.bench_function("uniform number", |bencher| bencher.iter(|| draws.uniform(black_box(key), Decision::Accept)));
    group.bench_function("normal number", |bencher| bencher.iter(|| draws.normal(black_box(key), Decision::Climate)));
    group.finish();
}

/// What is made ready once for a region.
fn region(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("region of 330 districts");
    let spec = SyntheticSpec { districts: 330, ..SyntheticSpec::default() };
    group.sample_size(20);
    group.bench_function("drawn", |bencher| bencher.iter(|| generate(&spec, SEED)));
    let region = Arc::new(generate(&spec, SEED));
    group.bench_function("made ready", |bencher| bencher.iter(|| Simulation::new(Arc::clone(&region), YEARS)));
    group.finish();
}

criterion_group!(benches, policies, details, sizes, draws, region);
criterion_main!(benches);
