// The documentation in a real browser: it needs nothing but the backend, it can log in, and it can call.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const PROGRAM = process.env.TUNELINK_PROGRAM ?? "../../target/debug/tunelink";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ACCOUNT = { username: "django", email: "django@example.org", password: "nuages-1940-minor-swing" };

let backend;
let url;
let userData;
let browser;

before(async () => {
  backend = spawn(PROGRAM, ["--ephemeral", "--port", "0", "--dynamodb-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await announced(backend);
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
  const faults = watch(page);
  await page.goto(`${url}/docs`);

  await page.getByRole("button", { name: "Authorize" }).first().click();
  const dialog = page.locator(".dialog-ux");
  await dialog.locator("#oauth_username").fill(ACCOUNT.username);
  await dialog.locator("#oauth_password").fill(ACCOUNT.password);
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  await dialog.locator("button", { hasText: "Logout" }).waitFor();
  await picture(page, "authorized");
  await dialog.locator("button", { hasText: "Close" }).first().click();

  const response = await execute(page, "Accounts-getMyProfile", "/v1/users/me");
  assert.equal(response.status(), 200);
  const live = page.locator("#operations-Accounts-getMyProfile .live-responses-table");
  await live.waitFor();
  assert.match(await live.locator(".response-col_status").last().innerText(), /200/);
  assert.match(await live.locator(".response-col_description").last().innerText(), /"username": "django"/);
  await live.scrollIntoViewIfNeeded();
  await picture(page, "called");

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
  await picture(page, "refused");
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

/** Everything that goes wrong on the page from now on, and every request to anybody but the backend. */
function watch(page) {
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error}`));
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== url && !["data:", "blob:"].includes(protocol)) faults.push(`elsewhere: ${request.url()}`);
  });
  return faults;
}

/** The URL under which the program says that it can be reached. */
async function announced(program) {
  let said = "";
  program.stdout.setEncoding("utf8");
  for await (const part of program.stdout.iterator({ destroyOnReturn: false })) {
    said += part;
    const found = /API\s+(http:\S+)\/v1/.exec(said);
    if (found) return found[1];
  }
  throw new Error(`the backend did not start: ${said}`);
}

/** Kept when somebody wants to look at it. */
async function picture(page, name) {
  const folder = process.env.TUNELINK_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `docs-${name}.png`) });
}
