//! What a step of the year sees: the fixed facts, this year's draws, and the state.

use crate::engine::draws::{Draws, EntityKey};

use super::parameters::Parameters;
use super::policy::{Instrument, Policy};
use super::region::Region;
use super::scale::{CostCurve, FunctionTraits};
use super::simulation::Invitees;
use super::site::Site;
use super::state::{Founding, State};

/// Foundings of another run, and who is invited to them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replay<'a> {
    pub(crate) foundings: &'a [Founding],
    pub(crate) invitees: Invitees,
}

/// A run in a year.
pub(crate) struct World<'a> {
    pub(crate) region: &'a Region,
    pub(crate) site: &'a Site,
    pub(crate) policy: &'a Policy,
    pub(crate) p: &'a Parameters,
    /// Parameters of who founds, invites, accepts and joins: those of `p`, but in an ablation.
    pub(crate) f: &'a Parameters,
    /// Foundings of another run that take the place of this run's decisions.
    pub(crate) replay: Option<Replay<'a>>,
    pub(crate) curve: &'a CostCurve,
    pub(crate) traits: &'a FunctionTraits,
    pub(crate) draws: Draws,
    pub(crate) year: u16,
    /// Base cost per pupil this year, in dollars of the first year: it grows by the wedge.
    pub(crate) base_cost: f64,
    /// Minutes that a mile as the crow flies takes adults, and a bus.
    pub(crate) drive_minutes_per_mile: f64,
    pub(crate) bus_minutes_per_mile: f64,
    /// One over the fall that counts as full decline: every district needs it every year.
    pub(crate) per_full_decline: f64,
    pub(crate) s: &'a mut State,
}

impl World<'_> {
    /// Minutes that adults drive between two districts.
    #[inline]
    pub(crate) fn drive_minutes(&self, a: usize, b: usize) -> f64 {
        self.site.miles(a, b) * self.drive_minutes_per_mile
    }

    /// Minutes that a bus takes between two districts.
    #[inline]
    pub(crate) fn bus_minutes(&self, a: usize, b: usize) -> f64 {
        self.site.miles(a, b) * self.bus_minutes_per_mile
    }

    /// The name of a district's draws.
    #[inline]
    pub(crate) fn key(&self, district: usize) -> EntityKey {
        self.site.keys[district]
    }

    /// The instruments of the policy with their places.
    pub(crate) fn instruments(&self) -> impl Iterator<Item = (usize, &Instrument)> + use<'_> {
        self.policy.instruments.iter().enumerate()
    }

    /// Whether a district counts as sparse.
    pub(crate) fn sparse(&self, district: usize) -> bool {
        self.region.finance.is_sparse(self.s.d[district].enrolment, self.s.d[district].area)
    }
}
