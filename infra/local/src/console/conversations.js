// What a client knows of its conversations, and how it stays right: whatever comes twice, late or in the wrong order.
// Nothing here knows the page or the network, so an app can take it as it is.

/** One conversation. */
class Known {
  constructor(head) {
    this.head = head;
    /** Messages by their number. */
    this.messages = new Map();
    /** The last message and the last change up to which all are here. */
    this.seq = 0;
    this.change = 0;
    /** Changes that came before an earlier one. */
    this.ahead = new Set();
    /** The change that a message was last seen in, so that an older one does not undo it. */
    this.changedBy = new Map();
    /** How far the others have read, by their id. */
    this.reads = new Map();
    /** Until when somebody is said to be writing, by their id. */
    this.typing = new Map();
  }

  /** Whether something later is here while something earlier is missing. */
  get hasHole() {
    return this.ahead.size > 0 || Math.max(...this.messages.keys()) > this.seq;
  }

  inOrder() {
    return [...this.messages.values()].sort((one, other) => one.seq - other.seq);
  }

  /** Follows messages and changes as far as there is no hole. */
  advance() {
    while (this.messages.has(this.seq + 1)) this.seq += 1;
    while (this.ahead.delete(this.change + 1)) this.change += 1;
    for (const change of this.ahead) if (change <= this.change) this.ahead.delete(change);
  }
}

export class Conversations {
  #known = new Map();
  #since = null;

  constructor(me) {
    this.me = me;
  }

  get(id) {
    return this.#known.get(id);
  }

  /** The one with the latest message first. */
  list() {
    return [...this.#known.values()].sort((one, other) => other.head.last_at.localeCompare(one.head.last_at));
  }

  /** The body of `POST /v1/sync`: where this client is. */
  positions() {
    const conversations = this.list().map(({ head, seq, change }) => ({
      conversation_id: head.conversation_id, seq, change,
    }));
    return { conversations, ...(this.#since && { since: this.#since }) };
  }

  /** Takes the answer to `POST /v1/sync`. */
  synced(missed) {
    for (const part of missed.conversations) this.#caughtUp(part);
    for (const id of missed.left) this.#known.delete(id);
    this.#since = missed.synced_at;
  }

  #caughtUp({ conversation: head, gap, messages, changes, reads }) {
    const id = head.conversation_id;
    const isNew = !this.#known.has(id);
    // After a gap, what is here and what came do not join: the old goes, and older pages are loaded on demand.
    if (isNew || gap) this.#known.set(id, new Known(head));
    const known = this.#known.get(id);
    // Frames that came while the sync was under way may be ahead of it.
    if (head.last_seq >= known.head.last_seq) known.head = head;
    for (const message of messages) if (!known.messages.has(message.seq)) known.messages.set(message.seq, message);
    for (const change of changes) this.#apply(known, change);
    for (const { user_id, read_seq } of reads) known.reads.set(user_id, read_seq);
    known.seq = Math.max(known.seq, head.last_seq);
    known.change = Math.max(known.change, head.last_change);
    known.advance();
  }

  /** Takes a frame of the socket. The answer is whether something is missing that only a sync can bring. */
  heard({ type, data }) {
    const id = data.conversation_id;
    if (type === "left") {
      this.#known.delete(id);
      return false;
    }
    if (!["message", "change", "read", "typing"].includes(type)) return false;
    const known = this.#known.get(id);
    if (!known) return type === "message" || type === "change";
    if (type === "message") this.#message(known, data);
    if (type === "change") this.#changed(known, data);
    if (type === "read") this.#read(known, data);
    if (type === "typing") known.typing.set(data.user_id, Date.now() + 5000);
    known.advance();
    return known.hasHole;
  }

  /** A message, however it came: as a frame or as the answer to one's own. A repeat is dropped by its number. */
  #message(known, message) {
    if (message.seq <= known.seq || known.messages.has(message.seq)) return;
    known.messages.set(message.seq, message);
    known.typing.delete(message.sender_id);
    const { head } = known;
    if (message.seq > head.last_seq) {
      known.head = { ...head, last_seq: message.seq, last_at: message.sent_at, last_message: message };
    }
    if (message.sender_id === this.me) this.#read(known, { user_id: this.me, read_seq: message.seq });
    else known.head.unread += 1;
  }

  sent(message) {
    this.heard({ type: "message", data: message });
  }

  #changed(known, change) {
    if (change.change <= known.change || known.ahead.has(change.change)) return;
    this.#apply(known, change);
    known.ahead.add(change.change);
  }

  #apply(known, { change, what, message }) {
    if (message && (known.changedBy.get(message.seq) ?? 0) < change) {
      known.changedBy.set(message.seq, change);
      if (known.messages.has(message.seq)) known.messages.set(message.seq, message);
      if (known.head.last_message?.seq === message.seq) known.head.last_message = message;
    }
    if (what.kind === "renamed") known.head.title = what.title;
  }

  #read(known, { user_id, read_seq }) {
    if (user_id !== this.me) {
      known.reads.set(user_id, Math.max(read_seq, known.reads.get(user_id) ?? 0));
    } else if (read_seq > known.head.read_seq) {
      const others = (message) => message.seq > read_seq && message.sender_id !== this.me;
      known.head = { ...known.head, read_seq, unread: known.inOrder().filter(others).length };
    }
  }

  /** Notes how far this person has read, here or elsewhere. */
  marked(id, read_seq) {
    const known = this.#known.get(id);
    if (known) this.#read(known, { user_id: this.me, read_seq });
  }

  /** Takes a page of the list of messages, for what was before. */
  paged(id, messages) {
    const known = this.#known.get(id);
    for (const message of messages) if (!known?.messages.has(message.seq)) known?.messages.set(message.seq, message);
  }

  /** A conversation that was just begun. Its messages come with a sync. */
  begun(head) {
    if (this.#known.has(head.conversation_id)) return;
    const known = new Known(head);
    known.change = head.last_change;
    known.seq = head.from_seq - 1;
    this.#known.set(head.conversation_id, known);
  }
}
