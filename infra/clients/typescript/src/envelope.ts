import type { components } from "./openapi.js";

export type Schemas = components["schemas"];
export type ErrorCode = Schemas["ErrorCode"];
export type ErrorItem = Schemas["ErrorItem"];

/** What openapi-fetch makes of a call. `T` is the type of the reply's body. */
export interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** A refusal by the backend. Branch on `has`: codes never change their meaning, messages are for people. */
export class TuneLinkError extends Error {
  override readonly name = "TuneLinkError";

  constructor(
    /** That of HTTP; 0 for a frame that was refused. */
    readonly status: number,
    message: string,
    /** Empty when the reply was not one of the backend, but of something between. */
    readonly errors: ErrorItem[],
    /** What to name to those who run the backend. */
    readonly requestId: string | null = null,
    /** Seconds until another attempt makes sense. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  has(code: ErrorCode): boolean {
    return this.errors.some((error) => error.code === code);
  }
}

/** The `data` of a reply; anything but success is thrown as a TuneLinkError. */
export async function unwrap<T>(call: Promise<Reply<{ data: T }>>): Promise<T> {
  return (await envelope(call)).data;
}

/** All entries of a list, page by page as they are asked for. */
export async function* each<T>(
  page: (cursor: string | undefined) => Promise<Reply<{ data: T[]; page: Schemas["PageInfo"] }>>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const reply = await envelope(page(cursor));
    yield* reply.data;
    cursor = reply.page.next ?? undefined;
  } while (cursor);
}

/** The header that lets a request be repeated safely: keep it, and send the same one with the repetition. */
export function once(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": crypto.randomUUID() };
}

async function envelope<T>(call: Promise<Reply<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (data !== undefined) return data;
  const unknown = { message: `The server answered ${response.status}`, errors: [] };
  const { message, errors } = isFailure(error) ? error : unknown;
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  throw new TuneLinkError(response.status, message, errors, response.headers.get("x-request-id"), retryAfter);
}

function isFailure(body: unknown): body is Schemas["Failure"] {
  return typeof body === "object" && body !== null && "errors" in body && Array.isArray(body.errors);
}
