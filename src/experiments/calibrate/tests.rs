use super::*;
use crate::futures::posterior;
use crate::scenario::{BaselineLoss, Counted};

/// A small state with and without a grant; the published figures are filled in from a known truth.
const SCENARIO: &str = "\
name = \"small\"
years = 6
draw_parameters = false
[region]
districts = 24
[[policy]]
name = \"alone\"
[[policy]]
name = \"grant\"
  [[policy.instrument]]
  kind = \"cluster_grant\"
  per_pupil = [900, 900]
  min_members = 3
";

fn targets(published: &[f64; 3]) -> Targets {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("small.toml"), SCENARIO).expect("written");
    let target = |name: &str, keys: &str, published: f64, tolerance: f64| {
        format!(
            "[[setting.target]]\nname = \"{name}\"\npolicy = \"grant\"\npublished = {published:?}\ntolerance = {tolerance:?}\nsource = \"a known truth\"\n{keys}\n"
        )
    };
    let text = [
        "name = \"trial\"\nparameters = [\"found_grant\", \"leave_intercept\", \"levy_vote\"]\n[algorithm]\nparticles = 40\ngenerations = 3\n".to_owned(),
        "[[setting]]\nname = \"small\"\nscenario = \"small.toml\"\nreplicates = 6\n".to_owned(),
        target("take-up", "statistic = \"outcome\"\noutcome = \"clustered_share\"\nyear = 2", published[0], 0.02),
        target("founded", "statistic = \"outcome\"\noutcome = \"clusters_founded\"\nyear = 3", published[1], 0.2),
        target("left", "statistic = \"outcome\"\noutcome = \"clustered_share\"\nyear = 6", published[2], 0.02),
    ];
    targets::read_text(&text.concat(), "t.toml", folder.path(), targets::Records::default())
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn truth() -> (Vec<f64>, Targets) {
    let values = vec![1.8, -2.0, 0.2];
    let blank = targets(&[0.0; 3]);
    let statistics = Simulator::new(&blank).answer(&values).statistics;
    (values, targets(&[statistics[0], statistics[1], statistics[2]]))
}

#[test]
fn parameters_are_found_again_from_what_the_model_itself_made_of_them() {
    let (values, targets) = truth();
    let place = tempfile::tempdir().expect("a temporary folder");
    let (calibration, posterior) = calibrate(&targets, place.path(), &|_, _, _| ()).expect("nothing fails");
    let [grant, _, levy] = &calibration.parameters[..] else { panic!("three parameters") };
    assert!((grant.mean - values[0]).abs() < 0.75 * grant.prior_sd, "{grant:?}");
    assert!((grant.mean - values[0]).abs() < (grant.prior_mean - values[0]).abs(), "{grant:?}");
    assert!(!levy.informed || levy.sd > 0.5 * levy.prior_sd, "nothing tells of it: {levy:?}");
    assert!(calibration.distance_of_posterior < calibration.distance_of_defaults, "{calibration:?}");
    let whole: f64 = posterior.particles.iter().map(|particle| particle.weight).sum();
    assert!((whole - 1.0).abs() < 1e-9);
    assert_eq!(posterior::parse(&posterior.text(), "p.toml"), Ok(posterior.clone()));
    // Begun again after a kill, on one thread, the bytes are the same.
    std::fs::remove_file(place.path().join("generation-001/chunk-0000002")).expect("a chunk");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let (_, again) = pool.install(|| calibrate(&targets, place.path(), &|_, _, _| ())).expect("nothing fails");
    assert_eq!(again.text(), posterior.text());
}

#[test]
fn a_baseline_decade_sets_the_merger_climate() {
    let (values, mut targets) = truth();
    let climate = |targets: &Targets| Simulator::new(targets).answer(&values).climates[0];
    assert!(climate(&targets).is_nan());
    let mut fitted = [0.5, 4.0].map(|published| {
        targets.settings[0].baseline =
            Some(BaselineLoss { published, of: Counted::All, from: 0, to: 5, error: 0.0, source: String::new() });
        climate(&targets)
    });
    assert!(fitted[0] < fitted[1], "{fitted:?}");
    fitted.sort_by(f64::total_cmp);
    assert!(fitted.iter().all(|climate| climate.abs() <= 1.8));
}
