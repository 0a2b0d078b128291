//! Trust: what each district has seen of the promises of every other, as a Beta reputation
//! (Jøsang & Ismail 2002) with forgetting, after the trust-building loop of Vangen & Huxham (2003).
//!
//! Only districts that have dealt with each other have a tie. Forgetting, and what is lost with a
//! superintendent, are applied when a tie is looked at: a year without dealings costs nothing.

/// The end of a list of ties, or an empty one.
const END: u32 = u32::MAX;

/// Ties for which there is room from the start, by district: a cluster of 33, or several smaller ones over
/// the years. Regions of up to 64 districts have room for all.
const ROOM_PER_DISTRICT: usize = 16;
const ROOM_LEAST: usize = 64 * 63 / 2;

/// Slots of the smallest table.
const SLOTS_LEAST: usize = 16;

/// 2^64 over the golden ratio: neighbouring keys land far apart (Knuth, "The Art of Computer Programming",
/// vol. 3, section 6.4).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// What one district has seen of another.
#[derive(Debug, Clone, Copy, Default)]
struct View {
    kept: f32,
    broken: f32,
    /// The year to which the evidence is forgotten.
    year: u16,
    /// How many superintendents of the one who looks had left when the evidence was last brought up to date.
    turnovers: u16,
}

/// Two districts that have dealt with each other.
#[derive(Debug, Clone, Copy)]
struct Tie {
    /// What the first has seen of the second, and the second of the first.
    views: [View; 2],
    /// The two districts, lower number first.
    ends: [u16; 2],
    /// The next tie of the first district, and of the second.
    next: [u32; 2],
    /// Years in which both shared administration or grades, in quarters of full depth.
    shared: u16,
    /// The year from which on a failed plan may be voted on again; 0: none failed.
    vote_again: u16,
}

/// The two districts of a tie, lower number first, and the side on which `of` stands.
#[inline]
fn ordered(of: usize, toward: usize) -> ([u16; 2], usize) {
    debug_assert_ne!(of, toward, "a district has no tie with itself");
    if of < toward { ([of as u16, toward as u16], 0) } else { ([toward as u16, of as u16], 1) }
}

/// The mean of a Beta distribution with a uniform prior, after what was seen.
#[inline]
fn mean(view: View) -> f64 {
    f64::from((view.kept + 1.0) / (view.kept + view.broken + 2.0))
}

/// Ties between districts. Memory grows with the ties that there are, 40 bytes each and 8–16 to find it by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ties {
    /// In the order in which the two first dealt with each other.
    known: Vec<Tie>,
    /// Where to find a tie by its two districts, by open addressing with linear probing: one more than its
    /// place, or 0. A power of two, at most half full.
    slots: Vec<u32>,
    /// Bits of a hash that are left over after those of a slot.
    shift: u32,
    /// The latest tie of each district.
    first: Vec<u32>,
    /// Superintendents that have left each district.
    turnovers: Vec<u16>,
    /// Districts whose ties a host has inherited.
    gone: Vec<bool>,
    /// Districts of which, or by which, a promise kept was ever noted: nobody trusts the others, nor they him, more
    /// than a stranger.
    friendly: Vec<bool>,
    /// Share of the evidence left after 0, 1, 2, … years.
    memory: Vec<f32>,
    /// Share of the evidence left after 0, 1, 2, … changes of superintendent.
    kept_at_turnovers: Vec<f32>,
}

impl Ties {
    /// Ties of so many districts over so many years. There is room for 16 ties per district, and for all in
    /// regions of up to 64: beyond, memory doubles when it is needed, and stays.
    pub(crate) fn new(count: usize, years: u16) -> Self {
        let all = count * count.saturating_sub(1) / 2;
        Self::with_room(count, years, all.min(ROOM_LEAST.max(count * ROOM_PER_DISTRICT)))
    }

    fn with_room(count: usize, years: u16, room: usize) -> Self {
        let slots = (2 * room).next_power_of_two().max(SLOTS_LEAST);
        Self {
            known: Vec::with_capacity(room),
            slots: vec![0; slots],
            shift: u64::BITS - slots.ilog2(),
            first: vec![END; count],
            turnovers: vec![0; count],
            gone: vec![false; count],
            friendly: vec![false; count],
            memory: vec![0.0; usize::from(years) + 1],
            // A superintendent leaves once a year at most: this much is always enough.
            kept_at_turnovers: vec![0.0; usize::from(years) + 2],
        }
    }

    /// Forgets all; a year leaves `memory` of the evidence, a change of superintendent `kept_at_turnover`
    /// (shares, 0–1).
    pub(crate) fn reset(&mut self, memory: f64, kept_at_turnover: f64) {
        self.empty_slots();
        self.known.clear();
        self.first.fill(END);
        self.turnovers.fill(0);
        self.gone.fill(false);
        self.friendly.fill(false);
        for (shares, yearly) in [(&mut self.memory, memory), (&mut self.kept_at_turnovers, kept_at_turnover)] {
            let mut left = 1.0f64;
            for share in shares {
                *share = left as f32;
                left *= yearly;
            }
        }
    }

    /// Empties the slots in use, by whichever way is shorter.
    fn empty_slots(&mut self) {
        if self.known.len() > self.slots.len() / 16 {
            self.slots.fill(0);
            return;
        }
        // Last in, first out: no slot that a search still has to pass is empty.
        for place in (0..self.known.len()).rev() {
            let slot = self.slot_of(self.known[place].ends);
            self.slots[slot] = 0;
        }
    }

    /// The slot of two districts' tie, or the empty one in which it would be.
    #[inline]
    fn slot_of(&self, ends: [u16; 2]) -> usize {
        let key = u64::from(ends[0]) << 16 | u64::from(ends[1]);
        let mut slot = (key.wrapping_mul(SPREAD) >> self.shift) as usize;
        let last = self.slots.len() - 1;
        loop {
            let place = self.slots[slot];
            if place == 0 || self.known[place as usize - 1].ends == ends {
                return slot;
            }
            slot = (slot + 1) & last;
        }
    }

    #[inline]
    fn find(&self, ends: [u16; 2]) -> Option<&Tie> {
        match self.slots[self.slot_of(ends)] {
            0 => None,
            place => Some(&self.known[place as usize - 1]),
        }
    }

    /// The place of two districts' tie, which begins now if there was none.
    #[inline]
    fn place(&mut self, ends: [u16; 2]) -> usize {
        let slot = self.slot_of(ends);
        match self.slots[slot] {
            0 => self.begin(ends, slot),
            place => place as usize - 1,
        }
    }

    fn begin(&mut self, ends: [u16; 2], slot: usize) -> usize {
        let place = self.known.len();
        let [a, b] = ends.map(usize::from);
        let next = [self.first[a], self.first[b]];
        self.known.push(Tie { views: [View::default(); 2], ends, next, shared: 0, vote_again: 0 });
        self.first[a] = place as u32;
        self.first[b] = place as u32;
        self.slots[slot] = place as u32 + 1;
        if 2 * self.known.len() > self.slots.len() {
            self.widen();
        }
        place
    }

    /// Twice as many slots.
    #[cold]
    fn widen(&mut self) {
        let slots = 2 * self.slots.len();
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.shift -= 1;
        for place in 0..self.known.len() {
            let slot = self.slot_of(self.known[place].ends);
            self.slots[slot] = place as u32 + 1;
        }
    }

    /// What one side of a tie knows in `year`, with what was forgotten and what was lost with superintendents.
    #[inline]
    fn view(&self, tie: &Tie, side: usize, year: u16) -> View {
        let view = tie.views[side];
        let turnovers = self.turnovers[usize::from(tie.ends[side])];
        let kept = self.kept_at_turnovers[usize::from(turnovers - view.turnovers)];
        let left = self.memory[usize::from(year - view.year)] * kept;
        View { kept: view.kept * left, broken: view.broken * left, year, turnovers }
    }

    /// The trust of one district in another, 0–1; 0.5 where there is no evidence: the mean of a Beta with a
    /// uniform prior.
    #[inline]
    pub(crate) fn trust(&self, of: usize, toward: usize, year: u16) -> f64 {
        let (ends, side) = ordered(of, toward);
        self.find(ends).map_or(0.5, |tie| mean(self.view(tie, side, year)))
    }

    /// The mean of two districts' trust in each other, 0–1.
    #[inline]
    pub(crate) fn pair_trust(&self, a: usize, b: usize, year: u16) -> f64 {
        let (ends, _) = ordered(a, b);
        self.find(ends).map_or(0.5, |tie| 0.5 * (mean(self.view(tie, 0, year)) + mean(self.view(tie, 1, year))))
    }

    /// Whether anybody can trust a district, or it anybody, more than a stranger.
    #[inline]
    pub(crate) fn is_friendly(&self, district: usize) -> bool {
        self.friendly[district]
    }

    /// Adds evidence of one district about another: promises kept and broken, at least 0.
    #[inline]
    pub(crate) fn add(&mut self, of: usize, toward: usize, year: u16, kept: f64, broken: f64) {
        let (ends, side) = ordered(of, toward);
        let place = self.place(ends);
        self.add_to(place, side, year, kept, broken);
    }

    /// Adds the same evidence of two districts about each other.
    #[inline]
    pub(crate) fn add_both(&mut self, a: usize, b: usize, year: u16, kept: f64, broken: f64) {
        let (ends, _) = ordered(a, b);
        let place = self.place(ends);
        for side in 0..2 {
            self.add_to(place, side, year, kept, broken);
        }
    }

    #[inline]
    fn add_to(&mut self, place: usize, side: usize, year: u16, kept: f64, broken: f64) {
        if kept > 0.0 {
            let ends = self.known[place].ends;
            for end in ends {
                self.friendly[usize::from(end)] = true;
            }
        }
        let mut view = self.view(&self.known[place], side, year);
        view.kept += kept as f32;
        view.broken += broken as f32;
        self.known[place].views[side] = view;
    }

    /// A new superintendent keeps a share of what the old one had learnt of all others.
    pub(crate) fn fade(&mut self, of: usize) {
        self.turnovers[of] += 1;
        if usize::from(self.turnovers[of]) == self.kept_at_turnovers.len() {
            let (yearly, last) = (self.kept_at_turnovers[1], self.kept_at_turnovers[self.kept_at_turnovers.len() - 1]);
            self.kept_at_turnovers.push(yearly * last);
        }
    }

    /// Another year of shared administration or grades at this depth (0–1), both ways.
    pub(crate) fn share(&mut self, a: usize, b: usize, depth: f64) {
        let (ends, _) = ordered(a, b);
        let place = self.place(ends);
        self.known[place].shared += (depth * 4.0 + 0.5) as u16;
    }

    /// Years of shared administration or grades, in full depth.
    #[inline]
    pub(crate) fn years_shared(&self, a: usize, b: usize) -> f64 {
        let (ends, _) = ordered(a, b);
        self.find(ends).map_or(0.0, |tie| f64::from(tie.shared) * 0.25)
    }

    /// A plan of two districts failed: it may be voted on again from `year` on.
    pub(crate) fn set_vote_again(&mut self, a: usize, b: usize, year: u16) {
        let (ends, _) = ordered(a, b);
        let place = self.place(ends);
        self.known[place].vote_again = year;
    }

    /// Whether the state's waiting time after a failed plan is over.
    #[inline]
    pub(crate) fn may_vote(&self, a: usize, b: usize, year: u16) -> bool {
        let (ends, _) = ordered(a, b);
        self.find(ends).is_none_or(|tie| year >= tie.vote_again)
    }

    /// The host of a merger inherits the ties of the one that ended: the stronger evidence of both. What
    /// others know of the one that ended is of no more use and is not passed on when they end themselves.
    pub(crate) fn inherit(&mut self, host: usize, ended: usize, year: u16) {
        self.friendly[host] |= self.friendly[ended];
        self.gone[ended] = true;
        let mut next = self.first[ended];
        while next != END {
            let theirs = self.known[next as usize];
            let side = usize::from(usize::from(theirs.ends[1]) == ended);
            let other = usize::from(theirs.ends[1 - side]);
            next = theirs.next[side];
            if other == host || self.gone[other] {
                continue;
            }
            let (ends, host_side) = ordered(host, other);
            let place = self.place(ends);
            for (to, from) in [(host_side, side), (1 - host_side, 1 - side)] {
                let (mine, theirs) = (self.view(&self.known[place], to, year), self.view(&theirs, from, year));
                self.known[place].views[to] =
                    View { kept: mine.kept.max(theirs.kept), broken: mine.broken.max(theirs.broken), ..mine };
            }
            let mine = &mut self.known[place];
            mine.shared = mine.shared.max(theirs.shared);
            mine.vote_again = mine.vote_again.max(theirs.vote_again);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YEARS: u16 = 20;

    fn ties() -> Ties {
        let mut ties = Ties::new(4, YEARS);
        ties.reset(0.9, 0.5);
        ties
    }

    #[test]
    fn strangers_neither_trust_nor_distrust() {
        let ties = ties();
        assert_eq!(ties.trust(0, 1, 5).to_bits(), 0.5f64.to_bits());
        assert_eq!(ties.pair_trust(0, 1, 5).to_bits(), 0.5f64.to_bits());
        assert_eq!(ties.years_shared(0, 1).to_bits(), 0.0f64.to_bits());
        assert!(ties.may_vote(0, 1, 0));
    }

    #[test]
    fn one_success_a_year_builds_trust_as_published() {
        // 0.50 to 0.65-0.70 in three years at one event a year, each of the default weight of 0.6;
        // at four events a year more (evidence: 0.71-0.80 with some of them broken).
        for (events, low, high) in [(0.6, 0.64, 0.73), (2.4, 0.76, 0.90)] {
            let mut ties = ties();
            for year in 0..3 {
                ties.add(0, 1, year, events, 0.0);
            }
            let trust = ties.trust(0, 1, 2);
            assert!((low..=high).contains(&trust), "{events} a year: {trust}");
        }
    }

    #[test]
    fn forgetting_is_the_same_looked_at_yearly_or_once() {
        let (mut often, mut once) = (ties(), ties());
        often.add(0, 1, 0, 4.0, 1.0);
        once.add(0, 1, 0, 4.0, 1.0);
        for year in 1..6 {
            often.add(0, 1, year, 0.0, 0.0);
        }
        assert!((often.trust(0, 1, 6) - once.trust(0, 1, 6)).abs() < 1e-6);
        assert!(once.trust(0, 1, 6) < once.trust(0, 1, 0));
    }

    #[test]
    fn what_one_side_sees_is_its_own_but_for_what_is_added_to_both() {
        let mut ties = ties();
        ties.add(2, 1, 0, 3.0, 0.0);
        assert!(ties.trust(2, 1, 0) > 0.7 && (ties.trust(1, 2, 0) - 0.5).abs() < 1e-9);
        assert!((ties.pair_trust(1, 2, 0) - f64::midpoint(ties.trust(2, 1, 0), 0.5)).abs() < 1e-9);
        ties.add_both(3, 0, 0, 3.0, 0.0);
        assert!((ties.trust(0, 3, 0) - ties.trust(2, 1, 0)).abs() < 1e-9);
        assert!((ties.trust(3, 0, 0) - ties.trust(2, 1, 0)).abs() < 1e-9);
    }

    #[test]
    fn a_new_superintendent_keeps_a_share_of_what_was_learnt_before_not_after() {
        let mut ties = ties();
        ties.add_both(0, 1, 0, 4.0, 0.0);
        ties.fade(0);
        assert!((ties.trust(0, 1, 0) - 3.0 / 4.0).abs() < 1e-6, "half of four is left");
        assert!((ties.trust(1, 0, 0) - 5.0 / 6.0).abs() < 1e-6, "the other side keeps all");
        ties.add(0, 1, 0, 2.0, 0.0);
        assert!((ties.trust(0, 1, 0) - 5.0 / 6.0).abs() < 1e-6);
        ties.fade(0);
        ties.fade(0);
        assert!((ties.trust(0, 1, 0) - 2.0 / 3.0).abs() < 1e-6, "a quarter of four is left");
    }

    #[test]
    fn superintendents_may_change_more_often_than_once_a_year() {
        let mut ties = Ties::new(2, 0);
        ties.reset(0.9, 0.5);
        ties.add(0, 1, 0, 64.0, 0.0);
        (0..5).for_each(|_| ties.fade(0));
        assert!((ties.trust(0, 1, 0) - 3.0 / 4.0).abs() < 1e-6);
    }

    #[test]
    fn a_merged_district_leaves_its_ties_to_the_host() {
        let mut ties = ties();
        ties.add(1, 2, 3, 5.0, 0.0);
        ties.inherit(0, 1, 4);
        assert!((ties.trust(0, 2, 4) - ties.trust(1, 2, 4)).abs() < 1e-6);
        assert!(ties.trust(0, 2, 4) > 0.6);
    }

    #[test]
    fn ties_with_districts_that_ended_are_not_handed_on() {
        let mut ties = ties();
        ties.add_both(0, 1, 0, 5.0, 0.0);
        ties.inherit(0, 1, 0);
        let before = ties.known.len();
        ties.inherit(2, 0, 0);
        assert_eq!(ties.known.len(), before);
    }

    #[test]
    fn a_failed_plan_must_wait() {
        let mut ties = ties();
        assert!(ties.may_vote(0, 1, 0));
        ties.set_vote_again(0, 1, 5);
        assert!(!ties.may_vote(1, 0, 4) && ties.may_vote(0, 1, 5));
    }

    #[test]
    fn a_nation_has_ties_only_where_there_were_dealings() {
        let count = 20_000;
        let mut ties = Ties::new(count, YEARS);
        for run in 0..2 {
            ties.reset(0.9, 0.5);
            assert!(ties.slots.iter().all(|&place| place == 0));
            // Many ties, then few: both ways of emptying.
            for i in (0..count - 40).step_by(if run == 0 { 1 } else { 100 }) {
                (1..=20).for_each(|away| ties.add_both(i, i + away, 0, 1.0, 0.0));
            }
            for (i, away) in [(0, 1), (300, 20), (1_000, 7)] {
                assert!((ties.trust(i + away, i, 0) - 2.0 / 3.0).abs() < 1e-6);
            }
            assert!((ties.trust(0, 21, 0) - 0.5).abs() < 1e-9);
        }
        assert!(ties.slots.len() < 100 * count);
    }

    /// Ties as a matrix of all ordered pairs, brought up to date at once: how trust is defined.
    struct Dense {
        count: usize,
        pairs: Vec<Seen>,
        memory: f64,
        kept_at_turnover: f64,
        year: u16,
    }

    #[derive(Debug, Clone, Copy, Default)]
    struct Seen {
        kept: f64,
        broken: f64,
        shared: f64,
        vote_again: u16,
    }

    impl Dense {
        fn new(count: usize, memory: f64, kept_at_turnover: f64) -> Self {
            Self { count, pairs: vec![Seen::default(); count * count], memory, kept_at_turnover, year: 0 }
        }

        fn seen(&mut self, of: usize, toward: usize) -> &mut Seen {
            &mut self.pairs[of * self.count + toward]
        }

        fn trust(&mut self, of: usize, toward: usize) -> f64 {
            let seen = self.seen(of, toward);
            (seen.kept + 1.0) / (seen.kept + seen.broken + 2.0)
        }

        fn add(&mut self, of: usize, toward: usize, kept: f64, broken: f64) {
            let seen = self.seen(of, toward);
            seen.kept += kept;
            seen.broken += broken;
        }

        fn next_year(&mut self) {
            self.year += 1;
            for seen in &mut self.pairs {
                seen.kept *= self.memory;
                seen.broken *= self.memory;
            }
        }

        fn fade(&mut self, of: usize) {
            for toward in 0..self.count {
                let left = self.kept_at_turnover;
                let seen = self.seen(of, toward);
                seen.kept *= left;
                seen.broken *= left;
            }
        }

        fn inherit(&mut self, host: usize, ended: usize) {
            for other in (0..self.count).filter(|&other| other != host && other != ended) {
                for (to, from) in [((host, other), (ended, other)), ((other, host), (other, ended))] {
                    let theirs = *self.seen(from.0, from.1);
                    let mine = self.seen(to.0, to.1);
                    mine.kept = mine.kept.max(theirs.kept);
                    mine.broken = mine.broken.max(theirs.broken);
                    mine.shared = mine.shared.max(theirs.shared);
                    mine.vote_again = mine.vote_again.max(theirs.vote_again);
                }
            }
        }
    }

    #[derive(Debug, Clone)]
    enum Deed {
        NextYear,
        Add(usize, usize, f64, f64),
        AddBoth(usize, usize, f64, f64),
        Fade(usize),
        Share(usize, usize, u8),
        Wait(usize, usize, u16),
        Inherit(usize, usize),
    }

    const DISTRICTS: usize = 9;

    fn deed() -> impl Strategy<Value = Deed> {
        let pair = || (0..DISTRICTS, 1..DISTRICTS).prop_map(|(a, away)| (a, (a + away) % DISTRICTS));
        let amount = || 0.0..4.0f64;
        prop_oneof![
            2 => Just(Deed::NextYear),
            4 => (pair(), amount(), amount()).prop_map(|((a, b), kept, broken)| Deed::Add(a, b, kept, broken)),
            4 => (pair(), amount(), amount()).prop_map(|((a, b), kept, broken)| Deed::AddBoth(a, b, kept, broken)),
            2 => (0..DISTRICTS).prop_map(Deed::Fade),
            2 => (pair(), 0..5u8).prop_map(|((a, b), quarters)| Deed::Share(a, b, quarters)),
            2 => (pair(), 0..6u16).prop_map(|((a, b), years)| Deed::Wait(a, b, years)),
            1 => pair().prop_map(|(host, ended)| Deed::Inherit(host, ended)),
        ]
    }

    fn concerns(deed: &Deed, district: usize) -> bool {
        match *deed {
            Deed::NextYear => false,
            Deed::Fade(of) => of == district,
            Deed::Add(a, b, ..)
            | Deed::AddBoth(a, b, ..)
            | Deed::Share(a, b, ..)
            | Deed::Wait(a, b, ..)
            | Deed::Inherit(a, b, ..) => a == district || b == district,
        }
    }

    fn carry_out(deed: &Deed, ties: &mut Ties, dense: &mut Dense) {
        let year = dense.year;
        match *deed {
            Deed::NextYear if year < YEARS => dense.next_year(),
            Deed::NextYear => {}
            Deed::Add(a, b, kept, broken) => {
                ties.add(a, b, year, kept, broken);
                dense.add(a, b, kept, broken);
            }
            Deed::AddBoth(a, b, kept, broken) => {
                ties.add_both(a, b, year, kept, broken);
                dense.add(a, b, kept, broken);
                dense.add(b, a, kept, broken);
            }
            Deed::Fade(of) => {
                ties.fade(of);
                dense.fade(of);
            }
            Deed::Share(a, b, quarters) => {
                let depth = f64::from(quarters) / 4.0;
                ties.share(a, b, depth);
                dense.seen(a, b).shared += depth;
                dense.seen(b, a).shared += depth;
            }
            Deed::Wait(a, b, years) => {
                ties.set_vote_again(a, b, year + years);
                dense.seen(a, b).vote_again = year + years;
                dense.seen(b, a).vote_again = year + years;
            }
            Deed::Inherit(host, ended) => {
                ties.inherit(host, ended, year);
                dense.inherit(host, ended);
            }
        }
    }

    fn compare(ties: &Ties, dense: &mut Dense, alive: &[bool; DISTRICTS]) -> Result<(), TestCaseError> {
        let year = dense.year;
        for a in (0..DISTRICTS).filter(|&a| alive[a]) {
            for b in (0..DISTRICTS).filter(|&b| alive[b] && a != b) {
                let expected = dense.trust(a, b);
                let both = f64::midpoint(expected, dense.trust(b, a));
                prop_assert!((ties.trust(a, b, year) - expected).abs() < 1e-5, "trust of {a} in {b}");
                prop_assert!((ties.pair_trust(a, b, year) - both).abs() < 1e-5, "trust between {a} and {b}");
                let seen = *dense.seen(a, b);
                prop_assert!((ties.years_shared(a, b) - seen.shared).abs() < 1e-9);
                for later in year..year + 7 {
                    prop_assert_eq!(ties.may_vote(a, b, later), later >= seen.vote_again);
                }
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn ties_where_there_were_dealings_tell_the_same_as_a_matrix_of_all(
            runs in prop::collection::vec(prop::collection::vec(deed(), 0..80), 1..4),
            memory in 0.5..1.0f64,
            kept in 0.0..1.0f64,
            room in 0..40usize,
        ) {
            let mut ties = Ties::with_room(DISTRICTS, YEARS, room);
            for deeds in runs {
                ties.reset(memory, kept);
                let mut dense = Dense::new(DISTRICTS, memory, kept);
                let mut alive = [true; DISTRICTS];
                for deed in &deeds {
                    if (0..DISTRICTS).any(|i| !alive[i] && concerns(deed, i)) {
                        continue;
                    }
                    carry_out(deed, &mut ties, &mut dense);
                    if let Deed::Inherit(_, ended) = deed {
                        alive[*ended] = false;
                    }
                    compare(&ties, &mut dense, &alive)?;
                }
            }
        }

        #[test]
        fn the_order_in_which_ties_begin_changes_nothing(
            seen in prop::collection::vec((0..30usize, 1..30usize, 0.0..4.0f64), 1..200),
        ) {
            let (mut one, mut other) = (Ties::with_room(30, YEARS, 4), Ties::with_room(30, YEARS, 4));
            one.reset(0.9, 0.5);
            other.reset(0.9, 0.5);
            let mut pairs: Vec<_> = seen.iter().map(|&(a, away, kept)| (a, (a + away) % 30, kept)).collect();
            pairs.sort_by_key(|&(a, b, _)| (a, b));
            pairs.dedup_by_key(|pair| (pair.0, pair.1));
            for &(a, b, kept) in &pairs {
                one.add(a, b, 0, kept, 0.0);
            }
            for &(a, b, kept) in pairs.iter().rev() {
                other.add(a, b, 0, kept, 0.0);
            }
            one.inherit(3, 7, 1);
            other.inherit(3, 7, 1);
            for a in 0..30 {
                for b in (0..30).filter(|&b| a != b) {
                    prop_assert_eq!(one.trust(a, b, 2).to_bits(), other.trust(a, b, 2).to_bits());
                }
            }
        }
    }
}
