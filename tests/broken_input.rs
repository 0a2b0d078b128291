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
    for (path, message) in [
        (folder.path().join("none.toml"), "does not exist"),
        (folder.path().to_owned(), "is a folder"),
        (binary, "not UTF-8"),
    ] {
        let scenario = scenario::read(&path).expect_err("no scenario").render(false);
        assert!(scenario.contains(message) && scenario.contains("scenario"), "{scenario}");
        let region = region_file::read(&path).expect_err("no region").render(false);
        assert!(region.contains(message) && region.contains("region file"), "{region}");
    }
}

/// The program, run in `folder` with `words`, and `input` through a pipe.
#[cfg(unix)]
fn barnraise(folder: &Path, words: &[&std::ffi::OsStr], input: &str) -> (Option<i32>, String, String) {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let program = env!("CARGO_BIN_EXE_barnraise");
    let mut child = Command::new(program)
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("a reader");
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[cfg(unix)]
#[test]
fn a_file_through_a_pipe_is_judged_as_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = ["check", "/dev/stdin"].map(std::ffi::OsStr::new);
    for (text, kind) in [(shipped("smoke"), "a scenario"), (sound(SHIPPED.len()), "a region")] {
        let (code, told, wrong) = barnraise(folder.path(), &words, &text);
        assert!(code == Some(0) && told.starts_with(&format!("/dev/stdin: {kind}")), "{told}{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_is_a_path_like_others() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStringExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let name = OsString::from_vec(b"sc\xff.toml".to_vec());
    // Some file systems have no such names.
    if fs::write(folder.path().join(&name), shipped("smoke")).is_err() {
        return;
    }
    let words = [OsStr::new("run"), &name, OsStr::new("--out"), OsStr::new("results"), OsStr::new("--quiet")];
    let (code, _, wrong) = barnraise(folder.path(), &words, "");
    assert_eq!(code, Some(0), "{wrong}");
    let manifest = fs::read_to_string(folder.path().join("results/manifest.json")).expect("a manifest");
    assert!(manifest.contains(r"$'sc\\xff.toml'"), "{manifest}");
}

#[cfg(unix)]
#[test]
fn rules_that_a_region_from_elsewhere_would_drop_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = "name=\"a\"\nyears=2\nreplicates=1\n[region.rules]\nrequired_courses=200\n[region.finance]\nbase_cost=5000\n\
                    [[policy]]\nname=\"a\"\n";
    fs::write(folder.path().join("s.toml"), scenario).expect("a scenario");
    fs::write(folder.path().join("r.toml"), sound(SHIPPED.len())).expect("a region");
    let words = ["compare", "s.toml", "--region", "r.toml", "--out", "o"].map(std::ffi::OsStr::new);
    let (code, _, wrong) = barnraise(folder.path(), &words, "");
    assert!(
        code == Some(2) && wrong.contains("[region.rules] and [region.finance] of the scenario exclude each other"),
        "{wrong}"
    );
    assert!(!folder.path().join("o").exists());
    fs::write(folder.path().join("s.toml"), scenario.replace("required_courses=200", "").replace("base_cost=5000", ""))
        .expect("one");
    let (code, _, wrong) = barnraise(folder.path(), &words, "");
    assert_eq!(code, Some(0), "{wrong}");
}

#[test]
fn files_with_thousands_of_mistakes_are_answered_in_a_moment() {
    let start = std::time::Instant::now();
    let lines = |line: fn(usize) -> String| (0..30_000).map(line).collect::<String>();
    for text in [
        lines(|_| "x\n".to_owned()),
        lines(|_| "years = 3\n".to_owned()),
        lines(|n| format!("key{n} = 1\n")),
        format!("[parameters]\n{}", lines(|n| format!("wegde{n} = 1\n"))),
        format!(
            "[[policy]]\nname=\"a\"\n[[policy]]\nname=\"b\"\nextends=\"a\"\nremove=[{}]\n",
            lines(|n| format!("\"x{n}\", "))
        ),
        format!("x = {}\n", "[".repeat(50_000)),
        format!("name = \"{}\"\nyeras = 3\n", "n".repeat(1_000_000)),
        lines(|n| format!("380{n},A,12\n")),
        sound(SHIPPED.len())
            .replace("valuation = ", "valuations = ")
            .replace("[end]", &lines(|n| format!("[[support]]\nnmae = {n}\n"))),
    ] {
        for name in ["scenario.toml", "region-x.toml"] {
            let report = problems_of(name, &text).expect("mistakes").render(false);
            assert!(report.len() < 200_000, "{}", &report[..2_000]);
        }
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
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
