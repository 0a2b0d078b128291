//! The command line: words, flags and progress. Nothing is worked out here.
//!
//! Exit codes: 0 done; 1 something failed on the way (a file that cannot be written, a replicate that
//! could not be finished, an expectation missed under `--check-expect`); 2 the input or the flags are
//! wrong and nothing was written.

mod ablate;
mod account;
mod arguments;
mod backtest;
mod calibrate;
mod check;
mod describe;
mod experiment;
mod flags;
mod folders;
mod generate;
mod import;
mod output;
mod prepared;
mod region;
mod scenario;
mod search;
mod single;
mod verify;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::diagnostics::{Place, Problem, Problems};
use arguments::{Arguments, Command, Saying};
use output::Output;

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failed {
    /// The input is wrong; nothing was written.
    Input(Problems),
    /// The same, and what is wrong has been told.
    InputTold,
    /// Something failed on the way; what, and what to do.
    Broken(String),
    /// It was done, but the answer is no (a missed expectation); what is wrong has been told.
    Told,
}

impl From<Problems> for Failed {
    fn from(problems: Problems) -> Self {
        Self::Input(problems)
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(format!("cannot write to the standard output: {error}"))
    }
}

/// Reads the command line, does what it asks and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => return misspelt(&message),
    };
    let mut output = Output::new(arguments.command.saying());
    match dispatch(&arguments.command, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Input(problems)) => {
            output.problems(&problems);
            ExitCode::from(2)
        }
        Err(Failed::InputTold) => ExitCode::from(2),
        Err(Failed::Broken(what)) => {
            output.error(&what);
            ExitCode::FAILURE
        }
        Err(Failed::Told) => ExitCode::FAILURE,
    }
}

/// Tells what is wrong with the command line itself, or the help that was asked for.
fn misspelt(message: &clap::Error) -> ExitCode {
    // Where the command line cannot be read, the word alone says that a program is listening.
    let json = std::env::args_os().any(|argument| argument == "--json");
    if message.use_stderr() && json {
        let text = message.render().to_string();
        let (what, more) = text.trim().trim_start_matches("error: ").split_once("\n\n").unwrap_or((text.trim(), ""));
        let problem = Problem::new(Place::Flag("command line".to_owned()), what).hint(more.trim());
        Output::new(Saying { json, quiet: false }).problems(&problem.into());
    } else {
        // A closed pipe (`--help | head`) is no reason to complain.
        let _ = message.print();
    }
    ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2))
}

fn dispatch(command: &Command, output: &mut Output) -> Result<(), Failed> {
    match command {
        Command::Compare(arguments) => experiment::compare(arguments, output),
        Command::Run(arguments) => experiment::run(arguments, output),
        Command::Calibrate(arguments) => calibrate::calibrate(arguments, output),
        Command::Ablate(arguments) => ablate::ablate(arguments, output),
        Command::Check(arguments) => check::check(arguments, output),
        Command::Describe(arguments) => describe::describe(arguments, output),
        Command::Backtest(arguments) => backtest::backtest(arguments, output),
        Command::Import(arguments) => import::import(arguments, output),
        Command::Region(arguments) => region::region(arguments, output),
        Command::Scenario(arguments) => scenario::scenario(arguments, output),
        Command::Verify(arguments) => verify::verify(arguments, output),
        Command::Schema(arguments) => generate::schema(arguments, output),
        Command::Completions(arguments) => generate::completions(arguments, output),
        Command::Man(arguments) => generate::man(arguments, output),
    }
}
