//! One search on a map, and beside it what it read.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write};

use tunelink::geo::{Circle, Point, search::Cost};
use tunelink_local::world::City;

use crate::{
    events::{Reading, Row},
    map::Map,
    picture::{GREY, INK, ROUNDS, ROW, escaped, number},
};

/// What all searches are about.
pub(crate) struct Scene<'a> {
    pub(crate) circle: Circle,
    pub(crate) events: Vec<&'a Row>,
    pub(crate) cities: &'a [City],
}

/// A search.
pub(crate) struct Panel {
    pub(crate) name: &'static str,
    /// The first page, in its order.
    pub(crate) page: Vec<Row>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) cost: Cost,
}

/// A cell and the reads of it.
struct Drawn<'a> {
    readings: Vec<&'a Reading>,
    /// Whether smaller cells were read in its place.
    is_split: bool,
}

/// How many places are named at most.
const NAMES: usize = 8;

impl Panel {
    pub(crate) fn draw(&self, svg: &mut String, scene: &Scene<'_>, map: &Map) {
        let cells = self.cells();
        names(svg, scene, map);
        self.unread(svg, scene, map);
        for cell in cells.values() {
            cell.area(svg, map);
        }
        circle(svg, scene, map);
        self.events(svg, scene, map);
        for (key, cell) in &cells {
            cell.label(svg, map, key);
        }
    }

    /// What the page cost, in words.
    pub(crate) fn costs(&self) -> String {
        let Cost { calls, rounds, items } = self.cost;
        format!("{calls} calls in {rounds} rounds, {items} events read")
    }

    /// What was read, round by round.
    pub(crate) fn reads(&self, svg: &mut String, (left, top): (f64, f64)) {
        for round in 1..=self.cost.rounds {
            let y = top + number(round) * ROW;
            let of_round = self.readings.iter().filter(|reading| reading.round == round);
            let reads: Vec<_> =
                of_round.map(|reading| format!("{} {}", reading.cell.key(), reading.rows.len())).collect();
            let _ = writeln!(
                svg,
                "<text x=\"{left}\" y=\"{y}\" fill=\"{}\" font-weight=\"700\">Round {round}</text>\
                 <text x=\"{}\" y=\"{y}\" class=\"code\">{}</text>",
                colour(round),
                left + 66.0,
                reads.join(" · ")
            );
        }
    }

    /// By their keys, so that a cell comes before those within.
    fn cells(&self) -> BTreeMap<&str, Drawn<'_>> {
        let mut cells: BTreeMap<&str, Drawn<'_>> = BTreeMap::new();
        for reading in &self.readings {
            let cell = cells.entry(reading.cell.key());
            cell.or_insert(Drawn { readings: Vec::new(), is_split: false }).readings.push(reading);
        }
        for (key, cell) in &mut cells {
            let last = cell.readings.iter().map(|reading| reading.round).max();
            let within = |other: &Reading| other.cell.key() != *key && other.cell.key().starts_with(*key);
            cell.is_split = self.readings.iter().any(|other| within(other) && Some(other.round) > last);
        }
        cells
    }

    fn was_read(&self, row: &Row) -> bool {
        self.readings.iter().any(|reading| reading.rows.iter().any(|read| read.key == row.key))
    }

    fn unread(&self, svg: &mut String, scene: &Scene<'_>, map: &Map) {
        let unread = scene.events.iter().filter(|row| !self.was_read(row)).map(|row| map.at(row.place));
        for (x, y) in unread.filter(|at| map.shows(*at, 3.0)) {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.8\" fill=\"{GREY}\"/>");
        }
    }

    /// Those outside first, those on the page last and so on top.
    fn events(&self, svg: &mut String, scene: &Scene<'_>, map: &Map) {
        let on_page = |row: &Row| self.page.iter().any(|found| found.key == row.key);
        let read = || scene.events.iter().filter(|row| self.was_read(row) && !on_page(row));
        for row in read().filter(|row| !scene.circle.holds(row.place)) {
            cross(svg, map, row.place);
        }
        for row in read().filter(|row| scene.circle.holds(row.place)) {
            let (x, y) = map.at(row.place);
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" class=\"later\"/>");
        }
        for (at, row) in self.page.iter().enumerate().rev() {
            let (x, y) = map.at(row.place);
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" class=\"page\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" class=\"rank\">{}</text>",
                y + 3.4,
                at + 1
            );
        }
    }
}

impl Drawn<'_> {
    fn first_round(&self) -> usize {
        self.readings.iter().map(|reading| reading.round).min().unwrap_or(1)
    }

    fn area(&self, svg: &mut String, map: &Map) {
        let Some(frame) = self.readings.first().and_then(|reading| map.frame(&reading.cell)) else { return };
        let colour = colour(self.first_round());
        let (fill, dashes) = if self.is_split { (0.05, " stroke-dasharray=\"9 5\"") } else { (0.13, "") };
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\" fill-opacity=\"{fill}\" \
             stroke=\"{colour}\" stroke-width=\"1.6\"{dashes}/>",
            frame.left + 0.8,
            frame.top + 0.8,
            frame.width() - 1.6,
            frame.height() - 1.6,
        );
    }

    /// Each precision has its own corner, so that no label covers that of a cell around.
    fn label(&self, svg: &mut String, map: &Map, key: &str) {
        let Some(frame) = self.readings.first().and_then(|reading| map.frame(&reading.cell)) else { return };
        let (anchor, x, y) = match key.len() {
            3 => ("end", frame.right - 6.0, frame.top + 15.0),
            4 => ("start", frame.left + 6.0, frame.top + 16.0),
            5 => ("start", frame.left + 6.0, frame.bottom - 7.0),
            _ => ("middle", f64::midpoint(frame.left, frame.right), frame.top - 4.0),
        };
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{}\" text-anchor=\"{anchor}\" class=\"cell\">{key}</text>",
            colour(self.first_round()),
        );
    }
}

/// A round's colour, counted from 1.
pub(crate) fn colour(round: usize) -> &'static str {
    ROUNDS[(round - 1) % ROUNDS.len()]
}

fn cross(svg: &mut String, map: &Map, place: Point) {
    let (x, y) = map.at(place);
    if map.shows((x, y), 4.0) {
        let _ = writeln!(svg, "<path d=\"M{:.1} {:.1}l6 6m0 -6l-6 6\" class=\"outside\"/>", x - 3.0, y - 3.0);
    }
}

fn circle(svg: &mut String, scene: &Scene<'_>, map: &Map) {
    let (x, y) = map.at(scene.circle.centre);
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
    let radius = scene.circle.radius as f64 / 1e6 * map.scale;
    let _ = writeln!(
        svg,
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"2.4\"/>\
         <path d=\"M{:.1} {y:.1}h14m-7 -7v14\" stroke=\"{INK}\" stroke-width=\"2.4\"/>",
        x - 7.0
    );
}

/// The largest places first; the districts of a city are numbered and not places of their own.
fn names(svg: &mut String, scene: &Scene<'_>, map: &Map) {
    let mut cities: Vec<&City> = scene.cities.iter().filter(|city| city.country == "FR").collect();
    cities.retain(|city| !city.name.contains(char::is_numeric));
    cities.sort_by_key(|city| Reverse(city.population));
    let mut named: Vec<(f64, f64, f64)> = Vec::new();
    for city in cities {
        let (x, y) = map.at(Point::new(city.lat, city.lng));
        let size = if city.population > 200_000 { 22.0 } else { 13.0 };
        let half = number(city.name.chars().count()) * size * 0.32;
        let is_apart = |(other_x, other_y, other_half): &(f64, f64, f64)| {
            (x - other_x).abs() > half + other_half || (y - other_y).abs() > 20.0
        };
        let is_within = x > half && x < map.size - half && map.shows((x, y), 24.0);
        if is_within && named.iter().all(is_apart) {
            named.push((x, y, half));
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" class=\"town\" style=\"font-size:{size}px\">{}</text>",
                y - 9.0,
                escaped(&city.name)
            );
        }
        if named.len() == NAMES {
            break;
        }
    }
}
