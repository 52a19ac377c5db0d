// The documentation in a real browser: it needs nothing but the backend, it can log in, and it can call.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, picture, start, watch } from "./harness.mjs";

const ACCOUNT = { username: "django", email: "django@example.org", password: "nuages-1940-minor-swing" };

let backend;
let url;
let userData;
let browser;

before(async () => {
  ({ backend, url } = await start(["--ephemeral"]));
  const reply = await fetch(`${url}/v1/auth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ACCOUNT),
  });
  assert.equal(reply.status, 201);
  userData = await mkdtemp(join(tmpdir(), "tunelink-browser-"));
  browser = await chromium.launchPersistentContext(userData, { executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  if (backend?.kill()) await once(backend, "exit");
  if (userData) await rm(userData, { recursive: true, force: true });
});

test("people log in to the documentation and call an operation", async () => {
  const page = await browser.newPage();
  const faults = watch(page, url);
  await page.goto(`${url}/docs`);

  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator("#oauth_username").fill(ACCOUNT.username);
  await dialog.locator("#oauth_password").fill(ACCOUNT.password);
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  await dialog.locator("button", { hasText: "Logout" }).waitFor();
  await picture(page, "docs-authorized");
  await dialog.locator("button", { hasText: "Close" }).first().click();

  const response = await execute(page, "Accounts-getMyProfile", "/v1/users/me");
  assert.equal(response.status(), 200);
  const live = page.locator("#operations-Accounts-getMyProfile .live-responses-table");
  await live.waitFor();
  assert.match(await live.locator(".response-col_status").last().innerText(), /200/);
  assert.match(await live.locator(".response-col_description").last().innerText(), /"username": "django"/);
  await live.scrollIntoViewIfNeeded();
  await picture(page, "docs-called");

  assert.deepEqual(faults, []);
});

test("an operation does what it says when nothing but Execute is pressed", async () => {
  const page = await browser.newPage();
  await page.goto(`${url}/docs`);
  const change = await execute(page, "Accounts-updateMyProfile", "/v1/users/me");
  assert.equal(change.status(), 200);
  const profile = await execute(page, "Accounts-getMyProfile", "/v1/users/me");
  assert.equal((await profile.json()).data.bio, "Gypsy jazz, mostly at night.");
  const list = await execute(page, "Catalogue-listGenres", "/v1/genres");
  assert.equal((await list.json()).data.length, 20);
  const values = (inputs) => inputs.map((input) => input.value);
  const headers = await page.locator('tr[data-param-in="header"] input').evaluateAll(values);
  assert.ok(headers.length > 3);
  assert.ok(headers.every((value) => value === ""), `${headers}`);
});

test("whoever types a wrong password is told so", async () => {
  const page = await browser.newPage();
  await page.goto(`${url}/docs`);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator("#oauth_username").fill(ACCOUNT.username);
  await dialog.locator("#oauth_password").fill("not-the-password");
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  await dialog.locator(".errors").first().waitFor();
  await picture(page, "docs-refused");
  assert.match(await dialog.locator(".errors").first().innerText(), /password/i);
});

/** The reply to an operation whose fields are left as they are. */
async function execute(page, operation, path) {
  const block = page.locator(`#operations-${operation}`);
  const button = block.getByRole("button", { name: "Execute" });
  if (!(await button.isVisible())) await block.locator(".opblock-summary-control").click();
  const [response] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).pathname === path),
    button.click(),
  ]);
  return response;
}
