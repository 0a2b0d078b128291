//! Broken scenario and region files: each kind of mistake has its message, and nothing panics.
//!
//! A snapshot lies beside each broken file. `UPDATE_SNAPSHOTS=1 cargo test --test broken_input` writes
//! them anew; read the difference before keeping it.

use std::fs;
use std::path::{Path, PathBuf};

use barnraise::diagnostics::Problems;
use barnraise::districts::region_file;
use barnraise::districts::synthetic::{SyntheticSpec, generate};
use barnraise::scenario;
use proptest::prelude::*;

const SHIPPED: [&str; 3] = ["three-year-grant", "smoke", "more-instruments"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shipped(name: &str) -> String {
    fs::read_to_string(root().join("scenarios").join(format!("{name}.toml"))).expect("a shipped scenario")
}

/// What is mutated: the shipped scenarios and a region file.
const SOUND: usize = SHIPPED.len() + 1;

fn sound(file: usize) -> String {
    let spec = SyntheticSpec { districts: 3, ..SyntheticSpec::default() };
    SHIPPED.get(file).map_or_else(|| region_file::write(&generate(&spec, 1)), |name| shipped(name))
}

/// Region files are told by the beginning of their names.
fn problems_of(name: &str, text: &str) -> Option<Problems> {
    if name.starts_with("region-") {
        region_file::parse(text, name).err()
    } else {
        scenario::parse(text, name, Path::new("tests/broken")).err()
    }
}

fn broken_files() -> Vec<PathBuf> {
    let folder = root().join("tests/broken");
    let entries = fs::read_dir(folder).expect("the folder of broken files");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    files
}

#[test]
fn every_kind_of_broken_file_gets_its_message() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut differing = Vec::new();
    for path in broken_files() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a broken file");
        let problems = problems_of(&name, &text).unwrap_or_else(|| panic!("{name} is not broken"));
        let report = problems.render(false);
        let snapshot = path.with_extension("txt");
        if update {
            fs::write(&snapshot, &report).expect("a snapshot that can be written");
        }
        if fs::read_to_string(&snapshot).unwrap_or_default() != report {
            differing.push(format!("{name}:\n{report}"));
        }
    }
    assert!(differing.is_empty(), "UPDATE_SNAPSHOTS=1 accepts:\n{}", differing.join("\n"));
}

#[test]
fn there_are_at_least_thirty_kinds_of_broken_files_and_no_snapshot_without_its_file() {
    let files = broken_files();
    assert!(files.len() >= 30, "{}", files.len());
    for entry in fs::read_dir(root().join("tests/broken")).expect("the folder of broken files") {
        assert!(files.contains(&entry.expect("an entry").path().with_extension("toml")));
    }
}

#[test]
fn a_missing_a_binary_and_a_folder_as_file_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = folder.path().join("binary.toml");
    fs::write(&binary, b"years = 20\nname = \"\xff\xfe\"\n").expect("a file");
    for (path, message) in
        [(folder.path().join("none.toml"), "does not exist"), (folder.path().to_owned(), "is a folder"), (binary, "not UTF-8")]
    {
        let scenario = scenario::read(&path).expect_err("no scenario").render(false);
        assert!(scenario.contains(message) && scenario.contains("scenario"), "{scenario}");
        let region = region_file::read(&path).expect_err("no region").render(false);
        assert!(region.contains(message) && region.contains("region file"), "{region}");
    }
}

#[test]
fn the_shipped_scenarios_are_sound() {
    for name in SHIPPED {
        if let Err(problems) = scenario::read(&root().join("scenarios").join(format!("{name}.toml"))) {
            panic!("{}", problems.render(false));
        }
    }
}

/// Reads whatever it is, and renders every problem that it has.
fn survives(text: &str) {
    for name in ["scenario.toml", "region-x.toml"] {
        if let Some(problems) = problems_of(name, text) {
            assert!(!problems.render(false).is_empty());
        }
    }
}

/// The largest character boundary at or before `place`.
fn boundary(text: &str, mut place: usize) -> usize {
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(text in "\\PC{0,400}") {
        survives(&text);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_lines_of_toml_never_panic(
        lines in proptest::collection::vec(r#"(\[\[?(policy|region|policy\.instrument|expect|district)\]\]?|[a-z_.]{1,6} = (\[|\]|\{|\}|"|[0-9eE+.-]|inf|nan|true|,| ){0,8})"#, 0..20)
    ) {
        survives(&lines.join("\n"));
    }

    #[test]
    fn a_truncated_file_never_panics(file in 0..SOUND, share in 0.0f64..1.0) {
        let text = sound(file);
        survives(&text[..boundary(&text, (share * text.len() as f64) as usize)]);
    }

    #[test]
    fn a_file_with_one_changed_character_never_panics(file in 0..SOUND, share in 0.0f64..1.0, other in any::<char>()) {
        let text = sound(file);
        let place = boundary(&text, (share * (text.len() - 1) as f64) as usize);
        let after = place + text[place..].chars().next().map_or(0, char::len_utf8);
        survives(&format!("{}{other}{}", &text[..place], &text[after..]));
    }

    #[test]
    fn a_file_with_one_piece_of_punctuation_changed_never_panics(
        file in 0..SOUND, share in 0.0f64..1.0, other in "[\\[\\]{}\"'=.,#\n0-9-]"
    ) {
        let text = sound(file);
        let place = boundary(&text, (share * (text.len() - 1) as f64) as usize);
        let after = place + text[place..].chars().next().map_or(0, char::len_utf8);
        survives(&format!("{}{other}{}", &text[..place], &text[after..]));
    }
}
