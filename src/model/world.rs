//! What a step of the year sees: the fixed facts, this year's draws, and the state.

use crate::engine::draws::{Draws, EntityKey};

use super::parameters::Parameters;
use super::places::{Layout, Map};
use super::policy::{Instrument, Policy};
use super::region::Region;
use super::scale::FunctionTraits;
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
    pub(crate) layout: &'a Layout,
    pub(crate) traits: &'a FunctionTraits,
    pub(crate) draws: Draws,
    pub(crate) year: u16,
    /// Base cost per pupil this year, in dollars of the first year: it grows by the wedge.
    pub(crate) base_cost: f64,
    /// Courses that the state asks for, and how aid and levy follow pupils: its law, or drawn where no state is
    /// named.
    pub(crate) required: f64,
    pub(crate) aid_elasticity: f64,
    pub(crate) aid_adjustment: f64,
    pub(crate) levy_elasticity: f64,
    pub(crate) levy_adjustment: f64,
    /// Minutes that a mile as the crow flies takes adults, and a bus.
    pub(crate) drive_minutes_per_mile: f64,
    pub(crate) bus_minutes_per_mile: f64,
    pub(crate) s: &'a mut State,
}

impl<'a> World<'a> {
    /// A run of a region before its first year: everything but the state is as the region, the policy and the
    /// parameters say.
    pub(crate) fn new(
        (region, site, layout): (&'a Region, &'a Site, &'a Layout),
        policy: &'a Policy,
        (p, f): (&'a Parameters, &'a Parameters),
        traits: &'a FunctionTraits,
        draws: Draws,
        s: &'a mut State,
    ) -> Self {
        Self {
            region,
            site,
            layout,
            policy,
            p,
            f,
            replay: None,
            traits,
            draws,
            year: 0,
            base_cost: region.finance.base_cost,
            required: (p.standard_counted * region.rules.required_courses.unwrap_or(p.standard_courses)).max(1.0),
            aid_elasticity: region.finance.aid_elasticity.unwrap_or(p.aid_elasticity),
            aid_adjustment: region.finance.aid_adjustment.unwrap_or(p.aid_adjustment),
            levy_elasticity: region.finance.levy_elasticity.unwrap_or(p.levy_elasticity),
            levy_adjustment: region.finance.levy_adjustment.unwrap_or(p.levy_adjustment),
            drive_minutes_per_mile: p.detour * 60.0 / p.drive_speed,
            bus_minutes_per_mile: p.detour * 60.0 / p.bus_speed,
            s,
        }
    }

    /// What rides are worked out from.
    #[inline]
    pub(crate) fn map(&self) -> Map<'a> {
        Map {
            site: self.site,
            layout: self.layout,
            bus_minutes_per_mile: self.bus_minutes_per_mile,
            ride_added: self.p.ride_added,
        }
    }
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
