//! A year as an ordered, printable list of steps.

/// One step of a year: what it is called, what it reads and writes, and how it is done.
pub struct Step<W> {
    /// Its name, as printed and as in the documentation.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub summary: &'static str,
    /// The parts of the state that it reads.
    pub reads: &'static str,
    /// The parts of the state that it writes.
    pub writes: &'static str,
    /// The process.
    pub run: fn(&mut W),
}

/// Runs one year: every step, in order; `after` sees the world behind each, with the step's name.
pub fn run_year<W>(schedule: &[Step<W>], world: &mut W, mut after: impl FnMut(&'static str, &W)) {
    for step in schedule {
        (step.run)(world);
        after(step.name, world);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_in_the_order_of_the_list() {
        let step = |name, run| Step::<Vec<u8>> { name, summary: "", reads: "", writes: "", run };
        let schedule = [step("first", |w| w.push(1)), step("second", |w| w.push(2))];
        let (mut world, mut seen) = (Vec::new(), Vec::new());
        run_year(&schedule, &mut world, |name, world| seen.push((name, world.len())));
        assert_eq!((world, seen), (vec![1, 2], vec![("first", 1), ("second", 2)]));
    }
}
