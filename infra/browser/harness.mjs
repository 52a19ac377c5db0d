// What the tests in a browser share: the program, the browser's flags, and a watch on pages.

import { spawn } from "node:child_process";
import { join } from "node:path";

export const PROGRAM = process.env.TUNELINK_PROGRAM ?? "../../target/debug/tunelink";
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A backend on any free ports, once it can be reached. */
export async function start(options) {
  const backend = spawn(PROGRAM, [...options, "--port", "0", "--dynamodb-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { backend, url: await announced(backend) };
}

/** Everything that goes wrong on the page from now on, and every request to anybody but the backend. */
export function watch(page, url) {
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
export async function picture(page, name) {
  const folder = process.env.TUNELINK_PICTURES;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
