// The little that is needed to build a page without a framework.

/**
 * An element. Text is set as text and never as HTML, so nothing that people write can become markup.
 * Properties that begin with "on" are listeners, and `null` or `false` leaves a property or a child out.
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Replaces what is in an element. Whoever is at a button with a `data-key` stays there: keyboards depend on it. */
export function fill(element, ...children) {
  const focused = document.activeElement;
  const key = element.contains(focused) ? focused.dataset.key : undefined;
  element.replaceChildren(...children.flat().filter(Boolean));
  if (key) element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

/** The time of a message: of another day, the day as well. */
export function moment(text) {
  const at = new Date(text);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? CLOCK.format(at) : `${DAY.format(at)}, ${CLOCK.format(at)}`;
}

/** The start of an event, on the clocks of the place where it is. */
export function localStart({ starts_at, time_zone }) {
  const at = new Date(starts_at);
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: time_zone }).format(at);
}

/** Says something to everybody, those who listen to the page included; problems stay until the next thing is said. */
export function say(text, isProblem = false) {
  const status = byId("said");
  status.textContent = text;
  status.classList.toggle("problem", isProblem);
  clearTimeout(say.timer);
  if (!isProblem) say.timer = setTimeout(() => (status.textContent = ""), 5000);
}

/** Runs what somebody asked for, and tells them if it fails. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    say(error.message, true);
    return undefined;
  }
}
