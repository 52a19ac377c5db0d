import { TuneLinkError, type ErrorItem } from "./envelope.js";
import type { Answers, Asked, DataOf, ServerFrame, Socket } from "./frames.js";

/** Milliseconds after which a socket that does not answer counts as lost. */
const PATIENCE = 15_000;

/** That the socket broke before the answer came. Ask again when there is another. */
export class Disconnected extends Error {
  override readonly name = "Disconnected";
}

interface Waiting {
  resolve(answer: any): void;
  reject(error: Error): void;
}

/** What was asked over one socket and is not answered yet. */
export class Questions {
  #waiting = new Map<string, Waiting>();
  #asked = 0;

  constructor(private socket: Socket) {}

  async ask<Action extends keyof Answers>(frame: Asked<Action>): Promise<Answers[Action]> {
    const request_id = String((this.#asked += 1));
    const timer = setTimeout(() => this.socket.close(), PATIENCE);
    try {
      return await new Promise<Answers[Action]>((resolve, reject) => {
        this.#waiting.set(request_id, { resolve, reject });
        this.socket.send(JSON.stringify({ ...frame, request_id }));
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(request_id);
    }
  }

  /** Takes a frame that may be an answer. */
  take({ type, data }: ServerFrame): void {
    if (!("request_id" in data)) return;
    const question = this.#waiting.get(data.request_id ?? "");
    if (type === "error") question?.reject(refusal(data));
    else question?.resolve(data);
  }

  /** There will be no answers any more. */
  end(): void {
    for (const { reject } of this.#waiting.values()) reject(new Disconnected("The socket was lost"));
  }
}

function refusal({ code, message, errors, retry_after }: DataOf<"error">): TuneLinkError {
  // The document has the codes of frames as plain strings; they are those of the HTTP API.
  const all = [{ code, field: null, message }, ...errors] as ErrorItem[];
  return new TuneLinkError(0, message, all, null, retry_after);
}
