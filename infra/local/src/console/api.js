// The HTTP side of the API: the envelope of every reply, and tokens that are renewed when they have run out.

/** Kept for the tab and not for the browser, so that two tabs can be two people. */
const KEPT = "tunelink-tokens";

/** A reply that is no success; `code` is the first error's, for programs, and the message is for people. */
export class ApiError extends Error {
  constructor(status, body) {
    const fields = (body?.errors ?? []).filter((error) => error.field);
    const details = fields.map((error) => `${error.field}: ${error.message}`);
    super(details.join(" · ") || body?.message || `The server answered ${status}`);
    this.status = status;
    this.code = body?.errors?.[0]?.code ?? null;
  }
}

export class Api extends EventTarget {
  #tokens = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  #refreshing = null;

  get isLoggedIn() {
    return this.#tokens !== null;
  }

  get userId() {
    return this.#tokens?.user_id;
  }

  get = (path) => this.#data("GET", path);
  post = (path, body, headers) => this.#data("POST", path, body, headers);
  put = (path, body) => this.#data("PUT", path, body);
  patch = (path, body) => this.#data("PATCH", path, body);
  delete = (path) => this.#data("DELETE", path);

  /** The whole envelope: lists have their `page` beside their `data`. */
  async call(method, path, body, headers = {}) {
    const used = this.#tokens;
    try {
      return await this.#send(method, path, body, headers);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || !used) throw error;
      // An access token is good for 15 minutes. Somebody else's call may have renewed it in the meantime.
      if (this.#tokens === used) await this.#refresh();
      return this.#send(method, path, body, headers);
    }
  }

  async logIn(identifier, password) {
    const reply = await this.#send("POST", "/v1/auth/login", { identifier, password, device_name: "Console" });
    this.#keep(reply.data);
  }

  async register(account) {
    const reply = await this.#send("POST", "/v1/auth/register", { ...account, device_name: "Console" });
    this.#keep(reply.data.tokens);
  }

  async logOut() {
    try {
      await this.call("POST", "/v1/auth/logout");
    } finally {
      this.#keep(null);
    }
  }

  async #data(method, path, body, headers) {
    return (await this.call(method, path, body, headers)).data;
  }

  /** Renews the tokens. A refresh token is good once, so calls that find out at the same time share one renewal. */
  #refresh() {
    this.#refreshing ??= this.#renew().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #renew() {
    try {
      const { refresh_token } = this.#tokens;
      const reply = await this.#send("POST", "/v1/auth/refresh", { refresh_token });
      this.#keep(reply.data);
    } catch (error) {
      // Only a refusal ends the session; a server that cannot be reached does not.
      if (error instanceof ApiError && error.status === 401) {
        this.#keep(null);
        this.dispatchEvent(new Event("ended"));
      }
      throw error;
    }
  }

  async #send(method, path, body, headers = {}) {
    const all = { ...headers, "accept-language": "en" };
    if (body !== undefined) all["content-type"] = "application/json";
    const isOpen = path.startsWith("/v1/auth/") && path !== "/v1/auth/logout";
    if (this.#tokens && !isOpen) all.authorization = `Bearer ${this.#tokens.access_token}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await fetch(path, { method, headers: all, body: text });
    const isJson = reply.headers.get("content-type")?.includes("json");
    const envelope = isJson ? await reply.json() : null;
    if (!reply.ok) throw new ApiError(reply.status, envelope);
    return envelope;
  }

  #keep(tokens) {
    this.#tokens = tokens;
    if (tokens) sessionStorage.setItem(KEPT, JSON.stringify(tokens));
    else sessionStorage.removeItem(KEPT);
  }
}
