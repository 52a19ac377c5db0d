// Two people who meet through TuneLink, as an app would have it: everything here goes over the wire.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import {
  createTuneLink,
  Disconnected,
  each,
  Live,
  once,
  TuneLinkError,
  unwrap,
  type Message,
  type State,
  type Tokens,
  type TuneLink,
} from "../src/index.js";
import { startBackend } from "./backend.js";
import { eventually, inDays } from "./helpers.js";

const PASSWORD = "nuages-1940-minor-swing";
const LYON = { lat: 45.76, lng: 4.84 };

let backend: Awaited<ReturnType<typeof startBackend>>;
before(async () => void (backend = await startBackend()));
after(() => backend.stop());

test("two people find each other, talk, and miss nothing", async (t) => {
  const ann = await musician("ann", "acoustic-guitar");
  const bob = await musician("bob", "double-bass");

  // Ann announces a jam. The header lets the request be repeated if its reply is lost.
  const header = once();
  const announce = () => unwrap(ann.api.POST("/v1/events", { params: { header }, body: jam() }));
  const event = await announce();
  assert.equal((await announce()).event_id, event.event_id);

  // Bob looks for jams near Lyon which want a bassist, and joins the first.
  const found = await firstOf(
    each((cursor) =>
      bob.api.GET("/v1/events", {
        params: { query: { ...LYON, radius_km: 30, type: "jam", instrument: "double-bass", cursor } },
      }),
    ),
  );
  assert.equal(found.event_id, event.event_id);
  const seat = await unwrap(
    bob.api.POST("/v1/events/{event_id}/participations", {
      params: { path: { event_id: found.event_id }, header: once() },
      body: { instrument_id: "double-bass" },
    }),
  );
  assert.equal(seat.status, "going");

  // Whoever has a seat is in the event's conversation. It begins with Ann's first words.
  const annLive = listen(ann);
  const bobLive = listen(bob);
  t.after(() => [annLive, bobLive].forEach(({ live }) => live.disconnect()));
  await eventually(() => annLive.live.state === "online" && bobLive.live.state === "online");
  const talk = event.event_id;
  const say = (speaker: Live, text: string, client_message_id: string = crypto.randomUUID()) =>
    speaker.sendMessage({ conversation_id: talk, text, client_message_id });
  const first = await say(annLive.live, "Shall we start with Nuages?");
  await eventually(() => bobLive.heard.length === 1);
  assert.deepEqual(bobLive.heard, [first]);

  // Bob's answer goes out twice, as after a lost socket, and is there once.
  const id = crypto.randomUUID();
  const answer = await say(bobLive.live, "In G minor?", id);
  assert.equal((await say(bobLive.live, "In G minor?", id)).seq, answer.seq);
  await eventually(() => annLive.heard.length === 2);

  // Bob is offline while Ann writes, comes back and catches up: each message once, in order.
  bobLive.live.disconnect();
  await say(annLive.live, "Yes.");
  const last = await say(annLive.live, "Bring the sheets.");
  assert.equal(bobLive.heard.length, 2);
  bobLive.live.connect();
  await eventually(() => bobLive.heard.length === 4);
  assert.deepEqual(numbers(bobLive.heard), [1, 2, 3, 4].map((n) => first.seq - 1 + n));
  assert.deepEqual(bobLive.heard, annLive.heard);

  // Bob reads, and Ann sees how far.
  await eventually(() => bobLive.live.state === "online");
  const reads: number[] = [];
  annLive.live.on("read", (mark) => reads.push(mark.read_seq));
  assert.equal((await bobLive.live.markRead(talk, last.seq)).read_seq, last.seq);
  await eventually(() => reads.includes(last.seq));

  // An app that was closed goes on from where it kept that it was.
  const { known } = bobLive.live;
  bobLive.live.disconnect();
  const missed = await say(annLive.live, "And your bow.");
  const reopened = listen(bob, known);
  t.after(() => reopened.live.disconnect());
  await eventually(() => reopened.heard.length > 0);
  assert.deepEqual(reopened.heard, [missed]);
});

test("a socket that breaks comes back by itself, with what was said meanwhile", async (t) => {
  const eve = await musician("eve", "cello");
  const finn = await musician("finn", "flute");
  const body = { kind: "direct" as const, participant_ids: [eve.tokens!.user_id] };
  const { conversation_id } = await unwrap(finn.api.POST("/v1/conversations", { body }));
  const sockets: WebSocket[] = [];
  class Breakable extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const { live, heard } = listen(eve, {}, Breakable);
  t.after(() => live.disconnect());
  await eventually(() => live.state === "online");

  const states: State[] = [];
  live.on("state", (state) => states.push(state));
  const lost = live.markRead(conversation_id, 0);
  sockets[0]!.terminate();
  await assert.rejects(lost, Disconnected);
  const params = { path: { conversation_id } };
  const message = { text: "Are you there?", client_message_id: crypto.randomUUID() };
  const said = await unwrap(finn.api.POST("/v1/conversations/{conversation_id}/messages", { params, body: message }));
  await eventually(() => live.state === "online");
  assert.deepEqual(states, ["waiting", "connecting", "online"]);
  assert.deepEqual(heard, [said]);
  assert.equal(sockets.length, 2);
});

test("what is refused over the socket is as typed as over HTTP", async (t) => {
  const { live } = listen(await musician("hal", "clarinet"));
  t.after(() => live.disconnect());
  await eventually(() => live.state === "online");
  const message = { conversation_id: crypto.randomUUID(), text: "Anyone?", client_message_id: "1" };
  await assert.rejects(live.sendMessage(message), (error) => error instanceof TuneLinkError && error.has("not_found"));
  const faulty = { ...message, text: "" };
  await assert.rejects(live.sendMessage(faulty), (error) => error instanceof TuneLinkError && error.has("too_short"));
});

test("calls that are refused at the same time share one refresh", async () => {
  const { tokens } = await musician("cleo", "trumpet");
  let refreshes = 0;
  const kept: (string | undefined)[] = [];
  const cleo = createTuneLink({
    baseUrl: backend.url,
    tokens: { ...tokens!, access_token: "out.of.date" },
    keep: (renewed) => kept.push(renewed?.refresh_token),
    fetch: (request) => {
      if (request.url.endsWith("/v1/auth/refresh")) refreshes += 1;
      return fetch(request);
    },
  });
  const rename = (display_name: string) => unwrap(cleo.api.PATCH("/v1/users/me", { body: { display_name } }));
  const [profile, instruments] = await Promise.all([
    unwrap(cleo.api.GET("/v1/users/me")),
    unwrap(cleo.api.GET("/v1/users/me/instruments")),
    unwrap(cleo.api.GET("/v1/users/me/genres")),
    rename("Cleo"),
  ]);
  assert.equal(profile.user_id, tokens!.user_id);
  assert.deepEqual(instruments, [{ instrument_id: "trumpet", level: "advanced" }]);
  assert.equal(refreshes, 1);
  assert.deepEqual(kept, [cleo.tokens?.refresh_token]);
  assert.notEqual(cleo.tokens?.refresh_token, tokens!.refresh_token);
});

test("after a log-out the next call is refused, even with the tokens from before", async () => {
  const dora = await musician("dora", "violin");
  const { tokens } = dora;
  await dora.logOut();
  assert.equal(dora.tokens, null);
  await refused(dora.api.GET("/v1/users/me"), 401, "unauthenticated");

  const kept: unknown[] = [];
  const thief = createTuneLink({ baseUrl: backend.url, tokens, keep: (tokens) => kept.push(tokens) });
  await refused(thief.api.GET("/v1/users/me"), 401, "session_ended");
  assert.deepEqual(kept, [null]);
});

test("a session that was kept goes on, until somebody else ends it", async () => {
  await musician("gil", "drum-kit");
  const storage = new Map<string, Tokens | null>();
  const baseUrl = backend.url;
  const keep = (tokens: Tokens | null) => storage.set("tokens", tokens);
  const tunelink = createTuneLink({ baseUrl, tokens: storage.get("tokens"), keep });
  await tunelink.logIn({ identifier: "gil@example.org", password: PASSWORD, device_name: "Gil's phone" });

  const reopened = createTuneLink({ baseUrl, tokens: storage.get("tokens"), keep });
  const me = await unwrap(reopened.api.GET("/v1/users/me"));
  assert.equal(me.username, "gil");
  await unwrap(tunelink.api.POST("/v1/auth/logout", { body: { scope: "all" } }));
  await refused(reopened.api.GET("/v1/users/me"), 401, "session_ended");
  assert.equal(storage.get("tokens"), null);
});

test("a refusal names each field at fault", async () => {
  const nobody = createTuneLink({ baseUrl: backend.url, language: "fr" });
  const faults = new Map<string | null, string>();
  try {
    await nobody.register({ username: "x", email: "none", password: PASSWORD });
  } catch (error) {
    if (!(error instanceof TuneLinkError)) throw error;
    if (error.has("username_taken")) assert.fail("a name of one letter cannot be taken");
    for (const { field, message } of error.errors) faults.set(field, message);
    assert.equal(error.status, 422);
    assert.ok(error.requestId);
  }
  assert.deepEqual([...faults.keys()].sort(), ["email", "username"]);
  assert.match(faults.get("email")!, /adresse/);
});

test("a list is read to its end, page by page", async () => {
  const anyone = createTuneLink({ baseUrl: backend.url });
  const ids = new Set<string>();
  for await (const { id } of each((cursor) =>
    anyone.api.GET("/v1/instruments", { params: { query: { limit: 100, cursor } } }),
  )) {
    assert.ok(!ids.has(id));
    ids.add(id);
  }
  assert.ok(ids.size > 200);
});

test("what comes too often is told when to come again", async () => {
  await musician("ida", "piano");
  const anyone = createTuneLink({ baseUrl: backend.url });
  const attempt = () => anyone.logIn({ identifier: "ida", password: "not this one" }).catch((error: unknown) => error);
  let error: unknown;
  for (let attempts = 0; attempts < 30 && !isTooMany(error); attempts += 1) error = await attempt();
  assert.ok(isTooMany(error));
  assert.ok(error.retryAfter! > 0);
});

async function musician(name: string, instrument_id: string): Promise<TuneLink> {
  const tunelink = createTuneLink({ baseUrl: backend.url });
  await tunelink.register({ username: name, email: `${name}@example.org`, password: PASSWORD });
  const params = { path: { instrument_id } };
  await unwrap(tunelink.api.PUT("/v1/users/me/instruments/{instrument_id}", { params, body: { level: "advanced" } }));
  return tunelink;
}

function jam() {
  return {
    title: "Manouche jam at the Croix-Rousse",
    type: "jam" as const,
    ...LYON,
    city: "Lyon",
    time_zone: "Europe/Paris",
    starts_at: inDays(7, "20:00:00"),
    ends_at: inDays(7, "23:30:00"),
    genres: ["gypsy-jazz"],
    instruments: [{ instrument_id: "double-bass", wanted: 1 }],
    status: "published" as const,
  };
}

function listen(who: TuneLink, known = {}, Socket: new (url: string) => WebSocket = WebSocket) {
  const live = new Live(who, { known, WebSocket: Socket });
  const heard: Message[] = [];
  live.on("message", (message) => heard.push(message));
  live.connect();
  return { live, heard };
}

async function refused(call: Parameters<typeof unwrap>[0], status: number, code: string): Promise<void> {
  await assert.rejects(unwrap(call), (error) => {
    assert.ok(error instanceof TuneLinkError);
    assert.deepEqual([error.status, error.errors[0]?.code], [status, code]);
    return true;
  });
}

async function firstOf<T>(entries: AsyncIterable<T>): Promise<T> {
  for await (const entry of entries) return entry;
  throw new Error("there is none");
}

function isTooMany(error: unknown): error is TuneLinkError {
  return error instanceof TuneLinkError && error.has("too_many_requests");
}

const numbers = (messages: Message[]) => messages.map(({ seq }) => seq);
