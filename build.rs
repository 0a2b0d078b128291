//! Notes the commit and whether the source differs from it, for the manifest of every result.
//! Outside a repository, or without `git`, both are `unknown`.

use std::path::Path;
use std::process::Command;

/// What makes the program; changes elsewhere (documents, results) do not.
const SOURCE: [&str; 5] = ["src", "assets", "build.rs", "Cargo.toml", "Cargo.lock"];

fn main() {
    // The commit log changes with every commit and checkout. Only existing paths are named: Cargo
    // takes a missing one for a change, and would build anew each time.
    let watched = [git(&["rev-parse", "--git-path", "HEAD"]), git(&["rev-parse", "--git-path", "logs/HEAD"])];
    let watched = watched.into_iter().flatten().chain(SOURCE.map(String::from));
    for path in watched.filter(|path| Path::new(path).exists()) {
        println!("cargo::rerun-if-changed={path}");
    }
    let (commit, state) = source_state().unwrap_or_else(|| ("unknown".into(), "unknown"));
    println!("cargo::rustc-env=BARNRAISE_COMMIT={commit}");
    println!("cargo::rustc-env=BARNRAISE_SOURCE_STATE={state}");
}

fn source_state() -> Option<(String, &'static str)> {
    // A package unpacked inside another project's repository must not borrow that one's commit.
    let top = Path::new(&git(&["rev-parse", "--show-toplevel"])?).canonicalize().ok()?;
    if top != std::env::current_dir().ok()?.canonicalize().ok()? {
        return None;
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let mut status = vec!["status", "--porcelain", "--"];
    status.extend(SOURCE);
    let state = if git(&status)?.is_empty() { "clean" } else { "modified" };
    Some((commit, state))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
