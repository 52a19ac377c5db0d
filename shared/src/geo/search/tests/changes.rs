//! Between two pages rows come, go, and move to another time. Those that stay as they are are seen exactly once.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[derive(Clone, Debug)]
enum Change {
    Insert(Way, u32),
    Cancel(prop::sample::Index),
    Reschedule(prop::sample::Index, u32),
}

/// What happens after each page, over and over.
fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        (near(), 0_u32..400_000).prop_map(|(way, minute)| Change::Insert(way, minute)),
        any::<prop::sample::Index>().prop_map(Change::Cancel),
        (any::<prop::sample::Index>(), 0_u32..400_000)
            .prop_map(|(which, minute)| Change::Reschedule(which, minute)),
    ];
    prop::collection::vec(prop::collection::vec(change, 0..8), 1..4)
}

/// A world in which things change.
struct Changing {
    rows: BTreeMap<String, Row>,
    inserted: usize,
    /// Rows that nothing has happened to.
    steady: BTreeSet<usize>,
}

impl Changing {
    fn new(scene: &Scene) -> Self {
        let rows: BTreeMap<_, _> = scene.rows.iter().cloned().collect();
        let steady = scene.matches().filter(|(key, _)| scene.in_window(key)).map(|(_, row)| row.id).collect();
        Self { rows, inserted: 0, steady }
    }

    fn change(&mut self, scene: &Scene, change: &Change) {
        match change {
            Change::Insert(way, minute) => {
                self.inserted += 1;
                let id = 100_000 + self.inserted;
                self.rows.insert(key(*minute, id), Row { id, place: way.from(&scene.circle), kind: 0 });
            }
            Change::Cancel(which) => {
                self.take(*which);
            }
            Change::Reschedule(which, minute) => {
                if let Some(row) = self.take(*which) {
                    self.rows.insert(key(*minute, row.id), row);
                }
            }
        }
    }

    fn take(&mut self, which: prop::sample::Index) -> Option<Row> {
        if self.rows.is_empty() {
            return None;
        }
        let key = self.rows.keys().nth(which.index(self.rows.len()))?.clone();
        let row = self.rows.remove(&key)?;
        self.steady.remove(&row.id);
        Some(row)
    }
}

/// Pages through a changing world, and checks what was seen of its steady rows.
fn page_through<K: Clone>(
    scene: &Scene,
    changes: &[Vec<Change>],
    search: impl Fn(&Events, &Wanted<K>) -> Found<K, Row>,
) {
    let mut world = Changing::new(scene);
    let mut wanted = Wanted { after: None, limit: scene.limit, budget: scene.budget };
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    // A world that grows faster than its pages are read has no end, so there is one to its changes.
    let quiet = Vec::new();
    let changes = changes.iter().cycle().take(50).chain(std::iter::repeat(&quiet));
    for (page, changes) in changes.enumerate() {
        assert!(page < 2_000, "the pages have no end");
        let page = search(&Events::new(&world.rows), &wanted);
        for (_, row) in page.rows {
            *seen.entry(row.id).or_default() += 1;
        }
        let Some(next) = page.next else { break };
        wanted.after = Some(next);
        for change in changes {
            world.change(scene, change);
        }
    }
    for id in world.steady {
        assert_eq!(seen.get(&id), Some(&1), "row {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn by_date_what_stays_is_seen_exactly_once(scene in scene(), changes in changes()) {
        let scene = Scene { limit: 1 + scene.limit / 4, ..scene };
        let window = (&*scene.from, &*scene.to);
        page_through(&scene, &changes, |events, wanted| {
            now(by_date(events, &scene.circle, window, |row| scene.keeps(row), wanted))
        });
    }

    #[test]
    fn by_distance_what_stays_is_seen_exactly_once(scene in scene(), changes in changes()) {
        let scene = Scene { limit: 1 + scene.limit / 4, ..scene };
        let layout = Layout::Time { from: &scene.from, to: &scene.to };
        page_through(&scene, &changes, |events, wanted| {
            now(by_distance(events, &scene.circle, layout, |row| scene.keeps(row), wanted))
        });
    }
}
