//! Everything that runs more than one future: what each future is given, and how many of them are run so
//! that work that was stopped goes on. Experiments ask the questions; how futures are run is found here.

#[cfg(feature = "files")]
pub(crate) mod chunks;
pub mod inputs;
pub mod posterior;
#[cfg(feature = "files")]
pub mod work_folder;
