// Events near a place, on a map and as a list, and taking part in one.

import { attempt, byId, fill, h, localStart, say } from "./dom.js";
import { draw } from "./map.js";

/** The API searches around coordinates; where a town is, is the client's business. */
const CITIES = [
  ["Lyon", 45.7640, 4.8357], ["Paris", 48.8566, 2.3522], ["London", 51.5074, -0.1278], ["Berlin", 52.5200, 13.4050],
  ["New York", 40.7128, -74.0060], ["São Paulo", -23.5505, -46.6333], ["Lagos", 6.5244, 3.3792],
  ["Mumbai", 19.0760, 72.8777], ["Tokyo", 35.6762, 139.6503], ["Suva", -18.1416, 178.4419],
];

/** Shows the search, and returns how to open an event. `onTalk` opens its chat, `onWrite` that with a person. */
export function showEvents({ api, me, onTalk, onWrite }) {
  const form = byId("search");
  const places = me.home ? [[`Home: ${me.home.city}`, me.home.lat, me.home.lng], ...CITIES] : CITIES;
  let found = [];
  let chosen = null;
  let searches = 0;

  fill(form.elements.city, places.map(([name], at) => h("option", { value: at }, name)));
  form.elements.city.addEventListener("change", takeCity);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(search);
  });

  function takeCity() {
    const [, lat, lng] = places[form.elements.city.value];
    form.elements.lat.value = lat;
    form.elements.lng.value = lng;
  }

  async function search() {
    const { lat, lng, radius } = form.elements;
    const place = { lat: lat.value, lng: lng.value, radius_km: radius.value };
    const query = new URLSearchParams({ ...place, sort: "distance", limit: 100 });
    byId("found-count").textContent = "Searching …";
    const mine = (searches += 1);
    const { data, page } = await api.call("GET", `/v1/events?${query}`);
    // The answer to an earlier search may come later.
    if (mine !== searches) return;
    found = data;
    const more = page.next ? " and more" : "";
    byId("found-count").textContent = `${found.length}${more} within ${radius.value} km`;
    render();
  }

  function render() {
    const { lat, lng, radius } = form.elements;
    const around = { lat: Number(lat.value), lng: Number(lng.value), radius: Number(radius.value) };
    draw(byId("map"), { ...around, events: found, chosen, onChoose: open });
    fill(byId("event-list"), found.map((event) => h("li", {}, h("button", {
      type: "button", "data-key": event.event_id, "aria-current": event.event_id === chosen ? "true" : null,
      onclick: () => open(event.event_id),
    }, h("span", { className: "name" }, event.title),
    h("span", { className: "last" }, `${localStart(event)} · ${event.city}, ${event.distance_km.toFixed(1)} km`)))));
  }

  function open(id) {
    return attempt(async () => {
      chosen = id;
      if (found.length > 0) render();
      await showEvent(id);
    });
  }

  async function showEvent(id) {
    const [event, mine] = await Promise.all([api.get(`/v1/events/${id}`), api.get("/v1/users/me/instruments")]);
    if (id !== chosen) return;
    const part = event.participation;
    const isIn = part && part.status !== "declined";
    const isOrganiser = event.organiser?.user_id === me.user_id;
    const { taken, free, capacity, waiting } = event.seats;
    const seats = capacity === null ? `${taken} going` : `${taken} going, ${free} free, ${waiting} waiting`;
    const again = () => showEvent(id);
    fill(byId("event"),
      h("h3", {}, event.title),
      h("p", {}, `${event.type.replace("_", " ")} · ${localStart(event)} · ${event.city} · ${seats}`),
      event.description && h("p", {}, event.description),
      h("ul", { className: "slots", "aria-label": "Instruments wanted" }, event.seats.instruments.map((slot) =>
        h("li", {}, `${slot.instrument_id} ${slot.taken}/${slot.wanted}`))),
      isIn && h("p", {}, `You are ${part.status} with ${part.instrument_id}.`),
      h("div", { className: "row" },
        isIn && h("button", { type: "button", onclick: () => attempt(() => leave(id).then(again)) }, "Leave"),
        (isIn || isOrganiser) &&
          h("button", { type: "button", className: "primary", onclick: () => onTalk(id) }, "Open chat"),
        !isOrganiser && event.organiser && h("button", { type: "button", onclick: () => onWrite(event.organiser.user_id) },
          `Write to ${event.organiser.username}`),
        h("button", { type: "button", onclick: () => attempt(() => showPeople(id)) }, "Who is coming?")),
      !isIn && !isOrganiser && joinForm(id, mine, again),
      h("ul", { id: "people", "aria-label": "Participants" }));
    byId("event").dataset.event = id;
    byId("event").hidden = false;
    byId("event").focus({ preventScroll: true });
  }

  /** Whoever joins does so with an instrument that they play. */
  function joinForm(id, mine, again) {
    if (mine.length === 0) return instrumentForm(again);
    const instruments = h("select", { name: "instrument" }, mine.map(({ instrument_id, level }) =>
      h("option", { value: instrument_id }, `${instrument_id} (${level})`)));
    const join = h("form", { className: "row", onsubmit: (event) => {
      event.preventDefault();
      attempt(() => signUp(id, instruments.value).then(again));
    } }, h("label", {}, "With ", instruments), h("button", { className: "primary" }, "Join"));
    return h("div", {}, join, instrumentForm(again));
  }

  function instrumentForm(again) {
    const name = h("select", { name: "instrument" });
    const level = h("select", { name: "level" }, ["beginner", "intermediate", "advanced", "professional"].map((value) =>
      h("option", { value }, value)));
    const form = h("form", { className: "row", onsubmit: (event) => {
      event.preventDefault();
      attempt(() => api.put(`/v1/users/me/instruments/${name.value}`, { level: level.value }).then(again));
    } }, h("label", {}, "Instrument ", name), h("label", {}, "Level ", level), h("button", {}, "Add to what I play"));
    return h("details", { ontoggle: () => attempt(() => fillCatalogue(name)) }, h("summary", {}, "Add an instrument"), form);
  }

  async function fillCatalogue(select) {
    if (select.options.length > 0) return;
    let cursor = "";
    do {
      const { data, page } = await api.call("GET", `/v1/instruments?limit=100${cursor}`);
      select.append(...data.map(({ id, name }) => h("option", { value: id }, name.en)));
      cursor = page.next && `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor);
  }

  async function signUp(id, instrument_id) {
    // With a key of its own, a request whose reply got lost can be sent again without a second effect.
    const key = { "idempotency-key": crypto.randomUUID() };
    const part = await api.post(`/v1/events/${id}/participations`, { instrument_id }, key);
    say(`You are ${part.status}.`);
  }

  async function leave(id) {
    await api.delete(`/v1/events/${id}/participations/${me.user_id}`);
    say("You left the event.");
  }

  async function showPeople(id) {
    const people = await api.get(`/v1/events/${id}/participants?limit=100`);
    const others = people.filter((person) => person.user_id !== me.user_id);
    fill(byId("people"), others.length === 0 && h("li", {}, "Nobody else yet"), others.map((person) =>
      h("li", {}, `${person.display_name || person.username}, ${person.instrument_id} `,
        h("button", { type: "button", onclick: () => onWrite(person.user_id) }, "Write"))));
  }

  takeCity();
  attempt(search);
  return { open };
}
