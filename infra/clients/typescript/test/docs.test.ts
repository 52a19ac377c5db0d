import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const PAGE = "../../../docs/TYPESCRIPT-CLIENT.md";

test("each example of the page is an excerpt of the scenario, which runs", async () => {
  const page = await readFile(PAGE, "utf8");
  const scenario = inOneLine(await readFile("test/scenario.test.ts", "utf8"));
  const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example!);
  assert.ok(examples.length > 5);
  for (const example of examples) assert.ok(scenario.includes(inOneLine(example)), example);
});

const inOneLine = (text: string) => text.replace(/\s+/g, " ").trim();
