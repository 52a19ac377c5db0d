import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds that others bring about, 10 seconds at most. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (holds()) return;
  throw new Error(`this did not come to hold: ${holds}`);
}

/** A local time so many days from now. */
export function inDays(days: number, time: string): string {
  const date = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  return `${date}T${time}`;
}
