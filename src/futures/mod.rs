//! Everything that runs more than one future: what each future is given, and how many of them are run so
//! that work that was stopped goes on. Experiments ask the questions; how futures are run is found here.

pub mod ensemble;
pub mod inputs;
pub mod posterior;
pub mod question;
pub mod work_folder;

/// Runs `work` on so many threads, or on as many as the machine has; whatever runs futures within it uses these.
///
/// # Errors
/// When the machine gives no threads: what it said.
pub fn on_threads<R: Send>(threads: Option<usize>, work: impl FnOnce() -> R + Send) -> Result<R, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.map_err(|error| format!("cannot start the threads asked for: {error}"))?.install(work))
}
