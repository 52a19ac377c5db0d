import type { Schemas } from "./envelope.js";
import type { DataOf, Message } from "./frames.js";
import { InOrder } from "./in-order.js";

export type Known = Schemas["Known"];

export interface Told {
  message(message: Message): void;
  change(change: DataOf<"change">): void;
  gap(gap: { conversation_id: string }): void;
}

/** How far a client has come in each of its conversations. Tells of each message and each change once and in order. */
export class Conversations {
  #here = new Map<string, { messages: InOrder<Message>; changes: InOrder<DataOf<"change">> }>();
  /** Whether a frame came from a conversation of which only a sync can tell. */
  #hasStranger = false;
  #since: string | null;

  constructor(
    known: Known,
    private tell: Told,
  ) {
    this.#since = known.since ?? null;
    for (const { conversation_id, seq, change } of known.conversations ?? []) this.#begin(conversation_id, seq, change);
  }

  /** The body of the next `POST /v1/sync`. */
  get known(): Known {
    const conversations = [...this.#here].map(([conversation_id, { messages, changes }]) => ({
      conversation_id,
      seq: messages.last,
      change: changes.last,
    }));
    return { conversations, since: this.#since };
  }

  /** Whether something is missing that only a sync can bring. */
  get hasHole(): boolean {
    const lacks = [...this.#here.values()].some(({ messages, changes }) => messages.hasHole || changes.hasHole);
    return lacks || this.#hasStranger;
  }

  message(message: Message): void {
    const here = this.#here.get(message.conversation_id);
    if (!here) this.#hasStranger = true;
    here?.messages.take(message.seq, message).forEach(this.tell.message);
  }

  change(change: DataOf<"change">): void {
    const here = this.#here.get(change.conversation_id);
    if (!here) this.#hasStranger = true;
    here?.changes.take(change.change, change).forEach(this.tell.change);
  }

  left(conversationId: string): void {
    this.#here.delete(conversationId);
  }

  /** Takes the answer to `POST /v1/sync`. */
  synced(missed: Schemas["Missed"]): void {
    this.#hasStranger = false;
    missed.conversations.forEach((part) => this.#caughtUp(part));
    missed.left.forEach((id) => this.left(id));
    this.#since = missed.synced_at;
  }

  #caughtUp({ conversation, gap, messages, changes }: Schemas["MissedInConversation"]): void {
    const { conversation_id, last_seq, last_change } = conversation;
    const here = this.#here.get(conversation_id) ?? this.#begin(conversation_id, 0, 0);
    if (gap) this.tell.gap({ conversation_id });
    for (const message of messages) {
      here.messages.skipTo(message.seq - 1).forEach(this.tell.message);
      this.message(message);
    }
    for (const change of changes) {
      here.changes.skipTo(change.change - 1).forEach(this.tell.change);
      this.change(change);
    }
    here.messages.skipTo(last_seq).forEach(this.tell.message);
    here.changes.skipTo(last_change).forEach(this.tell.change);
  }

  #begin(id: string, seq: number, change: number) {
    const here = { messages: new InOrder<Message>(seq), changes: new InOrder<DataOf<"change">>(change) };
    this.#here.set(id, here);
    return here;
  }
}
