// Notifications as they arrive, and what phones get.

import { ApiError } from "./api.js";
import { attempt, byId, fill, h, moment, say } from "./dom.js";

/** Milliseconds between two looks at the pushes: they are the local program's own and come over no socket. */
const LOOK_EVERY = 3000;

export function showNotices({ api, live, onOpen, onEvent }) {
  const told = new Map();

  function render(unread) {
    const all = [...told.values()].sort((one, other) => other.updated_at.localeCompare(one.updated_at));
    fill(byId("notifications"), all.length > 0 ? all.map(entry) : h("li", { className: "none" }, "Nothing happened yet"));
    const badge = byId("unread");
    badge.hidden = unread === 0;
    badge.textContent = unread;
    badge.setAttribute("aria-label", `${unread} unread`);
  }

  function entry(notification) {
    const { title, body, updated_at, read_at, type } = notification;
    return h("li", { className: read_at ? "read" : "new" },
      h("button", {
        type: "button", "data-key": notification.notification_id, onclick: () => attempt(() => look(notification)),
      },
        h("span", { className: "name" }, title), h("span", { className: "last" }, body)),
      h("small", {}, `${moment(updated_at)} · ${type.replaceAll("_", " ")}`));
  }

  async function look({ notification_id, conversation_id, event_id }) {
    await api.put(`/v1/notifications/${notification_id}/read`);
    await reload();
    if (conversation_id) await onOpen(conversation_id);
    else if (event_id) await onEvent(event_id);
  }

  /** One that goes on, such as that of three more messages, keeps its id: the newer one replaces it. */
  function take(notifications, unread) {
    for (const notification of notifications) told.set(notification.notification_id, notification);
    render(unread);
  }

  async function reload() {
    const { data, page } = await api.call("GET", "/v1/notifications?limit=50");
    told.clear();
    take(data, page.unread);
  }

  live.addEventListener("notification", ({ detail }) => take([detail.notification], detail.unread));
  live.addEventListener("synced", ({ detail }) => take(detail.notifications, detail.unread_notifications));
  byId("read-all").addEventListener("click", () => attempt(async () => {
    await api.put("/v1/notifications/read");
    await reload();
  }));
  attempt(reload);
  showPushes(api);
}

function showPushes(api) {
  const panel = byId("pushes-panel");
  let timer = 0;

  async function look() {
    clearTimeout(timer);
    if (!panel.open) return;
    try {
      const pushes = await api.call("GET", "/_local/pushes");
      const mine = pushes.filter((push) => push.user === api.userId);
      const none = h("li", { className: "none" }, "None to you so far");
      fill(byId("pushes"), mine.length > 0 ? mine.slice(0, 50).map(push) : none);
    } catch (error) {
      const isMissing = error instanceof ApiError && error.status === 404;
      fill(byId("pushes"), h("li", { className: "none" }, isMissing ? "This backend shows no pushes" : "Not reachable"));
    }
    timer = setTimeout(look, LOOK_EVERY);
  }

  panel.addEventListener("toggle", look);
  byId("be-a-phone").addEventListener("click", () => attempt(async () => {
    // Random, as a push service's would be, and in the form of one: 32 bytes in hexadecimal.
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const token = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await api.put(`/v1/users/me/devices/${deviceId()}`, { platform: "ios", token });
    say("Whatever you are told of is pushed to this tab now.");
  }));
}

/** The same one for as long as the tab is there, so that pressing the button twice makes no two phones. */
function deviceId() {
  const id = sessionStorage.getItem("tunelink-device") ?? crypto.randomUUID();
  sessionStorage.setItem("tunelink-device", id);
  return id;
}

function push({ at, platform, payload }) {
  const { title, body } = payload.aps?.alert ?? payload.notification ?? payload.fcmV1Message?.message?.notification ?? {};
  return h("li", {}, h("span", { className: "name" }, title), h("span", { className: "last" }, body),
    h("small", {}, `${moment(at)} · ${platform}`),
    h("details", {}, h("summary", {}, "Payload"), h("pre", {}, JSON.stringify(payload, null, 2))));
}
