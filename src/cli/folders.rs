//! Results folders of commands: where they may lie, what is written into them, and how it is told.

use std::ffi::OsString;
use std::path::Path;

use super::Failed;
use super::arguments::Experiment;
use super::prepared::Prepared;
use crate::diagnostics::{Place, Problem, Problems};
use crate::districts::region_file;
use crate::futures::inputs::Regions;
use crate::futures::question::Question;
use crate::futures::work_folder::RunnerError;
use crate::provenance::sha256_hex;
use crate::report::figures::whole;
use crate::results::{Layout, Origin, ResultsError, WrittenFile};
use crate::scenario::RegionChoice;

/// Results and unfinished work need folders of their own: one is exchanged whole, the other is left while work goes on.
pub(super) fn refuse_same(out: &Path, work: &Path) -> Result<(), Problems> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (out, work) = (absolute(out), absolute(work));
    if !out.starts_with(&work) && !work.starts_with(&out) {
        return Ok(());
    }
    let problem = Problem::new(
        Place::Flag(format!("--work {}", work.display())),
        "results and unfinished work would be in one folder",
    );
    Err(problem.expected("two folders, neither in the other").hint("give another --work or --out").into())
}

/// The files that an experiment reads.
pub(super) fn inputs(arguments: &Experiment) -> impl Iterator<Item = &Path> {
    let ground = &arguments.ground;
    let region = ground.region.as_deref().map(Path::new);
    [Some(arguments.scenario.as_path()), region, ground.posterior.as_deref()].into_iter().flatten()
}

/// Results may not take the place of what is read for them.
pub(super) fn refuse_inputs<'a>(out: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Problems> {
    let Ok(place) = std::fs::canonicalize(out) else { return Ok(()) };
    let mut problems = Problems::new();
    for input in inputs.into_iter().filter(|input| std::fs::canonicalize(input).is_ok_and(|it| it.starts_with(&place)))
    {
        let what = format!("{} holds {}, which this command reads", out.display(), input.display());
        let problem = Problem::new(Place::Flag(format!("--out {}", out.display())), what);
        problems.push(problem.hint("give another --out: the folder is replaced by the new results"));
    }
    problems.into_result(())
}

pub(super) fn layout(prepared: &Prepared, arguments: &Experiment) -> Layout {
    let policy = |policy: &crate::model::policy::Policy| {
        (policy.name.clone(), policy.instruments.iter().map(|instrument| instrument.name.clone()).collect())
    };
    let policies = prepared.question.scenario.policies.iter().map(policy).collect();
    let mut layout = Layout::new(&prepared.region, policies, prepared.options.detail);
    layout.parameters = prepared.question.drawn();
    if prepared.question.regions.drawn_anew() {
        layout.district_names = Vec::new();
    }
    layout.csv = !arguments.no_csv;
    layout.parquet = !arguments.no_parquet;
    layout
}

/// What was asked, as files: the scenario as it was read, and region and posterior where they are not in it. With these,
/// the command in the manifest and the program, the results can be made again.
pub(super) fn asked(question: &Question) -> Vec<(&'static str, String)> {
    let mut files = vec![("scenario.toml", question.scenario.text.clone())];
    if let (Regions::Given(regions), RegionChoice::File(_) | RegionChoice::Shipped(_)) =
        (&question.regions, &question.scenario.region)
    {
        files.extend(regions.first().map(|region| ("region.toml", region_file::write(region))));
    }
    files.extend(question.posterior.as_ref().map(|posterior| ("posterior.toml", posterior.text())));
    files
}

pub(super) fn origin(prepared: &Prepared) -> Origin {
    let Prepared { question: Question { scenario, regions, .. }, region, .. } = prepared;
    Origin {
        command: command_line(std::env::args_os().skip(1)),
        scenario: scenario.name.clone(),
        scenario_sha256: sha256_hex(scenario.text.as_bytes()),
        region: region.name.clone(),
        region_sha256: regions.digest(),
        region_drawn_anew: regions.drawn_anew(),
        seed: scenario.seed,
        replicates: scenario.replicates,
        years: scenario.years,
    }
}

/// The command as it can be typed again.
pub(super) fn command_line(words: impl Iterator<Item = OsString>) -> String {
    let plain = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | ',' | '+'))
    };
    let quoted = words.map(|word| match word.into_string() {
        Ok(word) if plain(&word) => word,
        Ok(word) => format!("'{}'", word.replace('\'', r"'\''")),
        // The name of a file that is not UTF-8, as shells write such bytes.
        Err(word) => {
            let escaped = |byte: u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", word.as_encoded_bytes().iter().map(|byte| escaped(*byte)).collect::<String>())
        }
    });
    std::iter::once("barnraise".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

/// A folder that may not be written to is wrong input; nothing has been done yet.
#[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn refused(error: ResultsError) -> Failed {
    refusal(&error).map_or_else(|| broken(&error), |problem| Failed::Input(problem.into()))
}

/// What is wrong with the place for the results; none where something failed that is no fault of the input.
pub(super) fn refusal(error: &ResultsError) -> Option<Problem> {
    match error {
        ResultsError::Foreign { folder, why, hint } => {
            let place = Place::File(folder.display().to_string());
            Some(Problem::new(place, format!("{} {why}", folder.display())).hint(*hint))
        }
        ResultsError::NoName(_) | ResultsError::Busy(_) => {
            Some(Problem::new(Place::Flag("--out".to_owned()), error.to_string()))
        }
        _ => None,
    }
}

pub(super) fn broken(error: impl std::fmt::Display) -> Failed {
    Failed::Broken(error.to_string())
}

pub(super) fn what_was_written(out: &std::path::Path, files: &[WrittenFile]) -> String {
    let mut text = format!("Wrote {} files to {}:", files.len(), out.display());
    for file in files {
        let rows = file.rows.map(|rows| format!(", {} rows", whole(rows))).unwrap_or_default();
        text.push_str(&format!("\n  {} ({}{rows})", file.name, size(file.bytes)));
    }
    text
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A work folder that may not be used is wrong input; nothing has been done yet.
pub(super) fn stopped(error: &RunnerError) -> Failed {
    match error {
        RunnerError::OtherPlan { .. } | RunnerError::Foreign(_) => {
            Failed::Input(Problem::new(Place::Flag("--work".to_owned()), error.to_string()).into())
        }
        _ => Failed::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_is_no_reason_to_panic() {
        use std::os::unix::ffi::OsStringExt as _;
        let word = OsString::from_vec(b"sc\xff'.toml".to_vec());
        assert_eq!(command_line([word].into_iter()), r"barnraise $'sc\xff\'.toml'");
    }

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["compare", "a b.toml", "--out", "it's", ""].map(OsString::from);
        assert_eq!(command_line(words.into_iter()), r"barnraise compare 'a b.toml' --out 'it'\''s' ''");
    }

    #[test]
    fn sizes_are_told_in_their_unit() {
        assert_eq!([999, 1_001, 2_500_000].map(size), ["999 B", "2 kB", "2.5 MB"]);
    }
}
