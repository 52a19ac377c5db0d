// The live side of the API: a socket that comes back by itself, and the sync that makes up for its absence.
//
//   ticket → socket → sync → frames … → (lost) → wait → ticket → …
//
// A socket promises nothing: frames may be lost, late or repeated. What holds is the numbers in them, and
// `POST /v1/sync`, which is asked after each connection and whenever a number is missing.

import { ApiError } from "./api.js";

/** Milliseconds before the first retry, and the most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** API Gateway closes a socket over which nothing went for 10 minutes. */
const PING_EVERY = 5 * 60_000;
/** Frames of one burst may overtake each other: only a hole that stays is worth a sync. */
const HOLE_PATIENCE = 400;

/**
 * Emits `state` (offline, connecting, online, waiting), `frame` with whatever goes over the wire, `changed` when
 * conversations did, `notification` and `synced` with what came.
 */
export class Live extends EventTarget {
  #api;
  #conversations;
  #socket = null;
  #failures = 0;
  #isWanted = false;
  #timers = { retry: 0, ping: 0, hole: 0 };
  #syncing = null;
  #outbox = new Map();
  /** Those of them that were sent over this socket and are not answered yet. */
  #underWay = new WeakSet();
  state = "offline";

  constructor(api, conversations) {
    super();
    this.#api = api;
    this.#conversations = conversations;
    // The browser knows sooner than any timeout. A socket that it lost would be silent for minutes.
    window.addEventListener("offline", () => this.#isWanted && this.#drop("waiting"));
    window.addEventListener("online", () => this.#isWanted && this.#open());
  }

  connect() {
    this.#isWanted = true;
    this.#failures = 0;
    return this.#open();
  }

  disconnect() {
    this.#isWanted = false;
    this.#drop("offline");
  }

  /** Messages that are on their way, the oldest first. */
  unsent(conversationId) {
    return [...this.#outbox.values()].filter((message) => message.conversation_id === conversationId);
  }

  /**
   * Sends a message, now or once there is a socket again. It may well be sent twice: its id is the client's, and the
   * server takes one id once. In a conversation one is sent after the other, because frames are taken side by side and
   * the second could become the first.
   */
  sendMessage(conversation_id, text) {
    const message = { conversation_id, text, client_message_id: crypto.randomUUID() };
    this.#outbox.set(message.client_message_id, message);
    this.#deliverNext(conversation_id);
    this.#emit("changed");
  }

  typing = (conversation_id) => this.#request("typing", { conversation_id });

  markRead(conversation_id, seq) {
    if (this.#request("mark_read", { conversation_id, seq })) this.#conversations.marked(conversation_id, seq);
  }

  /** Catches up. Those who ask while one is under way wait for that one. */
  sync() {
    this.#syncing ??= this.#catchUp().finally(() => (this.#syncing = null));
    return this.#syncing;
  }

  async #catchUp() {
    const missed = await this.#api.post("/v1/sync", this.#conversations.positions());
    this.#conversations.synced(missed);
    // What was sent as the socket broke may have arrived.
    for (const { messages } of missed.conversations) messages.forEach((message) => this.#settle(message));
    this.#emit("synced", missed);
    this.#emit("changed");
  }

  async #open() {
    if (this.#socket || this.state === "connecting") return;
    clearTimeout(this.#timers.retry);
    this.#become("connecting");
    try {
      // Browsers cannot set headers on a socket. A ticket in the address is good once, so it may show up in logs.
      const { ticket } = await this.#api.post("/v1/live/tickets");
      if (!this.#isWanted || this.state !== "connecting") return;
      this.#listen(new WebSocket(`${location.origin.replace("http", "ws")}/live?ticket=${ticket}`));
    } catch (error) {
      const hasEnded = error instanceof ApiError && error.status === 401;
      if (hasEnded) this.disconnect();
      else this.#retry();
    }
  }

  #listen(socket) {
    this.#socket = socket;
    socket.onopen = async () => {
      this.#failures = 0;
      this.#timers.ping = setInterval(() => this.#request("ping", {}), PING_EVERY);
      try {
        // After the socket is open and not before it: nothing can fall between the two.
        await this.sync();
      } catch {
        return socket.close();
      }
      if (socket !== this.#socket) return;
      this.#become("online");
      // What was under way when the last socket broke may be lost.
      this.#underWay = new WeakSet();
      for (const { conversation_id } of this.#outbox.values()) this.#deliverNext(conversation_id);
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      this.#drop("waiting");
      this.#retry();
    };
  }

  #take(text) {
    const frame = JSON.parse(text);
    this.#emit("frame", { isMine: false, text });
    const { type, data } = frame;
    if (type === "sent") this.#conversations.sent(data.message);
    if (type === "sent") this.#settle(data.message);
    if (type === "message") this.#settle(data);
    if (type === "marked_read") this.#conversations.marked(data.conversation_id, data.read_seq);
    if (type === "notification") this.#emit("notification", data);
    if (type === "error") this.#refused(data);
    const lacks = type === "sent" ? this.#conversations.get(data.message.conversation_id)?.hasHole
                                  : this.#conversations.heard(frame);
    if (lacks) this.#fillHole();
    this.#emit("changed");
  }

  #fillHole() {
    clearTimeout(this.#timers.hole);
    this.#timers.hole = setTimeout(() => this.sync().catch(() => this.#socket?.close()), HOLE_PATIENCE);
  }

  /** A message of ours is there, as the answer, as a frame or in a sync: whichever comes first. */
  #settle({ sender_id, conversation_id, client_message_id }) {
    if (sender_id !== this.#conversations.me) return;
    if (this.#outbox.delete(client_message_id)) this.#deliverNext(conversation_id);
  }

  /** What is refused for good is not tried again; what only came too soon is. */
  #refused({ request_id, retry_after, message, errors }) {
    const mine = this.#outbox.get(request_id);
    if (mine && retry_after) {
      this.#underWay.delete(mine);
      setTimeout(() => this.#deliverNext(mine.conversation_id), retry_after * 1000);
      return;
    }
    this.#outbox.delete(request_id);
    if (mine) this.#deliverNext(mine.conversation_id);
    this.#emit("refused", errors.map((error) => error.message).join(" ") || message);
  }

  #deliverNext(conversationId) {
    const [message] = this.unsent(conversationId);
    if (!message || this.#underWay.has(message)) return;
    const { client_message_id } = message;
    if (this.#request("send_message", message, client_message_id)) this.#underWay.add(message);
  }

  #request(action, data, request_id = null) {
    if (this.state !== "online") return false;
    const text = JSON.stringify({ action, data, ...(request_id && { request_id }) });
    this.#socket.send(text);
    this.#emit("frame", { isMine: true, text });
    return true;
  }

  #drop(state) {
    clearTimeout(this.#timers.retry);
    clearTimeout(this.#timers.hole);
    clearInterval(this.#timers.ping);
    const socket = this.#socket;
    // Forgotten first, so that its `onclose` does not look like a loss.
    this.#socket = null;
    socket?.close();
    this.#become(state);
  }

  /** Waits twice as long each time, and not all clients equally long, or they would all come back at once. */
  #retry() {
    if (!this.#isWanted) return;
    this.#become("waiting");
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    if (navigator.onLine) this.#timers.retry = setTimeout(() => this.#open(), most * (0.5 + Math.random() / 2));
  }

  #become(state) {
    this.state = state;
    this.#emit("state", state);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
