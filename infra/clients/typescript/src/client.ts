import createClient, { type Client } from "openapi-fetch";
import { TuneLinkError, unwrap, type Schemas } from "./envelope.js";
import type { paths } from "./openapi.js";
import { Session, type Tokens } from "./session.js";

export interface Options {
  /** Of the HTTP API, without a slash at its end. */
  baseUrl: string;
  /** Of the sockets; on AWS they have an address of their own. */
  liveUrl?: string;
  /** The tokens that were kept when the app was last open. */
  tokens?: Tokens | null;
  /** Called with each change of the tokens, to keep them. Null: there is no session any more. */
  keep?: (tokens: Tokens | null) => void;
  /** The language of messages. */
  language?: "en" | "fr";
  fetch?: (request: Request) => Promise<Response>;
}

export interface TuneLink {
  /** Every operation, typed by its path: `api.GET("/v1/events", …)`. Renews the access token by itself. */
  api: Client<paths, "application/json">;
  liveUrl: string;
  /** Of whoever is logged in. */
  readonly tokens: Tokens | null;
  register(account: Schemas["NewAccount"]): Promise<Schemas["MyProfile"]>;
  logIn(credentials: Schemas["Credentials"]): Promise<void>;
  /** Ends the session here in any case, and on the server if it can be reached. */
  logOut(): Promise<void>;
}

export function createTuneLink(options: Options): TuneLink {
  const { baseUrl, language = "en", keep = () => {} } = options;
  const fetch = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const session = new Session(baseUrl, options.tokens ?? null, keep, fetch);
  const headers = { "Accept-Language": language };
  const api = createClient<paths, "application/json">({ baseUrl, fetch, headers });
  api.use(session.middleware);

  return {
    api,
    liveUrl: options.liveUrl ?? `${baseUrl.replace(/^http/, "ws")}/live`,
    get tokens() {
      return session.tokens;
    },
    async register(body) {
      const { account, tokens } = await unwrap(api.POST("/v1/auth/register", { body }));
      session.tokens = tokens;
      return account;
    },
    async logIn(body) {
      session.tokens = await unwrap(api.POST("/v1/auth/login", { body }));
    },
    async logOut() {
      try {
        await unwrap(api.POST("/v1/auth/logout"));
      } catch (error) {
        if (!(error instanceof TuneLinkError && error.has("session_ended"))) throw error;
      } finally {
        session.tokens = null;
      }
    },
  };
}
