use super::*;

/// All pages of a search. Fails if one does not get further or is longer than wanted.
fn all_pages<K: Clone + Ord + std::fmt::Debug>(
    scene: &Scene,
    search: impl Fn(&Wanted<K>) -> Found<K, Row>,
) -> Vec<(K, usize)> {
    let mut wanted = Wanted { after: None, limit: scene.limit, budget: scene.budget };
    let mut all = Vec::new();
    loop {
        let page = search(&wanted);
        assert!(page.rows.len() <= scene.limit);
        assert!(page.partial || page.next.is_none() || page.rows.len() == scene.limit);
        all.extend(page.rows.into_iter().map(|(key, row)| (key, row.id)));
        let Some(next) = page.next else { return all };
        assert!(wanted.after.is_none_or(|after| after < next), "{next:?}");
        wanted.after = Some(next);
    }
}

fn sorted<K: Ord>(rows: impl Iterator<Item = (K, usize)>) -> Vec<(K, usize)> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

fn by_distance_of(
    scene: &Scene,
    keys: impl Fn(&(String, Row)) -> Option<String>,
) -> Vec<((u64, String), usize)> {
    let found = scene.matches().filter_map(|entry| {
        let distance = scene.circle.centre.distance(entry.1.place);
        Some(((distance, keys(entry)?), entry.1.id))
    });
    sorted(found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn by_date_finds_what_is_in_the_circle(scene in scene()) {
        let events = Events::new(scene.rows.iter().map(|(key, row)| (key, row)));
        let window = (&*scene.from, &*scene.to);
        let found = all_pages(&scene, |wanted| {
            now(by_date(&events, &scene.circle, window, |row| scene.keeps(row), wanted))
        });
        let rows = scene.matches().filter(|(key, _)| scene.in_window(key));
        prop_assert_eq!(found, sorted(rows.map(|(key, row)| (key.clone(), row.id))));
    }

    #[test]
    fn by_distance_finds_what_is_in_the_circle(scene in scene()) {
        let events = Events::new(scene.rows.iter().map(|(key, row)| (key, row)));
        let layout = Layout::Time { from: &scene.from, to: &scene.to };
        let found = all_pages(&scene, |wanted| {
            now(by_distance(&events, &scene.circle, layout, |row| scene.keeps(row), wanted))
        });
        let rows = by_distance_of(&scene, |(key, _)| scene.in_window(key).then(|| key.clone()));
        prop_assert_eq!(found, rows);
    }

    #[test]
    fn people_are_found_by_distance(scene in scene()) {
        let people = People::new(scene.rows.iter().map(|(_, row)| row));
        let found = all_pages(&scene, |wanted| {
            now(by_distance(&people, &scene.circle, Layout::Place, |row| scene.keeps(row), wanted))
        });
        prop_assert_eq!(found, by_distance_of(&scene, |(_, row)| Some(People::key(row))));
    }

    #[test]
    fn without_a_place_all_months_are_merged(scene in scene()) {
        let mut calendar = Calendar::default();
        for (key, row) in &scene.rows {
            calendar.0.put(&format!("{}#{}", row.kind, &key[..7]), key, row);
        }
        let months = || (1..=12).map(|month| (format!("2026-{month:02}"), format!("2026-{:02}", month + 1)));
        let streams = (0..scene.kinds).flat_map(|kind| months().map(move |month| (kind, month)));
        let streams: Vec<_> = streams.map(|(kind, (month, end))| Stream {
            partition: format!("{kind}#{month}"),
            from: scene.from.clone().max(month),
            to: scene.to.clone().min(end),
        }).collect();
        let found = all_pages(&scene, |wanted| now(merged(&calendar, streams.clone(), |_| true, wanted)));
        let rows = scene.rows.iter().filter(|(key, row)| scene.keeps(row) && scene.in_window(key));
        prop_assert_eq!(found, sorted(rows.map(|(key, row)| (key.clone(), row.id))));
    }
}

/// So many rows outside of the circle that it pays to go down to smaller cells, and so many inside that a page ends
/// before all is read.
#[test]
fn in_a_city_the_search_goes_down_to_smaller_cells() {
    for (radius, lat, lng) in [(10_000_000, 48.85, 2.35), (2_000_000, 0.01, 179.99), (700_000, -33.9, 151.2)]
    {
        let circle = Circle { centre: Point::new(lat, lng), radius };
        let rows = (0..4_000_u32).map(|id| {
            // Multiples of two irrational numbers are spread evenly.
            let spread = |by: f64| ((f64::from(id) * by).fract() - 0.5) * 0.5;
            let place = Point::new(lat + spread(0.618_034), lng + spread(0.414_214));
            let minute = id * 7_919 % 400_000;
            (key(minute, id as usize), Row { id: id as usize, place, kind: 0 })
        });
        let rows: Vec<_> = rows.collect();
        let (from, to) = (moment(0), moment(400_000));
        let scene = Scene { circle, rows, kinds: 1, from, to, limit: 20, budget: Budget::default() };
        let events = Events::new(scene.rows.iter().map(|(key, row)| (key, row)));
        let found = all_pages(&scene, |wanted| {
            now(by_date(&events, &circle, (&scene.from, &scene.to), |_| true, wanted))
        });
        assert_eq!(found, sorted(scene.matches().map(|(key, row)| (key.clone(), row.id))));
        let layout = Layout::Time { from: &scene.from, to: &scene.to };
        let found = all_pages(&scene, |wanted| now(by_distance(&events, &circle, layout, |_| true, wanted)));
        assert_eq!(found, by_distance_of(&scene, |(key, _)| Some(key.clone())));
        let people = People::new(scene.rows.iter().map(|(_, row)| row));
        let found =
            all_pages(&scene, |wanted| now(by_distance(&people, &circle, Layout::Place, |_| true, wanted)));
        assert_eq!(found, by_distance_of(&scene, |(_, row)| Some(People::key(row))));
    }
}

/// One address, as it may be when a festival announces every single concert.
#[test]
fn a_crowd_at_one_address_gets_through_any_budget() {
    let circle = Circle { centre: Point::new(48.85, 2.35), radius: 1_000_000 };
    let row = |id| Row { id, place: Point::new(48.851, 2.351), kind: 0 };
    let rows: Vec<_> = (0..1_300_u32).map(|id| (key(id / 3, id as usize), row(id as usize))).collect();
    let budget = Budget { calls: 6, items: 100 };
    let (from, to) = (moment(0), moment(400_000));
    let scene = Scene { circle, rows, kinds: 1, from, to, limit: 100, budget };
    let events = Events::new(scene.rows.iter().map(|(key, row)| (key, row)));
    let layout = Layout::Time { from: &scene.from, to: &scene.to };
    let found = all_pages(&scene, |wanted| now(by_distance(&events, &circle, layout, |_| true, wanted)));
    assert_eq!(found.len(), 1_300);
    let found = all_pages(&scene, |wanted| {
        now(by_date(&events, &circle, (&scene.from, &scene.to), |_| true, wanted))
    });
    assert_eq!(found.len(), 1_300);
}

#[test]
fn where_there_is_nothing_it_takes_two_rounds_to_know() {
    let events = Events(Table::default());
    for (lat, lng) in [(0.0, 0.0), (45.7, 5.7), (-33.9, 179.9), (47.0, 8.0), (89.0, 0.0)] {
        let circle = Circle { centre: Point::new(lat, lng), radius: 200_000_000 };
        let wanted = Wanted { after: None, limit: 20, budget: Budget::default() };
        let (from, to) = (moment(0), moment(400_000));
        let layout = Layout::Time { from: &from, to: &to };
        let page = now(by_distance(&events, &circle, layout, |_| true, &wanted));
        assert!(page.rows.is_empty() && page.next.is_none() && !page.partial);
        assert!(page.cost.calls <= 20 && page.cost.rounds <= 2, "{lat} {lng}: {:?}", page.cost);
        let wanted = Wanted { after: None, limit: 20, budget: Budget::default() };
        let page = now(by_date(&events, &circle, (&from, &to), |_| true, &wanted));
        assert!(page.cost.calls <= 20 && page.cost.rounds <= 2, "{lat} {lng}: {:?}", page.cost);
    }
}
