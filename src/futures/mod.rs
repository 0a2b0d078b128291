//! Everything that runs more than one future: what each future is given, and how many of them are run so
//! that work that was stopped goes on. Experiments ask the questions; how futures are run is found here.

pub mod ensemble;
pub mod inputs;
pub mod posterior;
pub mod question;
pub mod work_folder;
