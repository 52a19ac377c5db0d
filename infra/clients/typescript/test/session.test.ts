// Two people on one phone, one after the other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTuneLink, TuneLinkError, unwrap } from "../src/index.js";
import { startBackend } from "./backend.js";
import { eventually } from "./helpers.js";

const password = "nuages-1940-minor-swing";

let backend: Awaited<ReturnType<typeof startBackend>>;
before(async () => void (backend = await startBackend()));
after(() => backend.stop());

test("a call of one person is not repeated in the name of the next", async () => {
  let letThrough = () => {};
  const held = new Promise<void>((resolve) => (letThrough = resolve));
  let isOnItsWay = false;
  const phone = createTuneLink({
    baseUrl: backend.url,
    // What Ann changes arrives late, and with a token that is no longer good.
    async fetch(request) {
      if (request.method === "PATCH" && !isOnItsWay) {
        isOnItsWay = true;
        request.headers.set("Authorization", "Bearer spoilt");
        await held;
      }
      return fetch(request);
    },
  });
  await phone.register({ username: "bob", email: "bob@example.org", password });
  await phone.logOut();
  await phone.register({ username: "ann", email: "ann@example.org", password });
  const late = unwrap(phone.api.PATCH("/v1/users/me", { body: { bio: "Ann's words" } }));
  await eventually(() => isOnItsWay);
  await phone.logIn({ identifier: "bob", password });
  letThrough();
  await assert.rejects(late, (error) => error instanceof TuneLinkError && error.has("invalid_token"));
  const bob = await unwrap(phone.api.GET("/v1/users/me"));
  assert.deepEqual([bob.username, bob.bio], ["bob", null]);
});

test("the end of a session that is over ends no other", async () => {
  const phone = createTuneLink({ baseUrl: backend.url });
  await phone.register({ username: "cyd", email: "cyd@example.org", password });
  const before = phone.tokens;
  await phone.logOut();
  await phone.logIn({ identifier: "cyd", password });
  const old = createTuneLink({ baseUrl: backend.url, tokens: before });
  await assert.rejects(unwrap(old.api.GET("/v1/users/me")), (error) => error instanceof TuneLinkError);
  assert.equal(old.tokens, null);
  assert.equal((await unwrap(phone.api.GET("/v1/users/me"))).username, "cyd");
});
