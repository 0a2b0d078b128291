//! Charts of made-up figures, usual and ugly, drawn for real. `BARNRAISE_SAMPLES=<folder>` keeps the
//! pictures for a person to look at; otherwise they go to a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::events::Form;
use crate::model::outcomes::Better;

const LONG: &str = "Three-year cluster grant with a required reorganisation vote at its end (North Dakota House Bill 1507 of 1989, \
as amended), followed by nothing at all";
const POLICIES: [&str; 8] = [
    "No incentive",
    "Three-year cluster grant",
    "Cluster grant, then a required reorganisation vote (HB 1507)",
    "Three-year tapered merger grant",
    "Cluster grant with paid coordinator and tapering end",
    "Floor of 100 pupils",
    "Sharing weight",
    LONG,
];
const CAPTION: &str =
    "Line: median; bands: 50 % and 90 % of 1,000 futures; seed 1507; synthetic region of 50 districts.";

fn years() -> Vec<i32> {
    (2025..2045).collect()
}

/// Figures that look like noise and are the same each time.
fn noise(place: usize) -> f64 {
    let seed = (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn quantiles(policy: usize, scale: f64) -> Vec<[f64; 5]> {
    (0..20)
        .map(|year| {
            let slope = 0.011 + 0.004 * noise(policy);
            let middle = 0.93 - slope * f64::from(year) + 0.01 * noise(policy * 20 + year as usize);
            let spread = 0.004 * (f64::from(year) + 1.0).sqrt() + 0.01;
            [-4.0, -1.6, 0.0, 1.5, 3.0].map(|by| (middle + by * spread).min(1.0) * scale)
        })
        .collect()
}

fn fan(policies: &[&str], share: bool) -> FanChart {
    let scale = if share { 1.0 } else { 18_000.0 };
    let panels = policies.iter().enumerate();
    FanChart {
        title: "Pupils in viable districts".into(),
        unit: if share { "share".into() } else { "$ a pupil".into() },
        caption: CAPTION.into(),
        years: years(),
        panels: panels
            .map(|(place, title)| FanPanel {
                title: (*title).into(),
                quantiles: quantiles(place, scale),
                observed: Vec::new(),
            })
            .collect(),
        baseline: Some(quantiles(0, scale).iter().map(|five| five[2]).collect()),
        share,
    }
}

fn flat_fan(value: f64, share: bool) -> FanChart {
    let mut chart = fan(&POLICIES[..2], share);
    chart.panels.iter_mut().for_each(|panel| panel.quantiles.fill([value; 5]));
    chart.baseline = Some(vec![value; 20]);
    chart
}

fn gappy_fan() -> FanChart {
    let mut chart = fan(&POLICIES[..3], true);
    chart.panels[1].quantiles[..6].fill([f64::NAN; 5]);
    chart.panels[1].quantiles[10] = [f64::NAN; 5];
    chart.panels[1].quantiles[12] = [f64::NAN; 5];
    chart.panels[2].quantiles.fill([f64::NAN; 5]);
    chart
}

fn difference(policy: usize, scale: f64) -> Difference {
    let middle = (noise(policy + 40) - 0.4) * scale;
    let spread = scale * 0.22 * (0.3 + noise(policy + 70));
    let quantiles = [-1.7, -0.7, 0.0, 0.7, 1.6].map(|by| middle + by * spread);
    Difference { quantiles, favourable: (500.0 + 480.0 * middle / scale) as u32, futures: 1000 }
}

fn differences(policies: &[&str], outcomes: usize) -> DifferencesChart {
    let registry = [
        ("Pupils in viable districts", "share", true, 1, Better::Higher, 0.1),
        ("Clusters alive 3 years after the money", "share", true, 1, Better::Higher, 0.4),
        ("High-school courses", "courses", false, 1, Better::Higher, 6.0),
        ("Spending per pupil", "$ a pupil", false, 0, Better::Lower, 1500.0),
        ("Districts ended by merger", "districts", false, 0, Better::Neither, 12.0),
        ("State outlay on instruments", "million $", false, 2, Better::Lower, 30.0),
    ];
    let panel =
        |(place, &(title, unit, share, decimals, better, scale)): (usize, &(&str, &str, bool, usize, Better, f64))| {
            DifferencePanel {
                title: title.into(),
                unit: unit.into(),
                share,
                decimals,
                better,
                rows: (0..policies.len()).map(|policy| difference(place * 10 + policy, scale)).collect(),
            }
        };
    DifferencesChart {
        title: "What each policy changes against no incentive after 20 years".into(),
        caption: "Each point: median of the paired difference over 1,000 futures that all policies share; seed 1507; synthetic region of 50 districts.".into(),
        baseline: "No incentive".into(),
        policies: policies.iter().map(|policy| (*policy).into()).collect(),
        panels: registry[..outcomes].iter().enumerate().map(panel).collect(),
    }
}

fn map(policies: &[&str], communities: usize) -> MapChart {
    let community = |place: usize| Community {
        x: 120.0 * noise(place * 3),
        y: 80.0 * noise(place * 3 + 1),
        pupils: 40.0 + 1500.0 * noise(place * 3 + 2) * noise(place * 3 + 2) * noise(place * 3 + 2),
    };
    let mut start = [0.0; 7];
    start[Form::Alone as usize] = 1.0;
    let mut panels = vec![MapPanel {
        title: "At the start, 2025".into(),
        shares: vec![start; communities],
        hosts: vec![None; communities],
    }];
    for (policy, title) in policies.iter().enumerate() {
        let shares = |place: usize| {
            let mut shares: [f64; 7] = std::array::from_fn(|form| noise(place * 7 + form + policy * 977));
            shares[place % 7] += 2.0 * noise(place + policy);
            let total: f64 = shares.iter().map(|share| share * share * share).sum();
            shares.map(|share| share * share * share / total)
        };
        let hosts = |place: usize| {
            let all = shares(place);
            (all[Form::Merged as usize] + all[Form::Dissolved as usize] > 0.5).then_some((place + 1) % communities)
        };
        let shares_of_all = (0..communities).map(shares).collect();
        panels.push(MapPanel {
            title: (*title).into(),
            shares: shares_of_all,
            hosts: (0..communities).map(hosts).collect(),
        });
    }
    MapChart {
        title: "What becomes of the communities by 2044".into(),
        caption: "Slices: share of 1,000 futures in which the community ends up so; seed 1507; synthetic region of 50 districts."
            .into(),
        communities: (0..communities).map(community).collect(),
        panels,
        one_future: false,
    }
}

fn timeline(policies: &[&str]) -> TimelineChart {
    let counts = |policy: usize, year: usize| {
        let time = year as f64 / 20.0;
        let (merged, dissolved) = (time * 10.0 * noise(policy), time * time * 6.0);
        let (network, cluster) = (4.0 * time, 22.0 * time * (1.0 - time) * (1.0 + noise(policy + 9)));
        let (consortium, federation) = (3.0 * time * noise(policy + 3), 1.0 * time);
        let alone = 50.0 - merged - dissolved - network - cluster - consortium - federation;
        [alone, network, cluster, consortium, federation, merged, dissolved]
    };
    let panel = |(policy, title): (usize, &&str)| TimelinePanel {
        title: (*title).into(),
        counts: (0..20).map(|year| counts(policy, year)).collect(),
    };
    TimelineChart {
        title: "What becomes of the 50 districts of the start".into(),
        caption: "Mean count over 1,000 futures; seed 1507; synthetic region of 50 districts.".into(),
        years: years(),
        panels: policies.iter().enumerate().map(panel).collect(),
    }
}

fn single_year() -> TimelineChart {
    let mut chart = timeline(&POLICIES[..1]);
    chart.years.truncate(1);
    chart.panels[0].counts = vec![[20.0, 5.0, 10.0, 0.0, 0.0, 10.0, 5.0]];
    chart
}

fn hostile() -> FanChart {
    let nasty = "<b onload=\"x\">&amp; ' \u{1}\u{7} ünïcode 学校 ";
    let mut chart = fan(&[nasty, LONG], true);
    chart.title = nasty.repeat(9);
    chart.caption = LONG.repeat(4);
    chart
}

fn zero_differences() -> DifferencesChart {
    let mut chart = differences(&[POLICIES[1], LONG], 3);
    chart.panels[0].rows = vec![Difference { quantiles: [0.0; 5], favourable: 0, futures: 1000 }; 2];
    chart.panels[1].rows = vec![Difference { quantiles: [f64::NAN; 5], favourable: 0, futures: 0 }; 2];
    chart
}

fn lone_map() -> MapChart {
    let mut chart = map(&POLICIES[..1], 1);
    chart.panels[1].shares = vec![[f64::NAN; 7]];
    chart
}

/// Every sample by its name.
/// Usual intervals, one beyond its scale, one without figures and one whose scale is a point.
fn ranges(rows: usize) -> RangesChart {
    let row = |place: usize| {
        let middle = noise(place);
        let lower = if place == 3 { f64::NAN } else { 3.0 * noise(place + 50) };
        RangeRow {
            label: if place == 1 { LONG.to_owned() } else { format!("Clusters at work {place} years after the money") },
            scale: [-1.0, if place == 4 { -1.0 } else { 2_000.0_f64.min(2.0 + place as f64) }],
            decimals: place % 4,
            intervals: [[middle - 0.5, middle, middle + 0.5], [lower - 0.3, lower, lower + 0.4]],
        }
    };
    let series = ["published, with its tolerance".to_owned(), "simulated, median and 90 %".to_owned()];
    RangesChart { title: LONG.to_owned(), caption: CAPTION.to_owned(), series, rows: (0..rows).map(row).collect() }
}

fn samples() -> Vec<(&'static str, Result<String, PlotError>)> {
    vec![
        ("fan-5", fan(&POLICIES[..5], true).svg()),
        ("fan-8-dollars", fan(&POLICIES, false).svg()),
        ("fan-1", fan(&POLICIES[..1], true).svg()),
        ("fan-none", fan(&[], true).svg()),
        ("fan-constant", flat_fan(0.0, false).svg()),
        ("fan-all-whole", flat_fan(1.0, true).svg()),
        ("fan-gaps", gappy_fan().svg()),
        ("fan-missing", flat_fan(f64::NAN, true).svg()),
        ("fan-hostile", hostile().svg()),
        ("differences-4x6", differences(&POLICIES[1..5], 6).svg()),
        ("differences-7x6", differences(&POLICIES[1..], 6).svg()),
        ("differences-1x1", differences(&POLICIES[1..2], 1).svg()),
        ("differences-zero", zero_differences().svg()),
        ("differences-none", differences(&[], 0).svg()),
        ("map-5", map(&POLICIES[..5], 50).svg()),
        ("map-8-173", map(&POLICIES, 173).svg()),
        ("map-1", map(&POLICIES[2..3], 50).svg()),
        ("map-lone", lone_map().svg()),
        ("map-none", map(&[], 0).svg()),
        ("timeline-5", timeline(&POLICIES[..5]).svg()),
        ("timeline-8", timeline(&POLICIES).svg()),
        ("timeline-1", timeline(&POLICIES[..1]).svg()),
        ("timeline-single-year", single_year().svg()),
        ("ranges-20", ranges(20).svg()),
        ("ranges-none", ranges(0).svg()),
    ]
}

fn draw_into(folder: &Path) -> Vec<PathBuf> {
    let draw = |(name, svg): (&str, Result<String, PlotError>)| {
        let svg = svg.unwrap_or_else(|error| panic!("{name}: {error}"));
        let picture = folder.join(format!("{name}.png"));
        fs::write(&picture, png(&svg, 1.0).unwrap_or_else(|error| panic!("{name}: {error}"))).unwrap();
        fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
        picture
    };
    samples().into_iter().map(draw).collect()
}

#[test]
fn usual_and_ugly_figures_all_become_pictures() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("BARNRAISE_SAMPLES").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    fs::create_dir_all(&folder).unwrap();
    for picture in draw_into(&folder) {
        let bytes = fs::read(&picture).unwrap();
        assert_eq!(bytes[16..20], 1600_u32.to_be_bytes(), "{}", picture.display());
    }
}

#[test]
fn the_same_figures_give_the_same_bytes() {
    let texts = || samples().into_iter().map(|(_, svg)| svg.unwrap()).collect::<Vec<_>>();
    assert_eq!(texts(), texts());
}

#[test]
fn no_text_leaves_the_sheet_or_is_too_small_to_read() {
    for (name, svg) in samples() {
        let svg = svg.unwrap();
        let tree = resvg::usvg::Tree::from_str(&svg, &raster::options()).unwrap();
        let mut texts = Vec::new();
        collect_texts(tree.root(), &mut texts);
        assert!(!texts.is_empty(), "{name} says something");
        for (text, bounds) in texts {
            let inside = bounds.left() >= 0.0
                && bounds.top() >= 0.0
                && bounds.right() <= 1600.0
                && bounds.bottom() <= tree.size().height();
            assert!(inside, "{name}: `{text}` leaves the sheet: {bounds:?}");
        }
        for size in svg.split("font-size=\"").skip(1) {
            let size: f64 = size.split('"').next().unwrap().parse().unwrap();
            assert!(size / 8.0 >= 21.99, "{name}: text of {} pixels", size / 8.0);
        }
    }
}

#[test]
fn no_two_texts_overlap() {
    for (name, svg) in samples() {
        let tree = resvg::usvg::Tree::from_str(&svg.unwrap(), &raster::options()).unwrap();
        let mut texts = Vec::new();
        collect_texts(tree.root(), &mut texts);
        for (place, (text, a)) in texts.iter().enumerate() {
            for (other, b) in &texts[..place] {
                let (across, down) = (
                    a.right().min(b.right()) - a.left().max(b.left()),
                    a.bottom().min(b.bottom()) - a.top().max(b.top()),
                );
                assert!(across < 1.0 || down < 1.0, "{name}: `{text}` and `{other}` overlap: {a:?} {b:?}");
            }
        }
    }
}

fn collect_texts(group: &resvg::usvg::Group, texts: &mut Vec<(String, resvg::tiny_skia::Rect)>) {
    for node in group.children() {
        match node {
            resvg::usvg::Node::Group(inner) => collect_texts(inner, texts),
            resvg::usvg::Node::Text(text) => {
                let words = text.chunks().iter().map(|chunk| chunk.text().to_owned()).collect();
                texts.push((words, text.abs_bounding_box()));
            }
            _ => {}
        }
    }
}
