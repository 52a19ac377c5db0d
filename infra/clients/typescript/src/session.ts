import createClient, { type Client, type Middleware } from "openapi-fetch";
import { TuneLinkError, unwrap, type ErrorCode, type Schemas } from "./envelope.js";
import type { paths } from "./openapi.js";

export type Tokens = Schemas["Tokens"];

/** The tokens of whoever is logged in, and their renewal. */
export class Session {
  #tokens: Tokens | null;
  #refreshing: Promise<void> | null = null;
  /** Without this session's tokens, so that a refresh does not wait for itself. */
  #open: Client<paths, "application/json">;
  /** A request's body can be read once; this is what is sent the second time. */
  #copies = new WeakMap<Request, { copy: Request; session: string }>();
  #fetch: (request: Request) => Promise<Response>;
  #keep: (tokens: Tokens | null) => void;

  /** `keep` is called with each change of the tokens: put them into the phone's keychain. Null: log in again. */
  constructor(
    baseUrl: string,
    kept: Tokens | null,
    keep: (tokens: Tokens | null) => void,
    fetch: (request: Request) => Promise<Response>,
  ) {
    this.#tokens = kept;
    this.#keep = keep;
    this.#fetch = fetch;
    this.#open = createClient<paths, "application/json">({ baseUrl, fetch });
  }

  get tokens(): Tokens | null {
    return this.#tokens;
  }

  set tokens(tokens: Tokens | null) {
    this.#tokens = tokens;
    this.#keep(tokens);
  }

  readonly middleware: Middleware = {
    onRequest: ({ request }) => {
      if (!this.#tokens) return;
      this.#copies.set(request, { copy: request.clone(), session: this.#tokens.session_id });
      authorise(request, this.#tokens);
    },
    onResponse: async ({ request, response }) => {
      const sent = this.#copies.get(request);
      if (response.status !== 401 || !sent) return;
      const { copy, session } = sent;
      const codes = await errorCodes(response);
      const isOfNow = this.#tokens?.session_id === session;
      if (codes.includes("session_ended") && isOfNow) this.tokens = null;
      // Not every 401 is about the token: a log-in with a wrong password is not worth a refresh.
      if (!codes.includes("token_expired") && !codes.includes("invalid_token")) return;
      await this.#refreshUnlessDone(request);
      // Somebody else may be logged in by now, and this was not their call.
      if (!this.#tokens || this.#tokens.session_id !== session) return;
      authorise(copy, this.#tokens);
      return this.#fetch(copy);
    },
  };

  /** A refresh token is good once, so calls that are refused at the same time share one renewal. */
  #refreshUnlessDone(refused: Request): Promise<void> {
    const isRenewed = this.#tokens && refused.headers.get("authorization") !== bearer(this.#tokens);
    if (isRenewed) return Promise.resolve();
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const used = this.#tokens;
    if (!used) return;
    try {
      const body = { refresh_token: used.refresh_token };
      const renewed = await unwrap(this.#open.POST("/v1/auth/refresh", { body }));
      // Who has logged out meanwhile stays so.
      if (this.#tokens === used) this.tokens = renewed;
    } catch (error) {
      // Only a refusal ends the session. What did not arrive may be repeated with the same token for a minute.
      if (!(error instanceof TuneLinkError && error.has("invalid_refresh_token"))) throw error;
      if (this.#tokens === used) this.tokens = null;
    }
  }
}

function authorise(request: Request, tokens: Tokens): void {
  request.headers.set("Authorization", bearer(tokens));
}

function bearer(tokens: Tokens): string {
  return `Bearer ${tokens.access_token}`;
}

async function errorCodes(response: Response): Promise<ErrorCode[]> {
  const failure = (await response.clone().json().catch(() => null)) as Schemas["Failure"] | null;
  return failure?.errors?.map((error) => error.code) ?? [];
}
