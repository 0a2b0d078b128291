//! The barnraise command: see `barnraise help`, or [`barnraise::cli`] for what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    barnraise::cli::main()
}
