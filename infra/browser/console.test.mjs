// The console in a real browser, with two people in two contexts: they find an event, join it, talk, and one of them
// is away for a while.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, PROGRAM, picture, start, watch } from "./harness.mjs";

/** Milliseconds; a busy machine takes its time. */
const PATIENCE = Number(process.env.TUNELINK_PATIENCE ?? 30_000);
const WORLD = ["--around", "Lyon", "--events", "1200", "--musicians", "60"];

let backend;
let url;
let data;
let names;
let password;
let browser;

before(async () => {
  data = await mkdtemp(join(tmpdir(), "tunelink-console-"));
  const { stdout } = await promisify(execFile)(PROGRAM, ["demo", ...WORLD, "--data", data]);
  names = /Log in as\s+(.+)/.exec(stdout)[1].split(", ");
  password = /Password\s+(\S+)/.exec(stdout)[1];
  ({ backend, url } = await start(["--data", data]));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  if (backend?.kill()) await once(backend, "exit");
  if (data) await rm(data, { recursive: true, force: true });
});

/** Two weeks from now, in the middle of Lyon: the world's own events are others every day. */
const soon = (hours) => new Date(Date.now() + (14 * 24 + hours) * 3600 * 1000).toISOString();
const JAM = {
  title: "Jam manouche au Chantecler", type: "jam", city: "Lyon", lat: 45.764, lng: 4.8357, time_zone: "Europe/Paris",
  starts_at: soon(0), ends_at: soon(3),
};

/** Announces an event as the third of the demo world. */
async function announce(event) {
  const post = async (path, body, headers = {}) => {
    const all = { "content-type": "application/json", ...headers };
    const reply = await fetch(`${url}${path}`, { method: "POST", headers: all, body: JSON.stringify(body) });
    assert.ok(reply.ok, await reply.clone().text());
    return (await reply.json()).data;
  };
  const { access_token } = await post("/v1/auth/login", { identifier: names[2], password });
  return (await post("/v1/events", event, { authorization: `Bearer ${access_token}` })).event_id;
}

/** The console, before anybody has logged in. */
async function arrive(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = watch(page, url);
  await page.goto(`${url}/console`);
  return { context, page, faults };
}

/** Somebody new. */
async function register(username) {
  const { context, page, faults } = await arrive();
  await page.getByText("Register somebody new").click();
  const form = page.locator("#register");
  await form.getByLabel("Username").fill(username);
  await form.getByLabel("E-mail").fill(`${username}@example.org`);
  await form.getByLabel("Password").fill("nuages-1940-minor-swing");
  await form.getByRole("button", { name: "Register" }).click();
  await page.locator("#state.online").waitFor();
  return { context, page, faults };
}

/** Somebody of the demo world at the console, in a browser of their own. */
async function enter(name, options = {}) {
  const { context, page, faults } = await arrive(options);
  await page.getByLabel("Username or e-mail").fill(name);
  await page.locator("#log-in").getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("#state.online").waitFor();
  return { context, page, faults };
}

async function searchNearLyon(page) {
  await page.getByLabel("City").selectOption({ label: "Lyon" });
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator("#found-count", { hasText: /^[1-9]/ }).waitFor();
}

/** Joins the open event with an instrument that is added first. */
async function joinWith(page, instrument) {
  await page.getByText("Add an instrument").click();
  await page.locator("#event select[name=instrument]").last().selectOption(instrument);
  await page.getByRole("button", { name: "Add to what I play" }).click();
  const played = page.locator("#event select[name=instrument]").first();
  await played.locator(`option[value=${instrument}]`).waitFor({ state: "attached" });
  await played.selectOption(instrument);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.locator("#said", { hasText: /You are (going|waiting|pending)/ }).waitFor();
}

const say = async (page, text) => {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
};
const said = (page, text) => page.locator("#messages li:not(.pending)", { hasText: text });

test("two people find an event, talk about it, and one who was away catches up", async () => {
  const id = await announce(JAM);
  const [ann, bob] = [await enter(names[0]), await register("django")];

  await searchNearLyon(ann.page);
  const dots = ann.page.locator("#map .dot");
  assert.equal(await dots.count(), await ann.page.locator("#event-list li").count());
  await ann.page.locator("#event-list button", { hasText: JAM.title }).click();
  await ann.page.locator(`#event[data-event="${id}"]`).waitFor();
  await searchNearLyon(bob.page);
  // By keyboard: what lies on the same spot is in the way of the mouse.
  await bob.page.locator(`#map [data-event="${id}"]`).press("Enter");
  await bob.page.locator(`#event[data-event="${id}"]`).waitFor();
  await joinWith(ann.page, "accordion");
  await joinWith(bob.page, "bass-guitar");
  await picture(ann.page, "console-joined");

  await ann.page.getByRole("button", { name: "Who is coming?" }).click();
  const people = ann.page.locator("#people li", { hasText: "django" });
  await people.getByRole("button", { name: "Write" }).first().click();
  await ann.page.locator("#chat").waitFor();
  await say(ann.page, "Shall we play Nuages?");
  await bob.page.locator("#notifications li.new", { hasText: "Nuages" }).waitFor();
  await bob.page.locator("#conversation-list .badge").waitFor();
  await bob.page.locator("#notifications button", { hasText: "Nuages" }).click();
  await said(bob.page, "Shall we play Nuages?").waitFor();
  await said(ann.page, "read by").waitFor();
  await bob.page.getByLabel("Message", { exact: true }).pressSequentially("In G");
  await ann.page.locator("#typing", { hasText: "is writing" }).waitFor();
  await say(bob.page, "In G minor?");
  await said(ann.page, "In G minor?").waitFor();

  await bob.context.setOffline(true);
  await bob.page.locator("#state.waiting").waitFor();
  for (const text of ["One", "Two", "Three"]) await say(ann.page, text);
  ann.page.once("dialog", (dialog) => dialog.accept("Shall we play Nuages, slowly?"));
  await said(ann.page, "Nuages").getByRole("button", { name: "Edit" }).click();
  await said(ann.page, "slowly").waitFor();
  await said(ann.page, "Two").getByRole("button", { name: "Delete" }).click();
  await said(ann.page, "was deleted").waitFor();
  await say(bob.page, "Written on the train");
  assert.equal(await bob.page.locator("#messages li.pending").count(), 1);
  assert.equal(await said(bob.page, "One").count(), 0);

  await bob.context.setOffline(false);
  await bob.page.locator("#state.online").waitFor();
  await said(bob.page, "Three").waitFor();
  await said(ann.page, "Written on the train").waitFor();
  const before = ["Shall we play Nuages, slowly?", "In G minor?"];
  const texts = [...before, "One", "This message was deleted", "Three", "Written on the train"];
  for (const { page } of [ann, bob]) {
    await said(page, "Written on the train").waitFor();
    assert.deepEqual(await page.locator("#messages li p").allInnerTexts(), texts);
  }
  await picture(ann.page, "console-chat");
  await picture(bob.page, "console-caught-up");
  assert.deepEqual([ann.faults, bob.faults], [[], []]);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("what is pushed is shown, and a reload stays logged in", async () => {
  const [ann, bob] = [await enter(names[2]), await register("stephane")];
  await bob.page.getByText("Pushes", { exact: true }).click();
  await bob.page.locator("#pushes", { hasText: "None to you so far" }).waitFor();
  await bob.page.getByRole("button", { name: "Make this tab a phone" }).click();
  await bob.page.locator("#said", { hasText: "pushed" }).waitFor();
  const id = await bob.page.evaluate(() => JSON.parse(sessionStorage.getItem("tunelink-tokens")).user_id);
  await ann.page.evaluate(async (id) => {
    const { access_token } = JSON.parse(sessionStorage.getItem("tunelink-tokens"));
    const post = (path, body) => fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    }).then((reply) => reply.json());
    const { data } = await post("/v1/conversations", { kind: "direct", participant_ids: [id] });
    await post(`/v1/conversations/${data.conversation_id}/messages`, { text: "Are you there?", client_message_id: "a" });
  }, id);
  await bob.page.locator("#pushes li", { hasText: "Are you there?" }).waitFor();
  await bob.page.getByText("Raw frames").click();
  await bob.page.locator("#frames li", { hasText: '"type":"notification"' }).waitFor();
  await bob.page.reload();
  await bob.page.locator("#state.online").waitFor();
  await bob.page.locator("#conversation-list li", { hasText: "Are you there?" }).waitFor();
  await bob.page.getByRole("button", { name: "Log out" }).click();
  await bob.page.getByRole("heading", { name: "Who are you?" }).waitFor();
  assert.deepEqual([ann.faults, bob.faults], [[], []]);
  await Promise.all([ann.context.close(), bob.context.close()]);
});

test("nothing is wider than a phone, and the dark is dark", async () => {
  const { context, page, faults } = await enter(names[0], { viewport: { width: 375, height: 800 }, colorScheme: "dark" });
  await searchNearLyon(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.match(ground, /rgb\(\d\d, \d\d, \d\d\)/);
  await picture(page, "console-phone");
  assert.deepEqual(faults, []);
  await context.close();
});
