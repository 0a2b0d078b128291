//! What a superintendent or a legislator would laugh at: sentences that must hold whatever the parameters.
//!
//! Each test is one sentence, asked of ensembles of paired futures in three kinds of region: the synthetic
//! default, drawn anew in every future; a sparse region of many tiny districts; North Dakota of 2019-20. The
//! parameters of a future are drawn from their priors, in every fourth future from the ends of them. What is
//! asked is a direction or an equality, never a number.

#![allow(clippy::disallowed_methods, reason = "the last bit of a logarithm settles nothing here")]
#![allow(clippy::type_complexity, clippy::needless_range_loop, reason = "tables of cases, and years that are numbers")]

mod hearing {
    mod books;
    mod clusters;
    mod incentives;
    mod money;
    mod places;
    mod renamed;
    mod world;
}
