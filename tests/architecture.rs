//! The plan of the house holds: a room uses those that the table in docs/architecture.md gives it, and no circle is
//! possible, because each row of the table uses rooms of the rows above it only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms that may use every other.
const EVERYTHING: &str = "everything";

/// Modules of tests only: they may set up what they like.
const TESTS: [&str; 2] = ["tests", "checks"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The table's rows, in its order: a room, and those that it may use.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).expect("the document is part of the project");
    let (_, table) = text.split_once("| module | holds | may use |").expect("the table of rooms");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut rooms: Vec<(String, BTreeSet<String>)> = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        let room = names(cells[0]).pop_first().expect("a room");
        let uses = if cells[2].trim() == EVERYTHING {
            rooms.iter().map(|(room, _)| room.clone()).collect()
        } else {
            names(cells[2])
        };
        rooms.push((room, uses));
    }
    rooms
}

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        fs::read_dir(path).expect("a folder").for_each(|entry| sources(&entry.expect("an entry").path(), found));
    } else if path.extension().is_some_and(|ending| ending == "rs") {
        found.push(path.to_owned());
    }
}

/// The rooms that a text names as `crate::room`, tests and comments left out: a test may set up what it likes.
fn named(text: &str) -> BTreeSet<String> {
    let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let mut names = BTreeSet::new();
    for line in program.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            let name =
                |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
            match rest.strip_prefix('{') {
                // `use crate::{a, b::c}`: what begins each part.
                Some(list) => names.extend(list.split(',').map(|part| name(part.trim_start()))),
                None => {
                    names.insert(name(rest));
                }
            }
        }
    }
    names
}

#[test]
fn every_room_uses_only_those_that_the_architecture_gives_it() {
    let table = table();
    let known: BTreeMap<&String, &BTreeSet<String>> = table.iter().map(|(room, uses)| (room, uses)).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(root().join("src")).expect("the sources") {
        let path = entry.expect("an entry").path();
        let room = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if ["lib", "main"].contains(&room.as_str()) {
            continue;
        }
        let Some(allowed) = known.get(&room) else {
            wrong.push(format!("{room} is in no row of the table"));
            continue;
        };
        seen.insert(room.clone());
        let mut files = Vec::new();
        sources(&path, &mut files);
        let tests = |file: &Path| file.with_extension("").iter().any(|part| TESTS.iter().any(|name| part == *name));
        for file in files.iter().filter(|file| !tests(file.strip_prefix(root()).unwrap_or(file))) {
            let text = fs::read_to_string(file).expect("a source");
            for used in named(&text).into_iter().filter(|used| *used != room && known.contains_key(used)) {
                if !allowed.contains(&used) {
                    wrong.push(format!("{} uses {used}", file.strip_prefix(root()).unwrap_or(file).display()));
                }
            }
        }
    }
    wrong.extend(known.keys().filter(|room| !seen.contains(**room)).map(|room| format!("there is no room {room}")));
    assert!(wrong.is_empty(), "against the table in docs/architecture.md:\n{}", wrong.join("\n"));
}

/// Modules of the command line that commands share; every other one is a command, or two of one kind.
const SHARED: [&str; 9] =
    ["account", "arguments", "flags", "folders", "output", "prepared", "search", "single", "words"];

/// The modules beside it that a module of the command line names, tests left out.
fn siblings(text: &str) -> BTreeSet<String> {
    let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = program.lines().filter(|line| !line.trim_start().starts_with("//"));
    let named = lines.flat_map(|line| {
        let after = |part: &str| line.split(part).skip(1).map(str::to_owned).collect::<Vec<_>>();
        after("super::").into_iter().chain(after("crate::cli::"))
    });
    let name = |rest: String| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    named.map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn no_command_borrows_from_another() {
    let mut wrong = Vec::new();
    let mut commands = BTreeSet::new();
    let mut files = Vec::new();
    sources(&root().join("src/cli"), &mut files);
    let name = |file: &Path| file.file_stem().expect("a name").to_string_lossy().into_owned();
    commands.extend(files.iter().map(|file| name(file)).filter(|name| !SHARED.contains(&name.as_str())));
    commands.remove("mod");
    for file in files.iter().filter(|file| name(file) != "mod") {
        let used = siblings(&fs::read_to_string(file).expect("a source"));
        wrong.extend(used.intersection(&commands).map(|used| format!("{} uses {used}", file.display())));
    }
    assert!(wrong.is_empty(), "commands share what is in {SHARED:?} only:\n{}", wrong.join("\n"));
    assert!(SHARED.iter().all(|shared| files.iter().any(|file| name(file) == *shared)), "{SHARED:?} are files");
    assert!(commands.contains("ablate") && commands.contains("experiment"), "the commands were found");
}

#[test]
fn siblings_are_found_however_they_are_named() {
    let text =
        "use super::calibrate::stopped;\n// super::check\nlet x = crate::cli::import::as_json(y);\nuse super::Failed;";
    assert_eq!(siblings(text), ["calibrate", "import"].map(str::to_owned).into());
}

#[test]
fn no_circle_of_rooms_is_possible() {
    let table = table();
    for (place, (room, uses)) in table.iter().enumerate() {
        for used in uses {
            let above = table[..place].iter().any(|(other, _)| other == used);
            assert!(above, "{room} may use {used}, which stands in no row above it");
        }
    }
    assert!(table.len() > 10, "the table was found");
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::model::{a, b};\n// crate::cli\nlet x = crate::engine::y;\nuse crate::{input, scenario::z};\n\
                #[cfg(test)]\nmod tests {\nuse crate::plots::p;\n}";
    assert_eq!(named(text), ["engine", "input", "model", "scenario"].map(str::to_owned).into());
}
