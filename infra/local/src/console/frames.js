// The log of raw frames: what really goes over the wire.

import { byId, fill, h } from "./dom.js";

const KEPT = 200;

export function logFrames(live) {
  const list = byId("frames");
  live.addEventListener("frame", ({ detail: { isMine, text } }) => {
    const at = new Date().toISOString().slice(11, 23);
    const arrow = h("span", { className: "arrow", "aria-label": isMine ? "sent" : "received" }, isMine ? "→" : "←");
    list.prepend(h("li", { className: isMine ? "mine" : null }, h("time", {}, at), arrow, h("code", {}, text)));
    while (list.children.length > KEPT) list.lastChild.remove();
    byId("frame-count").textContent = list.children.length;
  });
  byId("clear-frames").addEventListener("click", () => {
    fill(list);
    byId("frame-count").textContent = 0;
  });
}
