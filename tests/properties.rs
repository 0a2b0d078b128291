//! Paired worlds: two runs that may differ in one thing only, compared bit by bit; and ensembles in which
//! one cause is turned up and its effect must follow.

// The generator of random worlds names the library's modules as the library itself does.
use barnraise::{districts, model};

#[path = "../src/model/checks/random.rs"]
mod random;

mod properties {
    mod ensembles;
    mod paired;
    mod stepped;
    mod worlds;
}
