// Puts the parts together: a session, what it knows, the socket that keeps it right, and the views of it.

import { Api } from "./api.js";
import { showChat } from "./chat.js";
import { Conversations } from "./conversations.js";
import { attempt, byId, say } from "./dom.js";
import { showEvents } from "./events.js";
import { logFrames } from "./frames.js";
import { Live } from "./live.js";
import { letIn } from "./login.js";
import { showNotices } from "./notices.js";

const api = new Api();

async function enter() {
  const me = await api.get("/v1/users/me");
  const conversations = new Conversations(me.user_id);
  const live = new Live(api, conversations);

  byId("entrance").hidden = true;
  byId("desk").hidden = false;
  byId("session").hidden = false;
  byId("whoami").textContent = me.username;

  const chat = showChat({ api, live, conversations });
  const events = showEvents({ api, me, onTalk: chat.open, onWrite: chat.openWith });
  showNotices({ api, live, onOpen: chat.open, onEvent: events.open });
  logFrames(live);
  showLine(live);
  byId("log-out").addEventListener("click", () => attempt(async () => {
    live.disconnect();
    await api.logOut();
    leave();
  }));
  live.connect();
}

/** The state of the socket, and a switch to see what happens without it. */
function showLine(live) {
  const button = byId("line");
  live.addEventListener("state", ({ detail: state }) => {
    byId("state").textContent = state;
    byId("state").className = `state ${state}`;
    button.textContent = state === "offline" ? "Connect" : "Disconnect";
  });
  live.addEventListener("refused", ({ detail }) => say(detail, true));
  button.addEventListener("click", () => (live.state === "offline" ? live.connect() : live.disconnect()));
}

/** The page starts afresh, so that nothing of one person is left for the next. */
function leave() {
  location.reload();
}

api.addEventListener("ended", leave);
letIn(api, enter);
if (api.isLoggedIn) await attempt(enter);
if (byId("desk").hidden) byId("entrance").hidden = false;
