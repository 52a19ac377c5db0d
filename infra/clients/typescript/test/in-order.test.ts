import assert from "node:assert/strict";
import { test } from "node:test";
import { InOrder } from "../src/in-order.js";

test("what comes too soon waits for what is before it", () => {
  const inOrder = new InOrder<string>(4);
  assert.deepEqual(inOrder.take(6, "six"), []);
  assert.ok(inOrder.hasHole);
  assert.deepEqual(inOrder.take(5, "five"), ["five", "six"]);
  assert.ok(!inOrder.hasHole);
});

test("what comes twice is given out once", () => {
  const inOrder = new InOrder<string>(0);
  assert.deepEqual(inOrder.take(1, "one"), ["one"]);
  assert.deepEqual(inOrder.take(1, "one"), []);
  assert.ok(!inOrder.hasHole);
  inOrder.take(3, "three");
  inOrder.take(3, "three");
  assert.deepEqual(inOrder.take(2, "two"), ["two", "three"]);
});

test("what is given up is not waited for, and what waited for it comes", () => {
  const inOrder = new InOrder<string>(0);
  inOrder.take(2, "two");
  inOrder.take(4, "four");
  assert.deepEqual(inOrder.skipTo(3), ["four"]);
  assert.equal(inOrder.last, 4);
  assert.deepEqual(inOrder.take(3, "three"), []);
});
