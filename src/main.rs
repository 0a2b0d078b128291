//! The barnraise command.
fn main() {}
