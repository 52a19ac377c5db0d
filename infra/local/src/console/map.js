// A map without tiles: places as dots around the one that is searched, on a grid of degrees.

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 400;
/** Kilometres of a degree of latitude. */
const KM_PER_DEGREE = 111.2;

function element(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * Draws the circle that was searched and the events in it. Around one place, and no further than 200 km, a degree of
 * longitude is simply shorter by the cosine of the latitude.
 */
export function draw(svg, { lat, lng, radius, events, chosen, onChoose }) {
  const scale = SIZE / (radius * 2.15);
  const kmPerLongitude = KM_PER_DEGREE * Math.max(Math.cos((lat * Math.PI) / 180), 0.01);
  // Around the date line a neighbour has a longitude of the other sign.
  const east = (degrees) => ((degrees - lng + 540) % 360) - 180;
  const x = (degrees) => SIZE / 2 + east(degrees) * kmPerLongitude * scale;
  const y = (degrees) => SIZE / 2 - (degrees - lat) * KM_PER_DEGREE * scale;

  // What is drawn last is on top.
  const inOrder = [...events].sort((one, other) => (one.event_id === chosen) - (other.event_id === chosen));
  svg.setAttribute("viewBox", `0 0 ${SIZE} ${SIZE}`);
  svg.replaceChildren(
    ...graticule({ lat, lng, radius, kmPerLongitude, x, y }),
    element("circle", { class: "reach", cx: SIZE / 2, cy: SIZE / 2, r: radius * scale }),
    element("path", { class: "centre", d: `M${SIZE / 2 - 6} ${SIZE / 2}h12m-6 -6v12` }),
    ...inOrder.map((event) => dot(event, x(event.lng), y(event.lat), event.event_id === chosen, onChoose)),
    label(`${radius} km`, SIZE / 2, SIZE / 2 - radius * scale - 4, "middle"),
  );
}

function graticule({ lat, lng, radius, kmPerLongitude, x, y }) {
  const step = stepFor(radius);
  const lines = [];
  const reach = 1.1 * radius;
  const round = (value) => Number(value.toFixed(4));
  for (let at = Math.ceil((lat - reach / KM_PER_DEGREE) / step) * step; at < lat + reach / KM_PER_DEGREE; at += step) {
    lines.push(element("path", { class: "grid", d: `M0 ${y(at)}H${SIZE}` }), label(`${round(at)}°`, 4, y(at) - 3));
  }
  for (let at = Math.ceil((lng - reach / kmPerLongitude) / step) * step; at < lng + reach / kmPerLongitude; at += step) {
    lines.push(element("path", { class: "grid", d: `M${x(at)} 0V${SIZE}` }), label(`${round(at)}°`, x(at) + 3, SIZE - 5));
  }
  return lines;
}

/** Degrees between two lines, so that there is a handful of them. */
function stepFor(radius) {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
  return steps.find((step) => (2 * radius) / KM_PER_DEGREE / step <= 5) ?? 10;
}

function label(text, x, y, anchor = "start") {
  return element("text", { class: "degrees", x, y, "text-anchor": anchor, "aria-hidden": "true" }, text);
}

/** A dot can be chosen with mouse, finger and keyboard. */
function dot(event, cx, cy, isChosen, onChoose) {
  const free = event.full ? "full" : "free";
  const made = element("circle", {
    class: `dot ${free}${isChosen ? " chosen" : ""}`, cx, cy, r: isChosen ? 8 : 6,
    tabindex: 0, role: "button", "aria-label": event.title, "aria-pressed": String(isChosen), "data-event": event.event_id,
  }, element("title", {}, `${event.title}, ${event.city}`));
  made.addEventListener("click", () => onChoose(event.event_id));
  made.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" && key.key !== " ") return;
    key.preventDefault();
    onChoose(event.event_id);
  });
  return made;
}
