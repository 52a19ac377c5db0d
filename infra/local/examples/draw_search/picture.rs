//! The whole picture: two panels, their costs and a legend.

use std::fmt::Write;

use crate::{
    map::Map,
    panel::{Panel, Scene},
};

/// Colours of rounds, each of them legible on white.
pub(crate) const ROUNDS: [&str; 5] = ["#1f5fb4", "#b45309", "#7c3aed", "#0f766e", "#be185d"];
pub(crate) const INK: &str = "#1f2937";
pub(crate) const GREY: &str = "#b6bcc6";

const WIDTH: f64 = 1240.0;
const MARGIN: f64 = 30.0;
/// Of a panel's map, and how many kilometres it reaches from the centre.
const MAP: f64 = 575.0;
const REACH: f64 = 14.5;
const MAP_TOP: f64 = 128.0;
/// From one round of a list to the next.
pub(crate) const ROW: f64 = 20.0;

const STYLE: &str = "\
text{font:14px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\
.code,.cell{font:12px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}\
.cell{font-weight:700;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\
.town{text-anchor:middle;fill:#9aa3b0;font-style:italic;letter-spacing:1px}\
.page{r:8.5px;fill:#dc2626;stroke:#fff;stroke-width:1.5px}\
.rank{font-size:10px;font-weight:700;fill:#fff;text-anchor:middle}\
.later{r:3.8px;fill:#fff;stroke:#dc2626;stroke-width:1.8px}\
.outside{fill:none;stroke:#4b5563;stroke-width:1.6px}\
";

/// The picture of the panels, as an SVG file.
pub(crate) fn draw(scene: &Scene<'_>, panels: &[Panel; 2], about: &str) -> String {
    let most = panels.iter().map(|panel| panel.cost.rounds).max().unwrap_or_default();
    let reads_top = MAP_TOP + MAP + 12.0;
    let legend_top = reads_top + number(most) * ROW + 40.0;
    let height = legend_top + 66.0;
    let mut svg = String::new();
    head(&mut svg, height, panels, about);
    let map = Map::new(scene.circle.centre, MAP, REACH);
    let lefts = [MARGIN, WIDTH - MARGIN - MAP];
    for (panel, left) in panels.iter().zip(lefts) {
        title(&mut svg, panel, left);
        let _ = writeln!(
            svg,
            "<svg x=\"{left}\" y=\"{MAP_TOP}\" width=\"{MAP}\" height=\"{MAP}\">\
             <rect width=\"{MAP}\" height=\"{MAP}\" fill=\"#fff\"/>"
        );
        panel.draw(&mut svg, scene, &map);
        scale(&mut svg, &map);
        let _ = writeln!(
            svg,
            "<rect x=\"0.5\" y=\"0.5\" width=\"{0}\" height=\"{0}\" fill=\"none\" stroke=\"#cbd5e1\"/></svg>",
            MAP - 1.0
        );
        panel.reads(&mut svg, (left, reads_top));
    }
    legend(&mut svg, legend_top, most);
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn head(svg: &mut String, height: f64, panels: &[Panel; 2], about: &str) {
    let [costs_by_date, costs_by_distance] = [&panels[0], &panels[1]].map(Panel::costs);
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title description\">\n\
         <title id=\"title\">What two searches for events read, {about}</title>\n\
         <desc id=\"description\">Two maps of the same circle over the same events, with the cells of the grid that \
         were read, coloured by round. By date: {costs_by_date}. By distance: {costs_by_distance}. In both, the city's \
         cell lies mostly outside the circle; its smaller cells take its place.</desc>\n\
         <style>{STYLE}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" rx=\"14\" fill=\"#f8fafc\"/>\n\
         <g fill=\"{INK}\">\n\
         <text x=\"{MARGIN}\" y=\"48\" style=\"font-size:26px;font-weight:700\">What a search reads</text>\n\
         <text x=\"{MARGIN}\" y=\"74\" style=\"font-size:15px\" fill=\"#475569\">The first page of 20 events, {about}, \
         in a generated world</text>"
    );
}

fn title(svg: &mut String, panel: &Panel, left: f64) {
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{0}\" style=\"font-size:19px;font-weight:700\">{1}</text>\
         <text x=\"{2}\" y=\"{0}\" text-anchor=\"end\">{3}</text>",
        MAP_TOP - 12.0,
        panel.name,
        left + MAP,
        panel.costs()
    );
}

/// Five kilometres.
fn scale(svg: &mut String, map: &Map) {
    let (length, y) = (5.0 * map.scale, map.size - 14.0);
    let left = map.size - length - 14.0;
    let _ = writeln!(
        svg,
        "<path d=\"M{left:.1} {0:.1}v6h{length:.1}v-6\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"2\"/>\
         <text x=\"{1:.1}\" y=\"{2:.1}\" class=\"cell\" text-anchor=\"middle\">5 km</text>",
        y - 6.0,
        left + length / 2.0,
        y - 8.0
    );
}

fn legend(svg: &mut String, top: f64, rounds: usize) {
    let _ = writeln!(svg, "<path d=\"M{MARGIN} {0}H{1}\" stroke=\"#cbd5e1\"/>", top - 16.0, WIDTH - MARGIN);
    let middle = |row: f64| top + 8.0 + row * 26.0;
    let events = [
        (
            "<circle class=\"page\"/><text y=\"3.5\" class=\"rank\">1</text>",
            "on the page, in its order; a venue may hide several",
            0.0,
        ),
        ("<circle class=\"later\"/>", "read, for a later page", 420.0),
        ("<path d=\"M-3 -3l6 6m0 -6l-6 6\" class=\"outside\"/>", "read in vain, outside the circle", 630.0),
        ("<circle r=\"2.2\" fill=\"#8b93a1\"/>", "not read", 905.0),
        ("<circle r=\"8.5\" fill=\"none\" stroke=\"#1f2937\" stroke-width=\"2.4\"/>", "the circle", 1030.0),
    ];
    for (symbol, words, left) in events {
        entry(svg, symbol, words, (MARGIN + left, middle(0.0)));
    }
    for round in 1..=rounds {
        let symbol = square(crate::panel::colour(round), 0.13, "");
        let words = if round == 1 { "a cell first read in round 1" } else { &format!("in round {round}") };
        let left = if round == 1 { 0.0 } else { 102.0 + number(round - 1) * 115.0 };
        entry(svg, &symbol, words, (MARGIN + left, middle(1.0)));
    }
    let left = MARGIN + 222.0 + number(rounds - 1) * 115.0;
    let words =
        "one that gave way to smaller cells; in the lists: the cell and how many events were read of it";
    entry(svg, &square(INK, 0.05, " stroke-dasharray=\"5 3\""), words, (left, middle(1.0)));
}

fn entry(svg: &mut String, symbol: &str, words: &str, (left, middle): (f64, f64)) {
    let _ = writeln!(
        svg,
        "<g transform=\"translate({} {middle})\">{symbol}</g><text x=\"{}\" y=\"{}\">{words}</text>",
        left + 9.0,
        left + 26.0,
        middle + 5.0
    );
}

fn square(colour: &str, fill: f64, dashes: &str) -> String {
    format!(
        "<rect x=\"-8\" y=\"-8\" width=\"16\" height=\"16\" fill=\"{colour}\" fill-opacity=\"{fill}\" \
         stroke=\"{colour}\" stroke-width=\"1.6\"{dashes}/>"
    )
}

/// As text of XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(crate) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
