use std::path::{Path, PathBuf};

use super::classify::auc;
use super::*;
use crate::districts::history::read;
use crate::experiments::calibrate::targets::{self, Records};
use crate::futures::inputs::Inputs;
use crate::model::region::{StateFinance, StateRules};

/// The published data of three states that the project ships.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/published")
}

fn scenario(state: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/backtest/{state}.toml"));
    crate::scenario::read(&path).expect("a shipped scenario")
}

#[test]
fn the_real_record_gives_the_published_yardstick() {
    let folder = data();
    let histories = read(&folder, &["ND", "IA", "SD"].map(str::to_owned)).expect("the published record");
    for (history, (count, published)) in histories.iter().zip([(238, 0.80), (389, 0.92), (173, 0.84)]) {
        let (smallness, ended): (Vec<f64>, Vec<bool>) =
            history.operating(FIRST_YEAR).map(|(id, row)| (-row.pupils, history.spells[id].identifier_ended())).unzip();
        let area = auc(&smallness, &ended).expect("some ended");
        assert_eq!(ended.len(), count, "{}", history.state);
        assert!((area.value - published).abs() < 0.011, "{} {}", history.state, area.value);
        let region =
            start(history, FIRST_YEAR, Knowledge::OneYear(0), &StateRules::default(), &StateFinance::default());
        let region = region.expect("a region");
        assert!(
            region
                .districts
                .iter()
                .all(|district| district.area > 1.0 && district.x.is_finite() && district.y.is_finite())
        );
    }
}

#[test]
fn a_small_backtest_compares_every_year_and_does_not_depend_on_threads() {
    let folder = data();
    let history = read(&folder, &["SD".to_owned()]).expect("the published record").remove(0);
    let scenario = scenario("sd");
    let place = tempfile::tempdir().expect("a temporary folder");
    let run = |threads: usize, name: &str| {
        let work = place.path().join(name);
        let futures = Futures { replicates: 0..12, inputs: Inputs::of(&scenario, None).seeded(3), work: &work };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let trial = Trial { history: &history, scenario: &scenario };
        pool.install(|| backtest(trial, &futures, |_| ())).expect("a sound record").0
    };
    let result = run(1, "a");
    assert_eq!(format!("{result:?}"), format!("{:?}", run(2, "b")));
    // What a kill can leave: chunks never reached, and a torn one.
    let chunk = |name: &str| place.path().join("a").join(name);
    std::fs::remove_file(chunk("SD-past/chunk-0000001")).expect("a chunk");
    std::fs::remove_dir_all(chunk("SD-enrolment")).expect("a folder of chunks");
    let torn = std::fs::read(chunk("SD-past/chunk-0000000")).expect("a chunk");
    std::fs::write(chunk("SD-past/chunk-0000000"), &torn[..torn.len() - 9]).expect("a torn chunk");
    assert_eq!(format!("{result:?}"), format!("{:?}", run(2, "a")), "stopped and gone on with");
    assert_eq!((result.counts.len(), result.districts, result.finished), (21, 173, 12));
    let causal: Vec<&str> = result.causal.iter().map(|paired| paired.what.as_str()).collect();
    assert_eq!(causal, ["2001 to 2007", "2007 to 2016", "1995 to 2016"]);
    assert!(result.climate.as_ref().is_some_and(|climate| climate.mean.median.abs() < 1.8 && climate.sd < 0.6));
    let losses: Vec<&str> = result.losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(losses, ["1995 to 2001", "2001 to 2007", "2007 to 2016", "1995 to 2016"]);
    assert_eq!(result.uplifts.len(), 2);
    assert!((result.losses[0].published).abs() < 1e-12, "173 districts in 1995 and in 2001");
    assert!(result.fates.iter().all(|fate| (0.0..=1.0).contains(&fate.probability)));
    let score = score(&result);
    assert!(score.counts.is_finite() && score.uplift.is_some() && (0.0..=1.0).contains(&score.covered));
}

#[test]
fn a_region_file_is_refused_because_the_record_makes_the_region() {
    let scenario = Scenario { region: RegionChoice::File(PathBuf::from("nd.toml")), ..scenario("nd") };
    let history = StateHistory::default();
    let futures = Futures { replicates: 0..1, inputs: Inputs::of(&scenario, None), work: Path::new("never") };
    let refused = backtest(Trial { history: &history, scenario: &scenario }, &futures, |_| ()).expect_err("a file");
    assert!(refused.to_string().contains("made from the record"));
}

fn fate(pupils: f64, ended: bool, probability: f64) -> Fate {
    Fate {
        id: String::new(),
        name: String::new(),
        pupils,
        early_slope: None,
        ended,
        identifier_ended: ended,
        probability,
        regression: None,
    }
}

#[test]
fn size_is_outranked_only_by_a_simulation_that_knows_more() {
    let fates = [fate(50.0, true, 0.6), fate(90.0, false, 0.3), fate(120.0, true, 0.5), fate(800.0, false, 0.0)];
    let found = which(&fates).expect("both kinds");
    assert!((found.model.value - 1.0).abs() < 1e-12 && (found.size.value - 0.75).abs() < 1e-12);
    assert!((found.over_size.value - 0.25).abs() < 1e-12);
    assert!((found.brier_share - 0.25).abs() < 1e-12);
    assert!(which(&[fate(50.0, false, 0.1)]).is_none());
}

#[test]
fn bands_leave_out_what_is_not_defined() {
    let band = Band::of([1.0, f64::NAN, 3.0, 2.0].into_iter());
    assert!((band.median - 2.0).abs() < 1e-12 && band.holds(1.2) && !band.holds(0.9));
    assert!(!Band::of(std::iter::empty()).holds(0.0));
}

#[test]
fn a_state_held_out_is_scored_under_what_the_others_say() {
    let folder = data();
    let text = "name = \"two\"\nparameters = [\"propose_shared\"]\n[algorithm]\nparticles = 10\ngenerations = 1\n\
        [[record]]\nname = \"North Dakota\"\nstate = \"ND\"\nscenario = \"nd.toml\"\nreplicates = 1\n\
        [[record.target]]\nname = \"left\"\nstatistic = \"districts\"\nyear = 21\ntolerance = 10\n\
        [[record.target]]\nname = \"small\"\nstatistic = \"exit_rate\"\nleast = 25\nmost = 49\ntolerance = 2\n\
        [[record]]\nname = \"South Dakota\"\nstate = \"SD\"\nscenario = \"sd.toml\"\nreplicates = 1\n\
        [[record.target]]\nname = \"loss\"\nstatistic = \"loss_rate\"\nfrom_year = 7\nuntil_year = 21\ntolerance = 0.5\n";
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/backtest");
    let records = Records { folder: Some(&folder), without: &[] };
    let targets =
        targets::read_text(text, "t.toml", &scenarios, records).unwrap_or_else(|p| panic!("{}", p.render(false)));
    // The published figures are those of the backtest: 177 districts in 2016, and 5.28 % of those of 25 to 49 pupils a year.
    let published: Vec<f64> = targets.all().map(|(_, target)| target.published).collect();
    assert!((published[0] - 177.0).abs() < 1e-9 && (published[1] - 5.28).abs() < 0.01, "{published:?}");
    assert!((published[2] - 0.903).abs() < 0.001, "{published:?}");
    let others = targets.without("SD").expect("North Dakota is left");
    assert_eq!(others.states(), ["ND"]);
    assert!(others.without("ND").is_none() && targets.without("IA").is_none());
    let history = read(&folder, &["SD".to_owned()]).expect("the published record").remove(0);
    let (scenario, place) = (scenario("sd"), tempfile::tempdir().expect("a temporary folder"));
    let trial = Trial { history: &history, scenario: &scenario };
    let progress = held_out::Progress { calibration: &|_, _, _| (), futures: &|_| () };
    let (held, _) = held_out::hold_out(trial, &others, (1, 0..4), place.path(), &progress).expect("a sound record");
    assert_eq!((held.calibration.targets.len(), held.result.state.as_str(), held.result.finished), (2, "SD", 4));
    assert!(held.posterior.name.contains("without SD"), "{}", held.posterior.name);
}

#[test]
fn targets_that_need_a_record_say_so_where_no_folder_is_given() {
    let text = "name = \"one\"\nparameters = [\"wedge\"]\n[[record]]\nname = \"North Dakota\"\nstate = \"ND\"\nscenario = \"nd.toml\"\n\
        [[record.target]]\nname = \"left\"\nstatistic = \"districts\"\nyear = 21\ntolerance = 10\n";
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/backtest");
    let told = targets::read_text(text, "t.toml", &scenarios, Records::default()).expect_err("no folder").render(false);
    assert!(told.contains("the records of ND are needed") && told.contains("--from"), "{told}");
    let without = Records { folder: None, without: &["IA".to_owned()] };
    let told = targets::read_text(text, "t.toml", &scenarios, without).expect_err("no Iowa").render(false);
    assert!(told.contains("of the state `IA`") && told.contains("one of: ND"), "{told}");
}
