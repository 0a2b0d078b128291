//! Scenarios that travel with the program: those that are shown first, the source studies' cases, and the laws of the
//! past. Whoever has the program alone can ask them by name.

/// A scenario that travels with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name: where its file lies in the project's `scenarios/`, without the ending.
    pub name: &'static str,
    /// The text of the file.
    pub text: &'static str,
}

/// The presets, each by its name alone: its file is `scenarios/NAME.toml`.
macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../scenarios/", $name, ".toml")),
        }),+]
    };
}

/// All of them, the one to begin with first.
pub const PRESETS: &[Preset] = presets![
    "three-year-grant",
    "more-instruments",
    "smoke",
    "cases/nd-hb-1507",
    "cases/greater-nelson",
    "cases/mid-missouri",
    "cases/i-70-clusters",
    "cases/rural-federation",
    "cases/minnesota-education-district",
    "cases/colorado-science",
    "cases/informal-network",
    "cases/uk-cluster-1",
    "cases/uk-cluster-2",
    "cases/uk-cluster-3",
    "cases/uk-cluster-4",
    "cases/uk-education-support-grant",
    "backtest/nd",
    "backtest/ia",
    "backtest/sd",
    "calibration/north-dakota",
    "calibration/iowa-1985",
    "calibration/south-dakota",
    "calibration/maine-2007",
    "calibration/arkansas-2003",
];

impl Preset {
    /// The preset of a name such as `three-year-grant` or `cases/greater-nelson`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The preset whose file this is a path of, such as `scenarios/three-year-grant.toml`.
    #[must_use]
    pub fn of_file(path: &str) -> Option<&'static Self> {
        let path = path.replace('\\', "/");
        let stem = path.strip_suffix(".toml")?;
        PRESETS.iter().find(|preset| {
            stem == preset.name || stem.strip_suffix(preset.name).is_some_and(|before| before.ends_with('/'))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Files below a folder that are scenarios: those that have policies.
    fn scenarios(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        let of_folders = folders.iter().flat_map(|folder| scenarios(folder));
        let is_scenario = |path: &PathBuf| std::fs::read_to_string(path).expect("a text").contains("[[policy]]");
        files.into_iter().filter(is_scenario).chain(of_folders).collect()
    }

    #[test]
    fn every_scenario_of_the_project_travels_with_the_program_and_can_be_read_by_name() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let named = |path: PathBuf| {
            let inside = path.strip_prefix(&top).expect("inside").with_extension("");
            inside.to_str().expect("text").replace('\\', "/")
        };
        let files: BTreeSet<String> = scenarios(&top).into_iter().map(named).collect();
        let names: BTreeSet<String> = PRESETS.iter().map(|preset| preset.name.to_owned()).collect();
        assert_eq!(names, files);
        for preset in PRESETS {
            let scenario = crate::scenario::read(Path::new(preset.name)).expect("a preset is sound");
            assert_eq!(scenario.text, preset.text);
        }
    }

    #[test]
    fn a_preset_is_known_by_its_name_and_by_the_path_of_its_file() {
        assert_eq!(Preset::named("three-year-grant.toml"), None);
        let greater = Preset::named("cases/greater-nelson");
        assert!(greater.is_some());
        assert_eq!(Preset::of_file("a/scenarios/cases/greater-nelson.toml"), greater);
        assert_eq!(Preset::of_file("scenarios\\cases\\greater-nelson.toml"), greater);
        assert_eq!(Preset::of_file("my-smoke.toml"), None);
    }
}
