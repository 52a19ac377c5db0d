// What must not compile. `npm run check` fails where one of these lines does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createTuneLink, unwrap, type ErrorCode, type Message, type Schemas, type ServerFrame } from "../src/index.js";

const { api } = createTuneLink({ baseUrl: "http://127.0.0.1:1" });

test("the types of the documents reach the client", () => {
  assert.deepEqual(Object.values(calls).map((call) => typeof call), Array(Object.keys(calls).length).fill("function"));
});

/** Compiled, and never called. */
const calls = {
  unknownPath: () =>
    // @ts-expect-error
    api.GET("/v1/evnts"),
  wrongMethod: () =>
    // @ts-expect-error
    api.POST("/v1/users/me/instruments", {}),
  unknownField: () =>
    // @ts-expect-error
    api.PATCH("/v1/users/me", { body: { displayname: "Django" } }),
  /** Beside right ones, openapi-fetch lets an unknown field pass; a body with a type of its own is held to it. */
  unknownFieldAmongOthers: () => ({
    identifier: "django",
    password: "nuages",
    // @ts-expect-error
    device: "phone",
  }) satisfies Schemas["Credentials"],
  missingField: () =>
    // @ts-expect-error
    api.POST("/v1/auth/login", { body: { identifier: "django" } }),
  wrongLevel: () =>
    api.PUT("/v1/users/me/instruments/{instrument_id}", {
      params: { path: { instrument_id: "banjo" } },
      // @ts-expect-error
      body: { level: "virtuoso" },
    }),
  missingPathParameter: () =>
    // @ts-expect-error
    api.GET("/v1/events/{event_id}", { params: { path: {} } }),
  unknownQuery: () =>
    // @ts-expect-error
    api.GET("/v1/events", { params: { query: { latitude: 45.76 } } }),
  whatComesBack: async () => {
    const event = await unwrap(api.GET("/v1/events/{event_id}", { params: { path: { event_id: "" } } }));
    event.seats.free satisfies number;
    // @ts-expect-error
    event.participation.status;
    // @ts-expect-error
    event.organizer;
  },
  nothingComesBack: async () => (await unwrap(api.POST("/v1/auth/logout"))) satisfies null,
  codes: () => [
    "token_expired" satisfies ErrorCode,
    // @ts-expect-error
    "token_expierd" satisfies ErrorCode,
  ],
  frames: (frame: ServerFrame) => {
    if (frame.type === "message") frame.data.seq satisfies number;
    // @ts-expect-error
    if (frame.type === "left") frame.data.seq;
    // @ts-expect-error
    if (frame.type === "message_sent") return;
  },
  /** One message has one type, whichever document it is from. */
  sameInBoth: (live: Message, http: Schemas["Message"]) => [live satisfies Schemas["Message"], http satisfies Message],
};
