//! The command line as its users meet it: whole conversations, files written, exit codes.
//!
//! `tests/cli/*.trycmd` hold conversations that write nothing; `TRYCMD=overwrite cargo test --test cli`
//! writes them anew: read the difference before keeping it. What writes is tested here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn barnraise(folder: &Path, arguments: &[&str]) -> Output {
    // As wide as in a file, whatever terminal the tests run in.
    let mut command = Command::new(env!("CARGO_BIN_EXE_barnraise"));
    command.current_dir(folder).env_remove("COLUMNS").args(arguments).output().expect("the program starts")
}

/// An empty folder with the scenario `smoke.toml` in it.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::copy(root().join("scenarios/smoke.toml"), folder.path().join("smoke.toml")).expect("the scenario is copied");
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Every file below a folder, but for the manifest, which holds the command line.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "manifest.json") {
                let name = path.strip_prefix(folder).expect("below the folder").display().to_string();
                found.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

#[test]
fn conversations_that_write_nothing_go_as_written_down() {
    trycmd::TestCases::new().env("COLUMNS", "400").case("tests/cli/*.trycmd");
}

#[test]
fn a_narrow_terminal_gets_lines_that_fit() {
    let folder = workplace();
    for arguments in
        [vec!["compare", "smoke.toml"], vec!["describe", "smoke.toml", "--only", "outcomes"], vec!["scenario"]]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_barnraise"));
        let output =
            command.current_dir(folder.path()).env("COLUMNS", "60").args(&arguments).output().expect("it starts");
        succeeded(&output);
        let told = text(&output.stdout);
        let long: Vec<&str> = told.lines().filter(|line| line.chars().count() > 60).collect();
        assert!(long.is_empty(), "{arguments:?}: {long:#?}");
    }
}

#[test]
fn who_has_the_program_alone_has_its_scenarios_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    succeeded(&barnraise(folder.path(), &["compare", "smoke", "--quiet", "--out", "by-name"]));
    succeeded(&barnraise(folder.path(), &["scenario", "smoke", "--out", "mine/smoke.toml"]));
    succeeded(&barnraise(folder.path(), &["compare", "mine/smoke.toml", "--quiet", "--out", "by-file"]));
    assert_eq!(files(&folder.path().join("by-name")), files(&folder.path().join("by-file")));
    let again = barnraise(folder.path(), &["scenario", "greater-nelson", "--out", "mine/smoke.toml"]);
    assert_eq!(again.status.code(), Some(2));
    let problems = text(&again.stderr);
    assert!(problems.contains("--force") && problems.contains("`cases/greater-nelson`?"), "{problems}");
    // A file of that name is what is meant; a folder is not.
    fs::create_dir(folder.path().join("smoke")).expect("a folder");
    succeeded(&barnraise(folder.path(), &["check", "smoke"]));
    fs::remove_dir(folder.path().join("smoke")).expect("an empty folder");
    fs::write(folder.path().join("smoke"), "title = 3").expect("a file");
    assert_eq!(barnraise(folder.path(), &["check", "smoke"]).status.code(), Some(2));
}

#[test]
fn compare_prints_the_table_and_names_what_it_wrote() {
    let folder = workplace();
    let output = barnraise(folder.path(), &["compare", "smoke.toml"]);
    succeeded(&output);
    let (table, messages) = (text(&output.stdout), text(&output.stderr));
    for part in [
        "A small trial",
        "20 futures",
        "seed 7",
        "Levels",
        "Differences from A",
        "Viability, last year",
        "of 20",
        "1 of 1 met",
    ] {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    assert!(messages.starts_with("Wrote ") && messages.contains("to results/smoke:"), "{messages}");
    let written = files(&folder.path().join("results/smoke"));
    for name in written.keys() {
        assert!(messages.contains(name), "{name} is not named in\n{messages}");
    }
    for name in
        ["region.parquet", "region.csv", "summary.json", "columns.json", "charts/map.svg", "charts/differences-1.png"]
    {
        assert!(written.contains_key(name), "{name} was not written");
    }
    assert!(!folder.path().join("results/smoke.partial").exists());
}

#[test]
fn json_stands_alone_on_the_standard_output_with_units_seed_and_intervals() {
    let folder = workplace();
    let output = barnraise(folder.path(), &["compare", "smoke.toml", "--json", "--quiet", "--no-charts", "--no-csv"]);
    succeeded(&output);
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("nothing but JSON");
    assert_eq!((json["seed"].as_u64(), json["finished"].as_u64()), (Some(7), Some(20)));
    let policies = json["policies"].as_array().expect("a list of policies");
    let outcomes = json["outcomes"].as_array().expect("a list of outcomes");
    assert_eq!(policies.len(), 3);
    assert!(outcomes.iter().all(|outcome| outcome["unit"].is_string() && outcome["meaning"].is_string()));
    for policy in policies {
        let figures = policy["outcomes"].as_array().expect("figures");
        assert_eq!(figures.len(), outcomes.len());
    }
    let difference = &policies[1]["outcomes"][0]["difference"];
    for field in ["n", "median", "p5", "p95", "mean", "mean_low", "mean_high", "more", "equal", "less"] {
        assert!(difference[field].is_number(), "{field} is missing in {difference}");
    }
    assert_eq!(json["expectations"][0]["inside"], true);
}

#[test]
fn the_number_of_threads_changes_no_byte_of_the_results() {
    let folder = workplace();
    let results = |threads: &str| {
        let output = barnraise(
            folder.path(),
            &["compare", "smoke.toml", "--level", "district", "--threads", threads, "--out", threads],
        );
        succeeded(&output);
        (files(&folder.path().join(threads)), output.stdout)
    };
    let one = results("1");
    assert!(one.0["districts.csv"].len() > 1_000);
    assert_eq!(one, results("2"));
    assert_eq!(one, results("8"));
}

#[test]
fn a_replicate_alone_is_the_same_as_among_many() {
    let folder = workplace();
    let rows = |out: &str, more: &[&str]| {
        let mut arguments =
            vec!["compare", "smoke.toml", "--level", "district", "--no-parquet", "--no-charts", "--out", out];
        arguments.extend(more);
        succeeded(&barnraise(folder.path(), &arguments));
        let mut tables = BTreeMap::new();
        for name in ["region.csv", "outlay.csv", "clusters.csv", "events.csv", "districts.csv"] {
            let mut table = csv::Reader::from_path(folder.path().join(out).join(name)).expect("a table");
            let headers = table.headers().expect("a header").clone();
            let replicate = headers.iter().position(|column| column == "replicate").expect("a column of replicates");
            let rows = table.records().map(|row| row.expect("a row")).filter(|row| &row[replicate] == "7");
            tables.insert(name, rows.collect::<Vec<_>>());
        }
        tables
    };
    let among = rows("many", &["--replicates", "10"]);
    let alone = rows("alone", &["--first-replicate", "7", "--replicates", "1"]);
    assert_eq!(among, alone);
    assert_eq!(alone["region.csv"].len(), 3 * 8, "three policies, eight years");
}

#[test]
fn run_gives_the_rows_that_compare_gives_for_its_policy() {
    let folder = workplace();
    succeeded(&barnraise(folder.path(), &["compare", "smoke.toml", "--no-charts", "--no-parquet"]));
    succeeded(&barnraise(
        folder.path(),
        &["run", "smoke.toml", "--policy", "cluster-grant", "--no-charts", "--no-parquet"],
    ));
    let rows = |path: &str| {
        let table = fs::read_to_string(folder.path().join(path)).expect("a table");
        table.lines().filter(|line| line.starts_with("cluster-grant,")).map(str::to_owned).collect::<Vec<_>>()
    };
    let alone = rows("results/smoke-cluster-grant/region.csv");
    assert_eq!(alone.len(), 20 * 8);
    assert_eq!(alone, rows("results/smoke/region.csv"));
}

#[test]
fn the_manifest_tells_command_seed_and_digests() {
    let folder = workplace();
    let more = ["--seed", "99", "--replicates", "3", "--no-charts", "--quiet"];
    succeeded(&barnraise(folder.path(), &[&["compare", "smoke.toml"], more.as_slice()].concat()));
    let manifest = fs::read_to_string(folder.path().join("results/smoke/manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["command"], "barnraise compare smoke.toml --seed 99 --replicates 3 --no-charts --quiet");
    assert_eq!((manifest["seed"].as_u64(), manifest["replicates"].as_u64()), (Some(99), Some(3)));
    assert!(manifest["scenario"]["sha256"].as_str().is_some_and(|digest| digest.len() == 64));
}

#[test]
fn a_missed_expectation_fails_only_when_it_is_to_be_checked() {
    let folder = workplace();
    let scenario = fs::read_to_string(folder.path().join("smoke.toml")).expect("the scenario");
    let missed = scenario.replace("between = [1, 12]", "between = [100, 200]");
    assert_ne!(scenario, missed);
    fs::write(folder.path().join("missed.toml"), missed).expect("a scenario is written");
    let told = barnraise(folder.path(), &["compare", "missed.toml", "--no-charts"]);
    succeeded(&told);
    assert!(text(&told.stdout).contains("MISSED"), "{}", text(&told.stdout));
    let checked = barnraise(folder.path(), &["compare", "missed.toml", "--no-charts", "--check-expect", "--quiet"]);
    assert_eq!(checked.status.code(), Some(1));
    assert_eq!(text(&checked.stderr), "error: 1 of 1 expectations of the scenario are missed\n");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = workplace();
    fs::create_dir(folder.path().join("photos")).expect("a folder");
    fs::write(folder.path().join("photos/dog.jpg"), "woof").expect("a file");
    let output = barnraise(folder.path(), &["compare", "smoke.toml", "--out", "photos"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("photos") && output.stdout.is_empty(), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("photos/dog.jpg")).expect("still there"), "woof");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "nothing else was made");
}

#[test]
fn a_place_that_cannot_be_written_to_is_told() {
    let folder = workplace();
    let output = barnraise(folder.path(), &["compare", "smoke.toml", "--out", "smoke.toml/results"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("error: cannot ") && output.stdout.is_empty(), "{}", text(&output.stderr));
    let output = barnraise(folder.path(), &["region", "--out", "smoke.toml/region.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("error: cannot write smoke.toml/region.toml"), "{}", text(&output.stderr));
}

#[test]
fn earlier_results_are_replaced_whole() {
    let folder = workplace();
    let compare = |more: &[&str]| {
        succeeded(&barnraise(folder.path(), &[&["compare", "smoke.toml", "--no-charts"], more].concat()));
    };
    compare(&["--level", "district"]);
    compare(&["--no-csv"]);
    let names: Vec<String> = files(&folder.path().join("results/smoke")).into_keys().collect();
    let expected = [
        "columns.json",
        "outlay.parquet",
        "parameters.parquet",
        "region.parquet",
        "scenario.toml",
        "summary.json",
        "survival.parquet",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_results_folder_holds_what_was_asked_so_that_it_can_be_asked_again() {
    let folder = workplace();
    succeeded(&barnraise(folder.path(), &["region", "--districts", "9", "--seed", "4", "--out", "nine.toml"]));
    let ask = |scenario: &str, region: &str, out: &str| {
        let words = ["compare", scenario, "--region", region, "--no-charts", "--quiet", "--out", out];
        succeeded(&barnraise(folder.path(), &words));
        files(&folder.path().join(out))
    };
    let first = ask("smoke.toml", "nine.toml", "first");
    let second = ask("first/scenario.toml", "first/region.toml", "second");
    assert!(first == second, "{:?}", first.keys().collect::<Vec<_>>());
    let drawn = fs::read_to_string(folder.path().join("first/parameters.csv")).expect("the drawn inputs");
    let (header, rows) = drawn.split_once('\n').expect("rows");
    assert!(header.starts_with("replicate,") && header.contains(",wedge"), "{header}");
    assert_eq!(rows.lines().count(), 20, "one row for each future");
}

#[test]
fn the_districts_of_a_state_need_no_file_and_can_be_written_to_one() {
    let folder = workplace();
    let run = |words: &[&str]| barnraise(folder.path(), words);
    let written = run(&["region", "--state", "OH:30mi@Athens", "--out", "athens.toml"]);
    succeeded(&written);
    assert!(
        text(&written.stdout).contains("Imputed") && text(&written.stderr).contains("Wrote athens.toml (19 districts)")
    );
    let ask = |region: &str, out: &str| {
        succeeded(&run(&["compare", "smoke.toml", "--region", region, "--no-charts", "--quiet", "--out", out]));
        files(&folder.path().join(out))
    };
    assert!(ask("OH:30mi@Athens", "shipped") == ask("athens.toml", "file"));
    // In a scenario file too.
    let scenario = fs::read_to_string(folder.path().join("smoke.toml")).expect("the scenario");
    let (before, _) = scenario.split_once("[region]").expect("its region");
    let (_, policies) = scenario.split_once("[[policy]]").expect("its policies");
    let asked = format!("{before}[region]\nstate = \"OH:30mi@Athens\"\n\n[[policy]]{policies}");
    fs::write(folder.path().join("athens-scenario.toml"), asked).expect("a scenario");
    let compared = run(&["compare", "athens-scenario.toml", "--no-charts", "--out", "third"]);
    succeeded(&compared);
    assert!(
        text(&compared.stdout).contains("within 30 miles of Athens") && text(&compared.stdout).contains("19 districts")
    );
    // What is meant by a word is told where it is neither.
    let refused = run(&["compare", "smoke.toml", "--region", "ohio"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("a state (OH)"), "{}", text(&refused.stderr));
    let refused = run(&["region", "--state", "OH:Vintn,Meigs", "--out", "no.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("did you mean `Vinton County`") && !folder.path().join("no.toml").exists());
}

#[test]
fn a_comparison_kept_in_a_folder_goes_on_from_there_and_leaves_nothing_behind() {
    let folder = workplace();
    let compare = |more: &[&str]| barnraise(folder.path(), &[&["compare", "smoke.toml", "--no-charts"], more].concat());
    succeeded(&compare(&["--out", "plain"]));
    succeeded(&compare(&["--out", "kept", "--work", "work"]));
    assert!(files(&folder.path().join("plain")) == files(&folder.path().join("kept")));
    assert!(!folder.path().join("work").exists(), "it is deleted when all is done");
    fs::create_dir(folder.path().join("work")).expect("a folder");
    fs::write(folder.path().join("work/letter.txt"), "dear").expect("a file");
    let refused = compare(&["--out", "other", "--work", "work"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("is not empty and holds no unfinished work") && refused.stdout.is_empty());
    assert!(!folder.path().join("other").exists());
}

#[test]
fn a_region_that_was_written_can_be_used_checked_and_shown() {
    let folder = workplace();
    let drawn = barnraise(folder.path(), &["region", "--districts", "9", "--seed", "4", "--out", "deep/nine.toml"]);
    succeeded(&drawn);
    assert!(
        text(&drawn.stdout).contains("published")
            && text(&drawn.stderr).contains("Wrote deep/nine.toml (9 districts).")
    );
    let checked = barnraise(folder.path(), &["check", "deep/nine.toml"]);
    assert!(text(&checked.stdout).contains("a region,") && text(&checked.stdout).contains("9 districts"));
    succeeded(&barnraise(folder.path(), &["region", "--region", "deep/nine.toml", "--json"]));
    let compared = barnraise(folder.path(), &["compare", "smoke.toml", "--region", "deep/nine.toml", "--no-charts"]);
    succeeded(&compared);
    assert!(text(&compared.stdout).contains("9 districts"), "{}", text(&compared.stdout));
    let again = barnraise(folder.path(), &["region", "--out", "deep/nine.toml"]);
    assert_eq!(again.status.code(), Some(2));
    succeeded(&barnraise(folder.path(), &["region", "--out", "deep/nine.toml", "--force"]));
}

#[test]
fn schemas_completions_and_man_pages_are_made() {
    let folder = workplace();
    for kind in ["scenario", "region", "targets"] {
        let output = barnraise(folder.path(), &["schema", kind]);
        let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(schema["properties"].is_object(), "{kind}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(&barnraise(folder.path(), &["completions", shell]).stdout);
        assert!(script.contains("first-replicate"), "{shell}");
    }
    let page = text(&barnraise(folder.path(), &["man", "compare"]).stdout);
    assert!(page.contains(".TH barnraise-compare 1") && page.contains("replicates"), "{page}");
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_early_causes_no_complaint() {
    let folder = workplace();
    let shell = format!("{} describe | head -n 1; {0} --help | head -n 1", env!("CARGO_BIN_EXE_barnraise"));
    let output = Command::new("sh").args(["-c", &shell]).current_dir(folder.path()).output().expect("a shell");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout).lines().count(), 2);
}

/// A small state, and figures that it should reach.
const TARGETS: &str = r#"
name = "trial"
parameters = ["found_grant", "leave_intercept"]

[algorithm]
particles = 12
generations = 2

[[setting]]
name = "a small state"
scenario = "smoke.toml"
replicates = 2
baseline_loss = 1
baseline_until = 8

  [[setting.target]]
  name = "districts in clusters"
  policy = "cluster-grant"
  statistic = "outcome"
  outcome = "clustered_share"
  year = 3
  published = 0.4
  tolerance = 0.1
  source = "made up"
"#;

#[test]
fn calibrate_writes_a_posterior_goes_on_where_it_stopped_and_other_commands_run_under_it() {
    let folder = workplace();
    fs::write(folder.path().join("targets.toml"), TARGETS).expect("written");
    let output = barnraise(folder.path(), &["calibrate", "targets.toml", "--out", "one"]);
    succeeded(&output);
    let table = text(&output.stdout);
    for part in
        ["districts in clusters", "0.40 ± 0.10", "found_grant", "effective sample size", "Merger climates", "defaults"]
    {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    let one = files(&folder.path().join("one"));
    for name in ["calibration.json", "calibration.txt", "posterior.toml", "targets.svg", "parameters.png"] {
        assert!(one.contains_key(name), "{name} was not written");
    }
    assert_eq!(text(&one["calibration.txt"]), table);
    // A chunk is lost, another is torn: the rest is taken over, and the result is the same.
    let parts = folder.path().join("one.work/generation-000");
    fs::remove_file(parts.join("chunk-0000001")).expect("a chunk");
    fs::write(parts.join("chunk-0000002"), "barnraise-chunk-1 torn").expect("a chunk");
    let again = barnraise(folder.path(), &["calibrate", "targets.toml", "--out", "one", "--threads", "1"]);
    succeeded(&again);
    assert_eq!(files(&folder.path().join("one")), one);
    let alone =
        barnraise(folder.path(), &["calibrate", "targets.toml", "--out", "two", "--threads", "2", "--json", "--quiet"]);
    succeeded(&alone);
    assert_eq!(files(&folder.path().join("two")), one);
    assert_eq!(alone.stdout, one["calibration.json"]);

    let compared =
        barnraise(folder.path(), &["compare", "smoke.toml", "--posterior", "one/posterior.toml", "--no-charts"]);
    succeeded(&compared);
    let under = files(&folder.path().join("results/smoke"));
    assert_eq!(under["posterior.toml"], one["posterior.toml"]);
    succeeded(&barnraise(folder.path(), &["compare", "smoke.toml", "--no-charts", "--out", "prior"]));
    assert_ne!(under["region.csv"], files(&folder.path().join("prior"))["region.csv"]);
}

#[test]
fn work_on_other_targets_is_not_gone_on_with() {
    let folder = workplace();
    fs::write(folder.path().join("targets.toml"), TARGETS).expect("written");
    succeeded(&barnraise(folder.path(), &["calibrate", "targets.toml", "--out", "one"]));
    fs::write(folder.path().join("targets.toml"), TARGETS.replace("0.4", "0.5")).expect("written");
    let output = barnraise(folder.path(), &["calibrate", "targets.toml", "--out", "one"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.contains("holds unfinished work on something else: targets was"), "{told}");
}

#[test]
fn an_ablation_is_told_and_written_and_is_the_same_with_any_number_of_threads() {
    let folder = workplace();
    let with = |threads: &str, out: &str| {
        let words = ["ablate", "smoke.toml", "--replicates", "6", "--threads", threads, "--out", out, "--json"];
        let output = barnraise(folder.path(), &words);
        succeeded(&output);
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON alone")
    };
    let (one, two) = (with("1", "one"), with("2", "two"));
    assert_eq!(one, two);
    assert_eq!(one["policy"], "cluster-grant", "the second policy where none is named");
    assert_eq!(one["rows"].as_array().map(Vec::len), Some(32));
    assert_eq!(files(&folder.path().join("one")), files(&folder.path().join("two")));
    let written = files(&folder.path().join("one"));
    assert!(
        ["ablation.json", "ablation.csv", "ablation.md"].iter().all(|name| written.contains_key(*name)),
        "{written:?}"
    );
}

#[test]
fn more_members_than_districts_are_refused_before_anything_is_written() {
    let folder = workplace();
    let scenario = fs::read_to_string(folder.path().join("smoke.toml")).expect("the scenario");
    let cluster = "\n[[policy]]\nname = \"large\"\n[[policy.cluster]]\nname = \"all\"\nmembers = 20\nservices = [\"transport\"]\n";
    fs::write(folder.path().join("large.toml"), scenario + cluster).expect("a file");
    for command in ["check", "compare"] {
        let output = barnraise(folder.path(), &[command, "large.toml"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("have 20 members, but the region has 12 districts"), "{said}");
    }
    assert!(!folder.path().join("results").exists());
}

/// `compare` into `out` with a seed, small and quick.
fn quick<'a>(seed: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let arguments =
        ["compare", "smoke.toml", "--replicates", "3", "--no-charts", "--quiet", "--out", "out", "--seed", seed];
    arguments.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn killed_at_any_instant_a_run_leaves_whole_results_or_none_and_the_next_one_goes_on() {
    let folder = workplace();
    let mut whole = 0;
    for round in 0..40u64 {
        let seed = round.to_string();
        let arguments = quick(&seed, &[]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_barnraise"));
        let quiet =
            command.current_dir(folder.path()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = quiet.args(&arguments).spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(3 * (round % 20)));
        let _ = child.kill();
        child.wait().expect("it has ended");
        if folder.path().join("out").exists() {
            succeeded(&barnraise(folder.path(), &["verify", "out"]));
            whole += 1;
        }
        if round % 4 == 0 {
            succeeded(&barnraise(folder.path(), &arguments));
            succeeded(&barnraise(folder.path(), &["verify", "out"]));
        }
    }
    assert!(whole > 0);
    succeeded(&barnraise(folder.path(), &quick("7", &[])));
    let left: Vec<String> = files(folder.path()).into_keys().filter(|name| !name.starts_with("out/")).collect();
    assert_eq!(left, ["smoke.toml"]);
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let folder = workplace();
    fs::create_dir_all(folder.path().join("mine")).expect("a folder");
    fs::write(folder.path().join("mine/notes"), "mine").expect("a file");
    for work in ["mine", "out", "out/work", "."] {
        let refused = barnraise(folder.path(), &quick("1", &["--work", work]));
        assert_eq!(refused.status.code(), Some(2), "{work}: {}", text(&refused.stderr));
        let refused =
            barnraise(folder.path(), &["ablate", "smoke.toml", "--replicates", "3", "--out", "out", "--work", work]);
        assert_eq!(refused.status.code(), Some(2), "{work}: {}", text(&refused.stderr));
        let left: Vec<String> = files(folder.path()).into_keys().collect();
        assert_eq!(left, ["mine/notes", "smoke.toml"], "{work}");
    }
}

#[test]
fn results_replace_nothing_that_is_read_for_them_and_lie_in_no_other_results() {
    let folder = workplace();
    succeeded(&barnraise(folder.path(), &quick("1", &[])));
    let quick = |out: &str| barnraise(folder.path(), &["compare", "out/scenario.toml", "--quiet", "--out", out]);
    for (out, told) in [("out", "which this command reads"), ("out/again", "which holds results")] {
        let refused = quick(out);
        let problems = text(&refused.stderr);
        assert!(refused.status.code() == Some(2) && problems.contains(told), "{out}: {problems}");
        succeeded(&barnraise(folder.path(), &["verify", "out"]));
    }
    succeeded(&quick("again"));
}

#[cfg(target_os = "linux")]
#[test]
fn results_are_completed_though_the_table_cannot_be_printed() {
    let folder = workplace();
    let full = fs::File::options().write(true).open("/dev/full").expect("a device that is always full");
    let mut command = Command::new(env!("CARGO_BIN_EXE_barnraise"));
    let output = command.current_dir(folder.path()).args(quick("1", &[])).stdout(full).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot write to the standard output"), "{}", text(&output.stderr));
    succeeded(&barnraise(folder.path(), &["verify", "out"]));
}

#[test]
fn a_file_that_is_written_takes_the_place_of_its_own_kind_only() {
    let folder = workplace();
    let path = folder.path();
    fs::write(path.join("table.csv"), "a,b\n1,2\n").expect("a file");
    for (command, out) in [("region", "table.csv"), ("region", "smoke.toml")] {
        let refused = barnraise(path, &[command, "--districts", "5", "--out", out, "--force"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains("is no region file"), "{}", text(&refused.stderr));
    }
    assert_eq!(fs::read_to_string(path.join("table.csv")).expect("it is there"), "a,b\n1,2\n");
    succeeded(&barnraise(path, &["region", "--districts", "5", "--out", "five.toml"]));
    succeeded(&barnraise(path, &["region", "--districts", "6", "--out", "five.toml", "--force"]));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("five.toml", path.join("link.toml")).expect("a link");
        succeeded(&barnraise(path, &["region", "--districts", "7", "--out", "link.toml", "--force"]));
        assert!(fs::symlink_metadata(path.join("link.toml")).expect("it is there").is_symlink());
        assert!(fs::read_to_string(path.join("five.toml")).expect("it is there").contains("of 7 districts"));
        std::os::unix::fs::symlink("nowhere", path.join("dead.toml")).expect("a link");
        let dead = barnraise(path, &["region", "--out", "dead.toml", "--force"]);
        assert!(dead.status.code() == Some(2) && text(&dead.stderr).contains("is not there"), "{}", text(&dead.stderr));
    }
}
