use std::fs;
use std::path::PathBuf;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use tempfile::TempDir;

use super::*;
use crate::model::events::{Dissolution, Ending, Event, Form, Happening, Origin as Founder};
use crate::model::functions::Function;
use crate::model::outcomes::{CLUSTER_OUTCOMES, DISTRICT_OUTCOMES, REGION_OUTCOMES, RegionOutcome};
use crate::provenance::sha256_hex;

const YEARS: u16 = 3;
const FIRST_YEAR: i32 = 2025;

fn layout() -> Layout {
    Layout {
        parameters: Vec::new(),
        policies: vec!["nothing".into(), "grant, with \"strings\"".into()],
        instruments: vec![vec![], vec!["cluster grant".into(), "coordinator".into()]],
        district_ids: vec!["A1".into(), "B2".into(), "C3".into()],
        district_names: vec!["Alder".into(), "Birch, East".into(), "Cedar".into()],
        first_year: FIRST_YEAR,
        detail: Detail::District,
        csv: true,
        parquet: true,
    }
}

/// Numbers that are awkward to print, and different in every place.
fn value(place: usize) -> f64 {
    match place % 5 {
        0 => f64::NAN,
        1 => place as f64,
        2 => 0.1 + place as f64,
        3 => -1.0 / (3.0 + place as f64),
        _ => 1e-9 * place as f64,
    }
}

fn record(policy: usize, replicate: u32) -> Record {
    let shift = policy * 1000 + replicate as usize * 100;
    let mut record = Record::default();
    for year in 0..YEARS {
        let base = shift + usize::from(year);
        record.region.extend((0..REGION_OUTCOMES.len()).map(|outcome| value(base * 7 + outcome)));
        record.outlay.extend((0..policy * 2).map(|instrument| (base * 10 + instrument) as f64 + 0.25));
        let values: Vec<_> = (0..CLUSTER_OUTCOMES.len()).map(|outcome| value(base + outcome)).collect();
        record.clusters.push(year, 4, 1, Form::Network, &values);
        let values: Vec<_> = (0..DISTRICT_OUTCOMES.len()).map(|outcome| value(base + outcome + 1)).collect();
        record.districts.push(year, 1, 2, Form::Merged, &values);
    }
    record.events = EVENTS.iter().map(|&(year, what, _)| Event { year, what }).collect();
    record
}

/// Every kind of event, with the fields that it must have in the table:
/// event, cluster, district, host, detail, required, count, share of yes.
const EVENTS: &[(u16, Happening, &str)] = &[
    (
        0,
        Happening::Founded { cluster: 4, district: 1, origin: Founder::Incentive, members: 5 },
        "founded,4,B2,,incentive,,5,",
    ),
    (0, Happening::Joined { cluster: 4, district: 2 }, "joined,4,C3,,,,,"),
    (0, Happening::Left { cluster: 4, district: 0 }, "left,4,A1,,,,,"),
    (1, Happening::TaskTaken { cluster: 4, function: Function::Transport }, "task_taken,4,,,transport,,,"),
    (1, Happening::FormChanged { cluster: 4, form: Form::Federation }, "form_changed,4,,,federation,,,"),
    (1, Happening::Ended { cluster: 4, ending: Ending::GoalMet }, "ended,4,,,goal_met,,,"),
    (
        1,
        Happening::Voted { district: 0, host: 1, yes_share: 0.625, loses_high_school: true },
        "voted,,A1,B2,loses_high_school,,,0.625",
    ),
    (
        1,
        Happening::Voted { district: 1, host: 1, yes_share: 0.5, loses_high_school: false },
        "voted,,B2,B2,keeps_high_school,,,0.5",
    ),
    (
        1,
        Happening::PlanDecided { host: 1, districts: 2, passed: true, required: false },
        "plan_decided,,,B2,passed,0,2,",
    ),
    (
        1,
        Happening::PlanDecided { host: 1, districts: 3, passed: false, required: true },
        "plan_decided,,,B2,failed,1,3,",
    ),
    (2, Happening::Merged { district: 0, host: 1 }, "merged,,A1,B2,,,,"),
    (2, Happening::Dissolved { district: 2, host: 1, cause: Dissolution::Floor }, "dissolved,,C3,B2,floor,,,"),
    (2, Happening::SchoolClosed { district: 2, left: 0 }, "school_closed,,C3,,,,0,"),
    (2, Happening::NewSuperintendent { district: 1 }, "new_superintendent,,B2,,,,,"),
];

fn origin() -> Origin {
    Origin {
        command: "barnraise compare a.toml --replicates 3".into(),
        scenario: "a".into(),
        scenario_sha256: sha256_hex(b"text"),
        region: "hills".into(),
        region_sha256: sha256_hex(b"region"),
        region_drawn_anew: false,
        seed: u64::MAX,
        replicates: 3,
        years: YEARS,
    }
}

fn write_all(dir: &Path, layout: Layout, group_rows: usize) -> Vec<WrittenFile> {
    let mut writer = ResultsWriter::with_row_groups(dir, layout, group_rows).unwrap();
    for replicate in 0..3 {
        for policy in 0..2 {
            writer.write(policy, replicate, &record(policy, replicate)).unwrap();
        }
    }
    writer.add_file("charts/fan.svg", b"<svg/>").unwrap();
    writer.finish(&origin()).unwrap()
}

fn folder() -> (TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("results/run");
    (temp, dir)
}

fn read_csv(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect()
}

/// A Parquet file as the rows of the CSV would be, and its number of row groups.
fn read_parquet(path: &Path) -> (Vec<Vec<String>>, usize) {
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let columns = reader.metadata().file_metadata().schema_descr().columns().iter();
    let mut rows = vec![columns.map(|column| column.name().to_owned()).collect::<Vec<_>>()];
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        rows.push(row.get_column_iter().map(|(_, field)| field_text(field)).collect());
    }
    (rows, reader.num_row_groups())
}

fn field_text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(value) => value.to_string(),
        Field::Double(value) => value.to_string(),
        other => panic!("unexpected {other:?}"),
    }
}

/// The same cells, numbers compared as numbers: the two formats print them differently.
fn same(left: &str, right: &str) -> bool {
    left == right || matches!((left.parse::<f64>(), right.parse::<f64>()), (Ok(a), Ok(b)) if a.to_bits() == b.to_bits())
}

#[test]
fn every_table_reads_back_the_same_from_csv_and_from_parquet() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 4);
    let rows_of = [("region", 18), ("outlay", 18), ("clusters", 18), ("events", 6 * EVENTS.len()), ("districts", 18)];
    for (table, count) in rows_of {
        let csv = read_csv(&dir.join(format!("{table}.csv")));
        let (parquet, groups) = read_parquet(&dir.join(format!("{table}.parquet")));
        assert_eq!(csv.len(), count + 1, "{table}");
        assert_eq!(parquet.len(), csv.len(), "{table}");
        assert_eq!(groups, count.div_ceil(4), "row groups of at most 4 rows bound the memory of {table}");
        for (left, right) in csv.iter().flatten().zip(parquet.iter().flatten()) {
            assert!(same(left, right), "{table}: {left} {right}");
        }
    }
}

#[test]
fn outcomes_of_the_region_read_back_bit_for_bit_and_missing_ones_as_nothing() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 5);
    let (rows, _) = read_parquet(&dir.join("region.parquet"));
    for (place, row) in rows[1..].iter().enumerate() {
        let (replicate, policy, year) = (place / 6, place / 3 % 2, place % 3);
        let keys =
            [layout().policies[policy].clone(), replicate.to_string(), (2025 + year).to_string(), year.to_string()];
        assert_eq!(row[..4], keys);
        let wrote = record(policy, replicate as u32);
        for (outcome, text) in row[4..].iter().enumerate() {
            let value = wrote.region[year * RegionOutcome::COUNT + outcome];
            if value.is_nan() {
                assert_eq!(text, "");
            } else {
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }
}

#[test]
fn outlays_clusters_and_districts_carry_names_and_calendar_years() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 100);
    let outlay = read_csv(&dir.join("outlay.csv"));
    assert_eq!(outlay[0], ["policy", "replicate", "year", "year_index", "instrument", "dollars"]);
    assert_eq!(outlay[3], ["grant, with \"strings\"", "0", "2026", "1", "cluster grant", "10010.25"]);
    assert_eq!(outlay[4][4..], ["coordinator", "10011.25"]);
    let clusters = read_csv(&dir.join("clusters.csv"));
    assert_eq!(clusters[3][..7], ["nothing", "0", "2027", "2", "4", "2026", "network"]);
    let districts = read_csv(&dir.join("districts.csv"));
    assert_eq!(districts[1][4..8], ["B2", "Birch, East", "C3", "merged"]);
}

#[test]
fn every_kind_of_event_keeps_its_facts() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 100);
    let rows = read_csv(&dir.join("events.csv"));
    for (row, (year, _, expected)) in rows[1..].iter().zip(EVENTS) {
        assert_eq!(row[3], year.to_string());
        assert_eq!(row[4..].join(","), *expected);
    }
}

#[test]
fn the_same_run_writes_the_same_bytes_again_over_complete_results() {
    let (_temp, dir) = folder();
    let first = write_all(&dir, layout(), 4);
    let bytes: Vec<_> = first.iter().map(|file| fs::read(dir.join(&file.name)).unwrap()).collect();
    let second = write_all(&dir, layout(), 4);
    assert_eq!(first, second);
    for (file, bytes) in first.iter().zip(bytes) {
        assert!(fs::read(dir.join(&file.name)).unwrap() == bytes, "{} differs", file.name);
    }
    let left: Vec<_> = fs::read_dir(dir.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["run"], "nothing temporary is left");
}

#[test]
fn the_manifest_lists_every_file_with_its_true_size_digest_and_rows() {
    let (_temp, dir) = folder();
    let files = write_all(&dir, layout(), 4);
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len(), "all but the manifest itself");
    for entry in listed {
        let bytes = fs::read(dir.join(entry["name"].as_str().unwrap())).unwrap();
        assert_eq!(entry["bytes"], bytes.len());
        assert_eq!(entry["sha256"], sha256_hex(&bytes));
    }
    assert_eq!(listed[0]["rows"], 18);
    assert_eq!(manifest["seed"], u64::MAX);
    assert_eq!(manifest["policies"][1]["instruments"][0], "cluster grant");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn units_and_meanings_travel_in_the_parquet_file_and_in_the_dictionary() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 4);
    let reader = SerializedFileReader::new(fs::File::open(dir.join("region.parquet")).unwrap()).unwrap();
    let entries = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value.as_deref());
    let dictionary: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("columns.json")).unwrap()).unwrap();
    for (place, outcome) in REGION_OUTCOMES.iter().enumerate() {
        assert_eq!(entry(&format!("unit:{}", outcome.id)), Some(outcome.unit));
        assert_eq!(entry(&format!("meaning:{}", outcome.id)), Some(outcome.meaning));
        assert_eq!(dictionary[0]["columns"][place + 4]["unit"], outcome.unit);
    }
    assert_eq!(dictionary.as_array().unwrap().len(), 6);
}

#[test]
fn a_row_of_survival_names_its_policy_and_leaves_out_what_is_not_defined() {
    let (_temp, dir) = folder();
    let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
    let shares = [0.75, f64::NAN, f64::NAN, 0.5, 0.25, 0.625, 0.0, f64::NAN, f64::NAN];
    writer.survival(1, "after_money", [4, 30, 40, 20, 6, 2, 1], &shares).unwrap();
    assert!(matches!(writer.survival(2, "after_money", [0; 7], &shares), Err(ResultsError::Shape(_))));
    writer.finish(&origin()).unwrap();
    let rows = read_csv(&dir.join("survival.csv"));
    assert_eq!(rows[0][..4], ["policy", "clusters_of", "age", "at_risk"]);
    let expected =
        ["after_money", "4", "30", "40", "20", "6", "2", "1", "0.75", "", "", "0.5", "0.25", "0.625", "0", "", ""];
    assert_eq!(rows[1][1..], expected);
}

#[test]
fn communities_of_regions_drawn_anew_have_no_names() {
    let (_temp, dir) = folder();
    write_all(&dir, Layout { district_names: Vec::new(), ..layout() }, 4);
    let rows = read_csv(&dir.join("districts.csv"));
    let name = rows[0].iter().position(|column| column == "name").unwrap();
    assert!(rows[1..].iter().all(|row| row[name].is_empty() && !row[name - 1].is_empty()));
}

#[test]
fn less_detail_and_a_switched_off_format_leave_their_files_out() {
    let (_temp, dir) = folder();
    let wanted = Layout { detail: Detail::Region, csv: false, ..layout() };
    let names: Vec<_> = write_all(&dir, wanted, 4).into_iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        ["region.parquet", "outlay.parquet", "survival.parquet", "charts/fan.svg", "columns.json", "manifest.json"]
    );
}

#[test]
fn a_failed_replicate_is_a_row_with_its_seed() {
    let (_temp, dir) = folder();
    let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
    writer.failure(7, 1507, "trust, \"lost\"").unwrap();
    writer.finish(&origin()).unwrap();
    assert_eq!(read_csv(&dir.join("failures.csv"))[1], ["7", "1507", "trust, \"lost\""]);
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["failed_replicates"], 1);
}

fn refusal(dir: &Path) -> String {
    ResultsWriter::create(dir, layout()).expect_err("the folder must be refused").to_string()
}

#[test]
fn a_folder_of_somebody_else_is_refused_and_left_untouched() {
    let (_temp, dir) = folder();
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("thesis.docx"), "years of work").unwrap();
    assert!(refusal(&dir).contains("nothing is lost"));
    fs::write(dir.join("manifest.json"), r#"{"program": "a web page", "files": []}"#).unwrap();
    assert!(refusal(&dir).contains("no manifest.json of barnraise"));
    assert_eq!(fs::read_to_string(dir.join("thesis.docx")).unwrap(), "years of work");
    assert!(!dir.with_file_name("run.partial").exists());
}

#[test]
fn a_file_put_into_a_results_folder_keeps_it_from_being_replaced() {
    let (_temp, dir) = folder();
    write_all(&dir, layout(), 4);
    fs::write(dir.join("charts/my notes.txt"), "mine").unwrap();
    assert!(refusal(&dir).contains("charts/my notes.txt"));
    fs::remove_file(dir.join("charts/my notes.txt")).unwrap();
    write_all(&dir, layout(), 4);
}

#[test]
fn a_file_in_place_of_the_folder_and_a_path_without_a_name_are_refused() {
    let (temp, _) = folder();
    let file = temp.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(refusal(&file).contains("is a file"));
    assert!(refusal(&temp.path().join("..")).contains("cannot be the name"), "{}", refusal(&temp.path().join("..")));
}

#[test]
fn what_a_stopped_run_left_is_replaced_but_not_what_another_run_is_writing() {
    let (_temp, dir) = folder();
    let mut stopped = ResultsWriter::create(&dir, layout()).unwrap();
    stopped.write(0, 0, &record(0, 0)).unwrap();
    assert!(refusal(&dir).contains("another run is writing"));
    drop(stopped);
    assert!(!dir.exists(), "nothing half-written looks finished");
    write_all(&dir, layout(), 4);
    assert!(!dir.join("INCOMPLETE.txt").exists());
}

#[test]
fn a_foreign_partial_folder_is_refused() {
    let (_temp, dir) = folder();
    let partial = dir.with_file_name("run.partial");
    fs::create_dir_all(&partial).unwrap();
    fs::write(partial.join("download"), "half").unwrap();
    assert!(refusal(&dir).contains("was not left by barnraise"));
    assert_eq!(fs::read_to_string(partial.join("download")).unwrap(), "half");
}

#[test]
fn a_record_that_does_not_fit_the_layout_is_refused_and_not_written() {
    let (_temp, dir) = folder();
    let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
    let mut strange = record(1, 0);
    strange.events.push(Event { year: 0, what: Happening::Merged { district: 0, host: 3 } });
    for (policy, odd) in [(2, record(1, 0)), (0, record(1, 0)), (1, strange)] {
        assert!(matches!(writer.write(policy, 0, &odd), Err(ResultsError::Shape(_))));
    }
}

#[test]
fn an_added_file_cannot_leave_the_folder_or_replace_a_table() {
    let (_temp, dir) = folder();
    let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
    for name in ["", "../x", "/x", "region.csv"] {
        assert!(matches!(writer.add_file(name, b""), Err(ResultsError::FileName(_))), "{name}");
    }
}

#[test]
fn no_spreadsheet_runs_a_name_in_csv_and_parquet_keeps_it_as_it_is() {
    let (_temp, dir) = folder();
    let names = ["=1+1", "+a", "-b"].map(str::to_owned).to_vec();
    write_all(&dir, Layout { district_names: names.clone(), ..layout() }, 4);
    let rows = read_csv(&dir.join("districts.csv"));
    let named: Vec<&String> = rows.iter().flatten().filter(|cell| cell.starts_with('\'')).collect();
    assert!(!named.is_empty(), "{rows:?}");
    assert!(rows.iter().flatten().all(|cell| !names.contains(cell)), "{rows:?}");
    let parquet = fs::read(dir.join("districts.parquet")).expect("a table");
    let holds = |text: &str| parquet.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("'=1+1"), "the apostrophe is for spreadsheets only");
}

/// Whole results at a path, of a seed of their own.
fn results_at(dir: &Path, seed: u64) {
    let mut writer = ResultsWriter::create(dir, layout()).unwrap();
    writer.write(0, 0, &record(0, 0)).unwrap();
    writer.finish(&Origin { seed, ..origin() }).unwrap();
}

fn seed_at(dir: &Path) -> u64 {
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    manifest["seed"].as_u64().unwrap()
}

fn names_beside(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn whatever_an_exchange_left_that_was_stopped_the_next_run_goes_on_and_nothing_is_half() {
    let (_temp, dir) = folder();
    let [partial, old] = ["partial", "old"].map(|ending| dir.with_file_name(format!("run.{ending}")));
    let marked = |folder: &Path| fs::write(folder.join("INCOMPLETE.txt"), "").unwrap();
    // Before the new results had their name; between the two names; after; while what was replaced is deleted.
    let stopped: [(&str, &dyn Fn()); 5] = [
        ("complete and unnamed", &|| results_at(&partial, 2)),
        ("between two names", &|| {
            results_at(&old, 1);
            results_at(&partial, 2);
        }),
        ("between two names, nothing new", &|| results_at(&old, 1)),
        ("swapped", &|| {
            results_at(&dir, 2);
            results_at(&partial, 1);
        }),
        ("half deleted", &|| {
            results_at(&dir, 2);
            results_at(&old, 1);
            marked(&old);
            fs::remove_file(old.join("manifest.json")).unwrap();
        }),
    ];
    for (what, leave) in stopped {
        leave();
        results_at(&dir, 3);
        assert_eq!((seed_at(&dir), names_beside(&dir)), (3, vec!["run".to_owned()]), "{what}");
        verify(&dir).expect(what);
        fs::remove_dir_all(&dir).unwrap();
    }
}

#[test]
fn an_exchange_that_was_stopped_is_mended_before_the_new_run_has_written_anything() {
    let (_temp, dir) = folder();
    results_at(&dir.with_file_name("run.old"), 1);
    results_at(&dir.with_file_name("run.partial"), 2);
    let running = ResultsWriter::create(&dir, layout()).unwrap();
    assert_eq!(seed_at(&dir), 2, "the results that were complete have their name");
    drop(running);
    assert_eq!((seed_at(&dir), names_beside(&dir)), (2, vec!["run".to_owned()]));
}

#[test]
fn a_folder_of_somebody_else_beside_the_results_stays_and_is_in_nobodys_way() {
    let (_temp, dir) = folder();
    let old = dir.with_file_name("run.old");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("notes"), "mine").unwrap();
    for seed in 1..4 {
        // Where two names cannot be swapped the second run says that the folder is in the way, and keeps what it has.
        let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
        writer.write(0, 0, &record(0, 0)).unwrap();
        match writer.finish(&Origin { seed, ..origin() }) {
            Ok(_) => assert_eq!(seed_at(&dir), seed),
            Err(error) => assert!(error.to_string().contains("are complete and stand in"), "{error}"),
        }
        assert_eq!(fs::read_to_string(old.join("notes")).unwrap(), "mine");
    }
}

#[test]
fn results_that_are_given_up_leave_nothing() {
    let (_temp, dir) = folder();
    results_at(&dir, 1);
    let mut writer = ResultsWriter::create(&dir, layout()).unwrap();
    writer.write(0, 0, &record(0, 0)).unwrap();
    drop(writer);
    assert_eq!((seed_at(&dir), names_beside(&dir)), (1, vec!["run".to_owned()]));
}

#[test]
fn of_runs_that_begin_at_once_one_writes_and_the_folder_is_what_its_manifest_says() {
    let (_temp, dir) = folder();
    for round in 0..60 {
        // Every third round something that was left is in the way.
        if round % 3 == 0 {
            let partial = dir.with_file_name("run.partial");
            fs::create_dir_all(&partial).unwrap();
            fs::write(partial.join("INCOMPLETE.txt"), "").unwrap();
            fs::write(partial.join("region.csv"), "half").unwrap();
        }
        let start = std::sync::Barrier::new(3);
        let one = |seed: u64| {
            start.wait();
            let mut writer = match ResultsWriter::create(&dir, layout()) {
                Ok(writer) => writer,
                Err(ResultsError::Busy(_)) => return 0,
                Err(other) => panic!("{other}"),
            };
            writer.write(0, 0, &record(0, seed as u32)).unwrap();
            writer.finish(&Origin { seed, ..origin() }).unwrap();
            1
        };
        let written: u32 = std::thread::scope(|scope| {
            let runs = [1, 2, 3].map(|seed| scope.spawn(move || one(seed)));
            runs.map(|run| run.join().unwrap()).iter().sum()
        });
        assert!(written >= 1);
        verify(&dir).expect("exactly what its manifest lists");
        assert_eq!(names_beside(&dir), ["run"]);
    }
}

#[cfg(unix)]
#[test]
fn results_go_behind_a_link_and_never_in_its_place() {
    let (temp, dir) = folder();
    let store = temp.path().join("store");
    results_at(&store, 1);
    fs::create_dir_all(dir.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&store, &dir).unwrap();
    results_at(&dir, 2);
    assert_eq!(seed_at(&store), 2);
    assert!(fs::symlink_metadata(&dir).unwrap().is_symlink());
    let nowhere = temp.path().join("nowhere");
    std::os::unix::fs::symlink(temp.path().join("not-there"), &nowhere).unwrap();
    assert!(refusal(&nowhere).contains("a link to something that is not there"));
    assert!(refusal(Path::new(".")).contains("cannot be the name") || refusal(Path::new(".")).contains("works in"));
    assert!(refusal(&std::env::current_dir().unwrap()).contains("works in"));
    #[cfg(target_os = "linux")]
    assert!(refusal(Path::new("/proc")).contains("a disk of its own"));
}

#[test]
fn a_folder_is_verified_file_by_file() {
    let (_temp, dir) = folder();
    assert!(verify(&dir).unwrap_err().to_string().contains("does not exist"));
    results_at(&dir, 1);
    let sound = verify(&dir).expect("as it was written");
    assert!(sound.files > 5 && sound.bytes > 100, "{sound:?}");
    fs::write(dir.join("notes.txt"), "mine").unwrap();
    let longer = fs::read_to_string(dir.join("region.csv")).unwrap() + "\n";
    fs::write(dir.join("region.csv"), longer).unwrap();
    let mut bytes = fs::read(dir.join("region.parquet")).unwrap();
    bytes[7] ^= 1;
    fs::write(dir.join("region.parquet"), bytes).unwrap();
    fs::remove_file(dir.join("columns.json")).unwrap();
    let problems = verify(&dir).unwrap_err();
    let told = problems.to_string();
    assert_eq!(problems.len(), 4, "{told}");
    for part in ["does not list this file", "the file has been changed", "the file has ", "the file is missing"] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    fs::write(dir.join("manifest.json"), "{}").unwrap();
    assert!(verify(&dir).unwrap_err().to_string().contains("no manifest of this program"));
}
