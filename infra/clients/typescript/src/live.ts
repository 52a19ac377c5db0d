import type { TuneLink } from "./client.js";
import { Conversations, type Known, type Told } from "./conversations.js";
import { TuneLinkError, unwrap, type Schemas } from "./envelope.js";
import type { DataOf, Message, SendMessage, ServerFrame, Socket } from "./frames.js";
import { Disconnected, Questions } from "./questions.js";

/** Milliseconds before the first retry, and the most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** API Gateway closes a socket over which nothing went for 10 minutes. */
const PING_EVERY = 5 * 60_000;
/** Frames of one burst may overtake each other: only a hole that stays is worth a sync. */
const HOLE_PATIENCE = 400;

export type State = "offline" | "connecting" | "online" | "waiting";

/** What one can listen to. */
export interface Happenings {
  state: State;
  /** Each one once and in the order of its conversation, whether a socket brought it or a sync; own ones, too. */
  message: Message;
  /** As `message`. */
  change: DataOf<"change">;
  /** More was missed than a sync brings: forget the conversation and list its messages. */
  gap: { conversation_id: string };
  left: DataOf<"left">;
  read: DataOf<"read">;
  typing: DataOf<"typing">;
  notification: DataOf<"notification">;
  /** All that was missed, read marks and notifications among it. */
  synced: Schemas["Missed"];
}

export interface LiveOptions {
  /** Where the app was when it was last open; see `Live.known`. */
  known?: Known;
  /** Node 20 has none of its own. */
  WebSocket?: new (url: string) => Socket;
}

/**
 * The live side of the API: a socket that comes back by itself, and the sync that makes up for its absence.
 *
 * ticket → socket → sync → frames … → (lost) → wait → ticket → …
 */
export class Live {
  #tunelink: TuneLink;
  #WebSocket: new (url: string) => Socket;
  #conversations: Conversations;
  #listeners = new Map<keyof Happenings, Set<(detail: any) => void>>();
  #line: { socket: Socket; questions: Questions } | null = null;
  #syncing: Promise<void> | null = null;
  #isWanted = false;
  #failures = 0;
  #state: State = "offline";
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #hole: ReturnType<typeof setTimeout> | undefined;

  constructor(tunelink: TuneLink, { known = {}, WebSocket = globalThis.WebSocket }: LiveOptions = {}) {
    this.#tunelink = tunelink;
    this.#WebSocket = WebSocket;
    const told: Told = {
      message: (message) => this.#emit("message", message),
      change: (change) => this.#emit("change", change),
      gap: (gap) => this.#emit("gap", gap),
    };
    this.#conversations = new Conversations(known, told);
  }

  get state(): State {
    return this.#state;
  }

  /** Where this client is. Keep it with the messages, and catching up goes on from there after a restart. */
  get known(): Known {
    return this.#conversations.known;
  }

  /** Listens until the answer is called. */
  on<What extends keyof Happenings>(what: What, listener: (detail: Happenings[What]) => void): () => void {
    const listeners = this.#listeners.get(what) ?? new Set();
    this.#listeners.set(what, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** When the app comes to the foreground, or the network comes back. */
  connect(): void {
    this.#isWanted = true;
    this.#failures = 0;
    void this.#open();
  }

  /** When the app goes to the background, or before a log-out. */
  disconnect(): void {
    this.#isWanted = false;
    this.#hangUp("offline");
  }

  /**
   * Sends a message and answers with it and its number. After `Disconnected` send the same again, with the same
   * `client_message_id`: it is there once. Wait for one before sending the next, or the second may become the first.
   */
  async sendMessage(data: SendMessage): Promise<Message> {
    return (await this.#asked().ask<"send_message">({ action: "send_message", data })).message;
  }

  async markRead(conversation_id: string, seq: number): Promise<DataOf<"marked_read">> {
    return this.#asked().ask<"mark_read">({ action: "mark_read", data: { conversation_id, seq } });
  }

  /** Says that this person is writing. There is no answer. */
  typing(conversation_id: string): void {
    this.#line?.socket.send(JSON.stringify({ action: "typing", data: { conversation_id } }));
  }

  /** Catches up. Those who ask while one is under way wait for that one. */
  sync(): Promise<void> {
    this.#syncing ??= this.#catchUp().finally(() => (this.#syncing = null));
    return this.#syncing;
  }

  async #catchUp(): Promise<void> {
    const missed = await unwrap(this.#tunelink.api.POST("/v1/sync", { body: this.known }));
    this.#conversations.synced(missed);
    this.#emit("synced", missed);
    this.#watchHole();
  }

  async #open(): Promise<void> {
    if (this.#line || this.#state === "connecting") return;
    clearTimeout(this.#retry);
    this.#become("connecting");
    try {
      const { ticket } = await unwrap(this.#tunelink.api.POST("/v1/live/tickets"));
      if (this.#awaitsTicket()) this.#listen(ticket);
    } catch (error) {
      const hasEnded = error instanceof TuneLinkError && error.status === 401;
      if (hasEnded) this.disconnect();
      else this.#retryLater();
    }
  }

  /** Much may have happened since the ticket was asked for. */
  #awaitsTicket(): boolean {
    return this.#isWanted && this.#state === "connecting" && !this.#line;
  }

  #listen(ticket: string): void {
    const socket = new this.#WebSocket(`${this.#tunelink.liveUrl}?ticket=${encodeURIComponent(ticket)}`);
    const line = { socket, questions: new Questions(socket) };
    this.#line = line;
    socket.onopen = async () => {
      try {
        // After the socket is open and not before it: nothing can fall between the two.
        await this.sync();
      } catch {
        return socket.close();
      }
      if (line !== this.#line) return;
      this.#failures = 0;
      this.#ping = setInterval(() => line.questions.ask<"ping">({ action: "ping" }).catch(() => {}), PING_EVERY);
      this.#become("online");
    };
    socket.onmessage = ({ data }) => line === this.#line && this.#take(JSON.parse(data));
    // `onclose` follows; without a listener, Node's sockets would throw.
    socket.onerror = () => {};
    socket.onclose = () => {
      if (line !== this.#line) return;
      this.#hangUp("waiting");
      this.#retryLater();
    };
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "message") this.#conversations.message(frame.data);
    if (frame.type === "sent") this.#conversations.message(frame.data.message);
    if (frame.type === "change") this.#conversations.change(frame.data);
    if (frame.type === "left") this.#conversations.left(frame.data.conversation_id);
    if (frame.type === "left") this.#emit("left", frame.data);
    if (frame.type === "read") this.#emit("read", frame.data);
    if (frame.type === "typing") this.#emit("typing", frame.data);
    if (frame.type === "notification") this.#emit("notification", frame.data);
    this.#line?.questions.take(frame);
    this.#watchHole();
  }

  #watchHole(): void {
    clearTimeout(this.#hole);
    if (!this.#conversations.hasHole) return;
    this.#hole = setTimeout(() => this.sync().catch(() => this.#line?.socket.close()), HOLE_PATIENCE);
  }

  #asked(): Questions {
    if (!this.#line || this.#state !== "online") throw new Disconnected("There is no socket");
    return this.#line.questions;
  }

  #hangUp(state: State): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#hole);
    clearInterval(this.#ping);
    const line = this.#line;
    // Forgotten first, so that its `onclose` does not look like a loss.
    this.#line = null;
    line?.questions.end();
    line?.socket.close();
    this.#become(state);
  }

  /** Waits twice as long each time, and not all clients equally long, or they would all come back at once. */
  #retryLater(): void {
    if (!this.#isWanted) return;
    this.#become("waiting");
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#open(), most * (0.5 + Math.random() / 2));
  }

  #become(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emit("state", state);
  }

  #emit<What extends keyof Happenings>(what: What, detail: Happenings[What]): void {
    this.#listeners.get(what)?.forEach((listener) => listener(detail));
  }
}
