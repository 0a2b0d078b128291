//! Questions and answers as text: `echo '{"scenario": "…"}' | cargo run --release --example answer_questions`.
//!
//! Takes one question a line ([`barnraise::ask`]) and prints its answer as a JSON string, one a line.

use std::io::{self, BufRead as _, Write as _};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for question in io::stdin().lock().lines() {
        let answer = barnraise::ask::ask(&question?);
        writeln!(out, "{}", serde_json::Value::String(answer))?;
    }
    Ok(())
}
