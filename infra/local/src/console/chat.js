// The list of conversations, and the one that is open.

import { attempt, byId, fill, h, moment, say } from "./dom.js";

/** Milliseconds between two signs of writing; those who see one drop it after five seconds. */
const TYPING_EVERY = 3000;
/** An author may change a message for a day. */
const EDITABLE = 24 * 3600 * 1000;

/** Shows conversations, and returns how to open one by its id, or the one with a person. */
export function showChat({ api, live, conversations }) {
  const names = new Map();
  let open = null;
  let saidToWrite = 0;

  /** Names come with the list of a conversation's people, once; who is not shown to us stays "somebody". */
  async function learnNames(id) {
    const people = await api.get(`/v1/conversations/${id}/participants?limit=100`);
    for (const { user_id, person } of people) names.set(user_id, person ? person.display_name || person.username : null);
    render();
  }

  async function openConversation(id) {
    if (!conversations.get(id)) await live.sync();
    const known = conversations.get(id);
    if (!known) throw new Error("You take no part in this conversation (yet).");
    open = id;
    byId("chat").hidden = false;
    render();
    if (known.messages.size === 0 && known.head.last_seq > 0) await older();
    await learnNames(id);
    byId("write").elements.text.focus();
  }

  async function openWith(user_id) {
    const head = await api.post("/v1/conversations", { kind: "direct", participant_ids: [user_id] });
    conversations.begun(head);
    await live.sync();
    await openConversation(head.conversation_id);
  }

  async function older() {
    const known = conversations.get(open);
    const first = known.inOrder()[0]?.seq ?? known.head.last_seq + 1;
    const page = await api.get(`/v1/conversations/${open}/messages?before=${first}&limit=50`);
    if (page.length === 0) say("There is nothing before that.");
    conversations.paged(open, page);
    render();
  }

  function render() {
    fill(byId("conversation-list"), conversations.list().map(entry));
    const known = conversations.get(open);
    byId("chat").hidden = !known;
    if (!known) return;
    byId("chat-title").textContent = title(known.head);
    const log = byId("messages");
    // Who reads further up stays there.
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    fill(log, known.inOrder().map((message) => bubble(known, message)), live.unsent(open).map(pending));
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    showTyping(known);
    const { last_seq, read_seq } = known.head;
    // A tab in the background is not being read.
    if (last_seq > read_seq && document.visibilityState === "visible") live.markRead(open, last_seq);
  }

  function entry(known) {
    const { head } = known;
    const id = head.conversation_id;
    const last = head.last_message;
    const unread = head.unread > 0 && h("span", { className: "badge", "aria-label": `${head.unread} unread` }, head.unread);
    return h("li", {}, h("button", {
      type: "button", "aria-current": id === open ? "true" : null, "data-key": id,
      onclick: () => attempt(() => openConversation(id)),
    }, h("span", { className: "name" }, title(head)), unread,
    h("span", { className: "last" }, last ? textOf(last) : "Nothing said yet")));
  }

  function bubble(known, message) {
    const isMine = message.sender_id === conversations.me;
    const isGone = message.text === null;
    const marks = [moment(message.sent_at), message.edited_at && !isGone && "edited", isMine && readers(known, message)];
    const canChange = isMine && !isGone && Date.now() - Date.parse(message.sent_at) < EDITABLE;
    const path = `/v1/conversations/${open}/messages/${message.seq}`;
    return h("li", { className: isMine ? "mine" : "theirs", "data-seq": message.seq },
      !isMine && h("span", { className: "name" }, names.get(message.sender_id) ?? "somebody"),
      h("p", { className: isGone ? "gone" : null }, textOf(message)),
      h("small", {}, marks.filter(Boolean).join(" · ")),
      canChange && change("Edit", message, () => edit(path, message)),
      isMine && !isGone && change("Delete", message, () => api.delete(path)));
  }

  function change(name, { seq }, work) {
    const key = `${name} ${seq}`;
    return h("button", { type: "button", "data-key": key, onclick: () => attempt(work) }, name);
  }

  function pending(message) {
    return h("li", { className: "mine pending" }, h("p", {}, message.text), h("small", {}, "on its way"));
  }

  /** The answer brings the message as well, but the change comes as a frame to all of this person's clients. */
  async function edit(path, message) {
    const text = prompt("Change the message", message.text);
    if (text && text !== message.text) await api.patch(path, { text });
  }

  function readers(known, message) {
    const read = [...known.reads].filter(([, seq]) => seq >= message.seq).map(([id]) => names.get(id) ?? "somebody");
    return read.length > 0 ? `read by ${read.length > 3 ? read.length : read.join(", ")}` : "sent";
  }

  function showTyping(known) {
    const now = Date.now();
    const writing = [...known.typing].filter(([, until]) => until > now);
    const who = writing.map(([id]) => names.get(id) ?? "Somebody").join(", ");
    const text = who && `${who} ${writing.length > 1 ? "are" : "is"} writing …`;
    // A live region is read out whenever it is set, so it is only set when it says something else.
    if (byId("typing").textContent !== text) byId("typing").textContent = text;
    clearTimeout(showTyping.timer);
    if (who) showTyping.timer = setTimeout(() => render(), Math.max(...writing.map(([, until]) => until)) - now + 10);
  }

  live.addEventListener("changed", render);
  document.addEventListener("visibilitychange", render);
  byId("older").addEventListener("click", () => attempt(older));
  byId("write").addEventListener("input", () => {
    if (Date.now() - saidToWrite < TYPING_EVERY) return;
    if (live.typing(open)) saidToWrite = Date.now();
  });
  byId("write").addEventListener("submit", (event) => {
    event.preventDefault();
    const { text } = event.target.elements;
    if (text.value.trim()) live.sendMessage(open, text.value);
    text.value = "";
    saidToWrite = 0;
  });
  return { open: (id) => attempt(() => openConversation(id)), openWith: (id) => attempt(() => openWith(id)) };
}

function title(head) {
  return head.title || head.with?.display_name || head.with?.username || (head.kind === "direct" ? "Somebody" : "A group");
}

function textOf({ text, hidden }) {
  if (text !== null) return text;
  return hidden ? "Hidden: of somebody with whom you are apart" : "This message was deleted";
}
