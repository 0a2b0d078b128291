//! `[[policy]]`: instruments over a baseline, one policy on top of another where it extends it.

use crate::diagnostics::{Place, Problem, nearest};
use crate::input::{List, Number, Prose, Table, Text};
use crate::model::parameters::ParameterId;
use crate::model::policy::{
    Instrument, InstrumentKind, MOST_CLUSTER_GRANTS, MOST_INSTRUMENTS, Policy, StartingCluster,
};

use super::clusters::{self, cluster};
use super::instruments::instrument;
use super::names::SLUG;

/// Most policies of a scenario: more cannot be read side by side.
const MOST: usize = 64;

/// A policy as its table says it, before it is laid over the one that it extends.
struct Written {
    policy: Policy,
    place: Place,
    extends: Option<(String, Place)>,
    remove: Vec<String>,
    remove_place: Place,
    instruments: Vec<(Instrument, Place)>,
    clusters: Vec<(StartingCluster, Place)>,
    sound: bool,
}

/// The policies of the scenario, each complete.
pub(super) fn policies(table: &mut Table<'_>) -> Vec<Policy> {
    let doc = "The policies that are compared on the same futures; the first is the baseline.";
    let written = table.some_tables("policy", doc, policy);
    if written.len() > MOST {
        let problem = Problem::new(table.here(), format!("the scenario has {} policies", written.len()));
        table.push(problem.expected(format!("at most {MOST}")).hint("spread them over several scenarios"));
    }
    let all_names: Vec<String> = written.iter().map(|written| written.policy.name.clone()).collect();
    let mut complete: Vec<Policy> = Vec::new();
    for written in written {
        if complete.iter().any(|earlier| earlier.name == written.policy.name) && !written.policy.name.is_empty() {
            let problem =
                Problem::new(written.place.clone(), format!("two policies are named \"{}\"", written.policy.name));
            table.push(problem.expected("a name of its own for every policy"));
        }
        let place = written.place.clone();
        let overlaid = overlay(table, written, &complete, &all_names);
        if overlaid.instruments.len() > MOST_INSTRUMENTS {
            let what = format!("policy \"{}\" has {} instruments", overlaid.name, overlaid.instruments.len());
            let problem = Problem::new(place.clone(), what);
            table.push(problem.expected(format!("at most {MOST_INSTRUMENTS}, those taken over counted")));
        }
        let grants =
            overlaid.instruments.iter().filter(|instrument| matches!(instrument.kind, InstrumentKind::ClusterGrant(_)));
        let grants = grants.count();
        if grants > MOST_CLUSTER_GRANTS {
            let what = format!("policy \"{}\" has {grants} cluster grants", overlaid.name);
            let problem =
                Problem::new(place, what).expected(format!("at most {MOST_CLUSTER_GRANTS}, those taken over counted"));
            table.push(
                problem.hint(
                    "a cluster can hold all of them and their payments add: put amounts of the same terms together",
                ),
            );
        }
        complete.push(overlaid);
    }
    complete
}

fn policy(table: &mut Table<'_>) -> Written {
    let name = table.required("name", "A short name for files and `expect`, e.g. `three-year-grant`.", &SLUG);
    let title = table.optional("title", "A title for tables and charts; the name where absent.", &Text);
    let extends =
        table.optional("extends", "An earlier policy whose instruments and parameters this one takes over.", &Text);
    let texts = List { of: Text, least: 0, most: usize::MAX };
    let description = table.or("description", "What it is, for people.", &Prose, String::new());
    let source = table.or("source", "Where its design comes from.", &Prose, String::new());
    let remove = table.or("remove", "Names of instruments that it does not take over.", &texts, Vec::new());
    let instruments = table.tables("instrument", INSTRUMENTS, instrument);
    let clusters = table.tables("cluster", "Clusters that exist when the first year begins.", cluster);
    let parameters = table.table("parameters", "Parameters that this policy changes.", parameters);
    Written {
        place: table.place("name"),
        extends: extends.map(|name| (name, table.place("extends"))),
        remove,
        remove_place: table.place("remove"),
        instruments,
        clusters,
        sound: table.sound(),
        policy: Policy {
            title: title.unwrap_or_else(|| name.clone()),
            name,
            description: description.trim().to_owned(),
            source: source.trim().to_owned(),
            instruments: Vec::new(),
            clusters: Vec::new(),
            parameters,
        },
    }
}

const INSTRUMENTS: &str = "What the state pays, requires or allows. Their order changes nothing, but that of two of one kind which could pay \
                           for the same help or post, the earlier comes first.";

/// The keys of a table of parameters: the registry's names, ranges and units.
pub(super) fn parameters(table: &mut Table<'_>) -> Vec<(ParameterId, f64)> {
    table.catalogue("parameters that `barnraise describe` lists");
    let mut set = Vec::new();
    for id in ParameterId::all() {
        let info = id.info();
        let doc = format!("{}. Default: {}.", info.title, info.default);
        if let Some(value) = table.optional(info.name, &doc, &Number::new(info.unit, info.range.0, info.range.1)) {
            set.push((id, value));
        }
    }
    set
}

/// Lays a policy over the one that it extends.
fn overlay(table: &Table<'_>, written: Written, earlier: &[Policy], all_names: &[String]) -> Policy {
    let base = written.extends.as_ref().and_then(|(name, place)| base(table, name, place, earlier, all_names));
    let mut policy = written.policy;
    // What a refused policy would have held is unknown, and so is what may be removed from its base.
    if written.sound {
        check_removals(table, &written.remove, &written.remove_place, base, written.extends.is_some());
    }
    if let Some(base) = base {
        let kept = base.instruments.iter().filter(|instrument| !written.remove.contains(&instrument.name));
        policy.instruments = kept.cloned().collect();
        policy.clusters.clone_from(&base.clusters);
        let own = std::mem::take(&mut policy.parameters);
        let inherited = base.parameters.iter().filter(|(id, _)| own.iter().all(|(changed, _)| changed != id));
        policy.parameters = inherited.copied().chain(own.iter().copied()).collect();
    }
    for (instrument, place) in written.instruments {
        if written.sound && policy.instruments.iter().any(|other| other.name == instrument.name) {
            table.push(repeated(&policy, base, &instrument.name, place));
        }
        policy.instruments.push(instrument);
    }
    let (clusters, places): (Vec<_>, Vec<_>) =
        written.clusters.into_iter().map(|(cluster, place)| (cluster.clone(), (cluster.name, place))).unzip();
    policy.clusters.extend(clusters);
    if written.sound {
        clusters::check(table, &policy, &places);
    }
    policy
}

fn repeated(policy: &Policy, base: Option<&Policy>, name: &str, place: Place) -> Problem {
    let inherited = base.is_some_and(|base| base.instruments.iter().any(|other| other.name == name));
    let hint = if inherited {
        format!("to replace the one taken over, add `remove = [\"{name}\"]`; else give this one a `name` of its own")
    } else {
        "give one of them a `name` of its own".to_owned()
    };
    Problem::new(place, format!("policy \"{}\" has two instruments named \"{name}\"", policy.name))
        .expected("a name of its own for every instrument (its kind where no name is given)")
        .hint(hint)
}

fn base<'p>(
    table: &Table<'_>,
    name: &str,
    place: &Place,
    earlier: &'p [Policy],
    all_names: &[String],
) -> Option<&'p Policy> {
    let base = earlier.iter().find(|policy| policy.name == name);
    // A policy whose own name was refused may be the one that is meant.
    if base.is_none() && !name.is_empty() && all_names.iter().all(|name| !name.is_empty()) {
        let names = earlier.iter().map(|policy| policy.name.as_str());
        let hint = if all_names.iter().any(|other| other == name) {
            "a policy can only extend one that stands before it: move it down".to_owned()
        } else {
            nearest(name, names.clone()).map(|name| format!("did you mean \"{name}\"?")).unwrap_or_default()
        };
        let expected = match names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "an earlier policy, but this is the first".to_owned(),
            names => format!("one of the earlier policies: {names}"),
        };
        let problem = Problem::new(place.clone(), format!("there is no policy \"{name}\" before this one"));
        table.push(problem.expected(expected).hint(hint));
    }
    base
}

fn check_removals(table: &Table<'_>, remove: &[String], place: &Place, base: Option<&Policy>, extends: bool) {
    if !remove.is_empty() && !extends {
        let problem = Problem::new(place.clone(), "`remove` has nothing to remove from");
        table.push(
            problem.expected("`extends = \"...\"` beside it").hint("name the policy to extend, or delete `remove`"),
        );
    }
    let Some(base) = base else { return };
    let names = || base.instruments.iter().map(|instrument| instrument.name.as_str());
    for name in remove.iter().filter(|name| names().all(|other| other != name.as_str())) {
        let hint = nearest(name, names()).map(|name| format!("did you mean \"{name}\"?")).unwrap_or_default();
        let list = names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let expected =
            if list.is_empty() { "no name: it has no instruments".to_owned() } else { format!("one of: {list}") };
        let what = format!("policy \"{}\" has no instrument \"{name}\" to remove", base.name);
        table.push(Problem::new(place.clone(), what).expected(expected).hint(hint));
    }
}
