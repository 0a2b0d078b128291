//! What can be typed: the definition from which parsing, help, completions and the man page come.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::model::record::Detail;

const ABOUT: &str = "What happens to small rural school districts under different state policies";

const LONG_ABOUT: &str = "\
Simulates a region of small rural school districts through the years: they go on alone, share with \
neighbours in a cluster, or merge, while a state pays for, requires or discourages each.

Every policy of a scenario meets the same futures (same districts, births and luck), so that differences \
between policies are differences of the policies. All results come with intervals.";

const EXAMPLES: &str = "\
Examples:
  barnraise compare scenarios/three-year-grant.toml
      five policies side by side on 20 years of a synthetic region
  barnraise import --state ND --from data/nces --out regions/north-dakota.toml
  barnraise compare scenarios/three-year-grant.toml --region regions/north-dakota.toml
      the same policies on real North Dakota
  barnraise describe scenarios/three-year-grant.toml
      what the policies are, in plain words

Exit codes: 0 done; 1 something failed on the way; 2 the input or the flags are wrong, nothing was written.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "barnraise", version, about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Compare(Compare),
    Run(Run),
    Calibrate(Calibrate),
    Ablate(Ablate),
    Check(Check),
    Describe(Describe),
    Backtest(Backtest),
    Import(Import),
    Region(Region),
    Scenario(Scenario),
    Verify(Verify),
    Schema(Schema),
    Completions(Completions),
    Man(Man),
}

impl Command {
    /// How its results are told.
    pub(super) fn saying(&self) -> Saying {
        match self {
            Self::Compare(arguments) => arguments.experiment.saying,
            Self::Run(arguments) => arguments.experiment.saying,
            Self::Calibrate(arguments) => arguments.saying,
            Self::Ablate(arguments) => arguments.saying,
            Self::Check(arguments) => arguments.saying,
            Self::Describe(arguments) => arguments.saying,
            Self::Backtest(arguments) => arguments.saying,
            Self::Import(arguments) => arguments.saying,
            Self::Region(arguments) => arguments.saying,
            Self::Scenario(arguments) => arguments.saying,
            Self::Verify(arguments) => arguments.saying,
            Self::Schema(_) | Self::Completions(_) | Self::Man(_) => Saying { json: false, quiet: false },
        }
    }
}

/// Compare the policies of a scenario on the same futures
///
/// Prints, for every outcome, the median and the 5 % to 95 % band under each policy, and for each policy
/// against the first the paired difference: its median and band over the futures, its mean with a
/// 95 % confidence interval, and in how many futures the policy does better.
///
/// Writes a results folder: yearly tables (Parquet and CSV), the events, charts (SVG and PNG), a summary,
/// a dictionary of all columns, and a manifest that says where it all came from.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise compare scenarios/three-year-grant.toml
  barnraise compare scenarios/three-year-grant.toml --replicates 5000 --level district
  barnraise compare scenarios/three-year-grant.toml --json --quiet > table.json")]
pub(super) struct Compare {
    #[command(flatten)]
    pub(super) experiment: Experiment,
}

/// Run one policy of a scenario
///
/// As compare, for a single policy: levels without differences. The futures are those that compare
/// runs: replicate 7 is the same alone or among many.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise run scenarios/three-year-grant.toml --policy three-year-grant
  barnraise run scenarios/three-year-grant.toml --first-replicate 7 --replicates 1 --level district")]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) experiment: Experiment,
    /// The policy's short name; the first of the scenario if not given
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
}

/// What compare and run have in common.
#[derive(Debug, Args)]
pub(super) struct Experiment {
    /// The scenario file
    #[arg(value_name = "SCENARIO", value_hint = ValueHint::FilePath)]
    pub(super) scenario: PathBuf,
    /// How many futures to simulate, 1 to 10,000,000; the scenario's number if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) replicates: Option<String>,
    /// Number of the first future: to run a part of the futures, or one alone
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) first_replicate: Option<String>,
    #[command(flatten)]
    pub(super) seed: Seed,
    #[command(flatten)]
    pub(super) ground: Ground,
    /// The results folder; results/<scenario> if not given. Results of an earlier run are replaced
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) out: Option<PathBuf>,
    /// The folder of finished futures, from which a comparison that was stopped goes on; <results folder>.work for
    /// those that take half a minute or more if not given. It is deleted when all is done
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) work: Option<PathBuf>,
    /// How much is written for every future
    #[arg(long, value_enum, default_value_t = Level::Region)]
    pub(super) level: Level,
    /// Do not write the tables as CSV (Parquet is smaller and quicker)
    #[arg(long)]
    pub(super) no_csv: bool,
    /// Do not write the tables as Parquet
    #[arg(long)]
    pub(super) no_parquet: bool,
    /// Do not draw charts
    #[arg(long)]
    pub(super) no_charts: bool,
    /// Exit with code 1 if a result lies outside the bands that the scenario expects
    #[arg(long)]
    pub(super) check_expect: bool,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Switch off each factor that the model's sources name, one at a time
///
/// For every factor, condition, benefit and theme of the two source studies: what is switched off, what that does to
/// the outcome in the same futures (with a 95 % interval), what the seed claims, and whether they agree. The
/// same clusters are founded with and without the factor; what it does to founding stands beside it.
///
/// Writes a results folder with the table as JSON, CSV and a page for the documentation.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise ablate scenarios/three-year-grant.toml --replicates 1000
  barnraise ablate scenarios/three-year-grant.toml --policy grant-then-vote --json --quiet > ablation.json")]
pub(super) struct Ablate {
    /// The scenario file
    #[arg(value_name = "SCENARIO", value_hint = ValueHint::FilePath)]
    pub(super) scenario: PathBuf,
    /// The policy's short name; the second of the scenario if not given, or the only one
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
    /// How many futures to simulate, 1 to 10,000,000; the scenario's number if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) replicates: Option<String>,
    #[command(flatten)]
    pub(super) seed: Seed,
    #[command(flatten)]
    pub(super) ground: Ground,
    /// The results folder; results/<scenario>-ablation if not given. Results of an earlier run are replaced
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) out: Option<PathBuf>,
    /// The folder of finished parts, from which an ablation that was stopped goes on; <results folder>.work if
    /// not given. It is deleted when all is done
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) work: Option<PathBuf>,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// What the futures of a scenario stand on, beside the scenario.
#[derive(Debug, Clone, Args)]
pub(super) struct Ground {
    /// Threads; as many as the machine has if not given. Results do not depend on it
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) threads: Option<String>,
    /// Real districts, or a region file, instead of the scenario's region: a state (OH), counties of it
    /// (OH:Vinton,Meigs), a circle around a town (OH:30mi@Athens), or the path of a file (see import and region)
    #[arg(long, value_name = "STATE|FILE", value_hint = ValueHint::FilePath)]
    pub(super) region: Option<std::ffi::OsString>,
    /// A posterior file of calibrate: every future draws one of its parameter vectors
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) posterior: Option<PathBuf>,
}

/// The seed.
#[derive(Debug, Clone, Args)]
pub(super) struct Seed {
    /// The seed of all random draws; the scenario's if not given. A synthetic region is drawn from it too
    #[arg(long = "seed", value_name = "N", allow_negative_numbers = true)]
    pub(super) value: Option<String>,
}

/// How results are told.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Saying {
    /// Print JSON on the standard output, and nothing else there; what is wrong is told as JSON too
    #[arg(long)]
    pub(super) json: bool,
    /// Show no progress and no messages, only errors
    #[arg(long)]
    pub(super) quiet: bool,
}

/// How much of every future is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Yearly outcomes of the region, and outlays
    Region,
    /// Also of every cluster, and the events
    Cluster,
    /// Also of every district
    District,
}

impl From<Level> for Detail {
    fn from(level: Level) -> Self {
        match level {
            Level::Region => Self::Region,
            Level::Cluster => Self::Cluster,
            Level::District => Self::District,
        }
    }
}

/// Fit the uncertain parameters to the published record
///
/// Reads targets (published figures, each with its tolerance and the scenario in which it is simulated) and
/// searches the parameter vectors that reach them, by approximate Bayesian computation. Prints how the
/// search went, each target published and simulated, and which parameters the targets inform.
///
/// Writes the posterior, which compare, run, backtest and ablate take as --posterior, the tables (text and JSON)
/// and charts.
/// Finished parts are kept in the work folder: a calibration that was stopped goes on from there.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  barnraise calibrate scenarios/calibration/targets.toml --from data/published
  barnraise calibrate scenarios/calibration/targets.toml --from data/published --without IA
  barnraise compare scenarios/three-year-grant.toml --posterior results/record/posterior.toml")]
pub(super) struct Calibrate {
    /// The targets file
    #[arg(value_name = "TARGETS", value_hint = ValueHint::FilePath)]
    pub(super) targets: PathBuf,
    /// The folder with the records of states, where the targets have any; subfolders are searched too
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(super) from: Option<PathBuf>,
    /// Leave out all settings of these states; postal codes with commas between them
    #[arg(long, value_name = "STATES", value_delimiter = ',')]
    pub(super) without: Vec<String>,
    /// Parameter vectors of a generation, 10 to 100,000; those of the file if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) particles: Option<String>,
    /// Most generations, 1 to 1,000; those of the file if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) generations: Option<String>,
    /// The seed of the search; the file's if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<String>,
    /// Threads; as many as the machine has if not given. Results do not depend on it
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) threads: Option<String>,
    /// The results folder; results/<name> if not given. Results of an earlier calibration are replaced
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) out: Option<PathBuf>,
    /// The folder of finished parts; <results folder>.work if not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) work: Option<PathBuf>,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Check scenario and region files
///
/// Reads each file, and the region that a scenario names, and tells all problems at once, with file, line,
/// what was expected and how to mend it. Writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise check scenarios/*.toml
  barnraise check regions/north-dakota.toml")]
pub(super) struct Check {
    /// The files
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Describe the model, or a scenario's policies in plain words
///
/// Without a scenario: the yearly schedule, the parameters (unit, range, plausible range, source), the
/// outcomes and the functions that districts can share. With one: what it asks, its policies in plain
/// words, and how each differs from the first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise describe --only schedule
  barnraise describe --only parameters --filter trust
  barnraise describe scenarios/three-year-grant.toml")]
pub(super) struct Describe {
    /// A scenario file
    #[arg(value_name = "SCENARIO", value_hint = ValueHint::FilePath)]
    pub(super) scenario: Option<PathBuf>,
    /// Only this section; may be given more than once
    #[arg(long, value_enum, value_name = "SECTION")]
    pub(super) only: Vec<Section>,
    /// Only entries whose name, title or process contains this word
    #[arg(long, value_name = "WORD")]
    pub(super) filter: Option<String>,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// A part of the description of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Section {
    /// The steps of a year, in order
    Schedule,
    /// Every constant that is a claim about the world
    Parameters,
    /// What is measured
    Outcomes,
    /// What districts can share
    Functions,
}

/// Simulate the past again and compare it with what happened
///
/// Real districts of North Dakota, Iowa and South Dakota from fiscal year 1995 to 2016, under the policies then in
/// force: the number of districts by year, exit rates by size, which districts ended, sizes of the merged, and
/// whether later enrolments lie inside their bands. Hits and misses are told alike.
///
/// With --leave-one-out, also: for each state, the parameters are calibrated on the targets of the others, and
/// the state is scored under what they leave, beside the score under the priors.
///
/// Writes a results folder: tables (CSV), charts (SVG and PNG), summary.json, the page validation.md, and a
/// manifest. Finished parts are kept in the work folder: a backtest that was stopped goes on from there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise backtest --from data/published
  barnraise backtest --from data/published --leave-one-out scenarios/calibration/targets.toml
  barnraise backtest --from data/published --state SD --replicates 100 --json --quiet")]
pub(super) struct Backtest {
    /// The folder with the record of the districts and the publishers' files; subfolders are searched too
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(super) from: PathBuf,
    /// Postal codes of the states, with commas between them
    #[arg(long, value_name = "STATES", value_delimiter = ',', default_value = "ND,IA,SD")]
    pub(super) state: Vec<String>,
    /// How many futures to simulate for each state, 1 to 100,000
    #[arg(long, value_name = "N", default_value = "500", allow_negative_numbers = true)]
    pub(super) replicates: String,
    /// The seed of all random draws
    #[arg(long, value_name = "N", default_value = "1995", allow_negative_numbers = true)]
    pub(super) seed: String,
    /// Threads; as many as the machine has if not given. Results do not depend on it
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) threads: Option<String>,
    /// A posterior file of calibrate: every future draws one of its parameter vectors
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "leave_one_out")]
    pub(super) posterior: Option<PathBuf>,
    /// A targets file: score each state also under parameters calibrated on the settings of the others
    #[arg(long, value_name = "TARGETS", value_hint = ValueHint::FilePath)]
    pub(super) leave_one_out: Option<PathBuf>,
    /// Parameter vectors of a generation of these calibrations, 10 to 100,000; those of the file if not given
    #[arg(long, value_name = "N", requires = "leave_one_out", allow_negative_numbers = true)]
    pub(super) particles: Option<String>,
    /// Most generations of these calibrations, 1 to 1,000; those of the file if not given
    #[arg(long, value_name = "N", requires = "leave_one_out", allow_negative_numbers = true)]
    pub(super) generations: Option<String>,
    /// The results folder. Results of an earlier run are replaced
    #[arg(long, value_name = "DIR", default_value = "results/backtest", value_hint = ValueHint::DirPath)]
    pub(super) out: PathBuf,
    /// The folder of finished parts, from which a backtest that was stopped goes on; <results folder>.work if
    /// not given. All but finished calibrations is deleted when all is done
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) work: Option<PathBuf>,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Make a region file from the publishers' own files
///
/// Reads the files of the National Center for Education Statistics and the Census Bureau as they are
/// published, joins them by district, and writes a region file that every command takes as --region. Every
/// row dropped and every value filled in is counted and told by reason.
///
/// A folder without the files that are needed is told which are, and where they are published.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  barnraise import --state ND --from data/nces --out regions/north-dakota.toml --year 2019-20")]
pub(super) struct Import {
    /// The state's postal code, such as ND
    #[arg(long, value_name = "STATE")]
    pub(super) state: String,
    /// The folder with the publishers' files; subfolders are searched too
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(super) from: PathBuf,
    /// The region file to write
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) out: PathBuf,
    /// The school year, such as 2021-22; 2019-20 if not given
    #[arg(long, value_name = "YEAR")]
    pub(super) year: Option<String>,
    /// Replace the region file if there is one
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Make a synthetic region, or show what is in a region file
///
/// Draws districts from published statistics (sizes, trends, density, valuation, counties) and shows the
/// statistics of what it made beside the published figures. With --region it shows those of a region file
/// instead.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise region --districts 80 --seed 3 --out regions/eighty.toml
  barnraise region --region regions/north-dakota.toml")]
pub(super) struct Region {
    /// Districts to draw, 2 to 20,000; 50 if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) districts: Option<String>,
    /// The seed of the draws; 1 if not given
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<String>,
    /// Real districts to show instead of drawing some: a state (OH), counties of it (OH:Vinton,Meigs), a circle
    /// around a town (OH:30mi@Athens), or the path of a region file
    #[arg(long = "region", visible_alias = "state", value_name = "STATE|FILE", value_hint = ValueHint::FilePath)]
    pub(super) shown: Option<std::ffi::OsString>,
    /// The region file to write; none is written if not given
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) out: Option<PathBuf>,
    /// Replace the region file if there is one
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// List the scenarios that travel with the program, or write one for editing
///
/// Wherever a command takes a scenario file it takes one of these names too: `barnraise compare
/// three-year-grant` needs no file at all.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  barnraise scenario
  barnraise scenario three-year-grant --out my-bill.toml
  barnraise compare my-bill.toml")]
pub(super) struct Scenario {
    /// Which one; all are listed if not given
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The file to write it to; it is printed if not given
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) out: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Hold a results folder against its manifest
///
/// Every file that the manifest lists must be there with its size and digest, and nothing else: so that what is passed
/// on or published is what a run wrote.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  barnraise verify results/three-year-grant")]
pub(super) struct Verify {
    /// The results folder
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(super) folder: PathBuf,
    #[command(flatten)]
    pub(super) saying: Saying,
}

/// Print the JSON Schema of scenario, region or targets files
///
/// Editors that know the schema complete keys and show their meaning while you type.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  barnraise schema > scenario.schema.json")]
pub(super) struct Schema {
    /// Of which kind of file
    #[arg(value_enum, default_value_t = FileKind::Scenario)]
    pub(super) kind: FileKind,
}

/// A kind of file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileKind {
    /// A question: region, horizon, policies
    Scenario,
    /// The districts of a region at the start
    Region,
    /// Published figures that parameters are fitted to
    Targets,
}

/// Print completions for a shell
///
/// For example: barnraise completions bash > ~/.local/share/bash-completion/completions/barnraise
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

/// Print the man page
///
/// For example: barnraise man > ~/.local/share/man/man1/barnraise.1
#[derive(Debug, Args)]
pub(super) struct Man {
    /// A command, for its own page
    #[arg(value_name = "COMMAND")]
    pub(super) of: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_says_what_it_is() {
        for command in Arguments::command().get_subcommands() {
            assert!(command.get_about().is_some() && command.get_long_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
