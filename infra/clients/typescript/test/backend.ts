import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const PROGRAM = process.env["TUNELINK_BIN"] ?? "../../../target/debug/tunelink";

/** The local backend on free ports, which forgets everything at its end. */
export async function startBackend(): Promise<{ url: string; stop(): Promise<void> }> {
  const options = ["--ephemeral", "--port", "0", "--dynamodb-port", "0"];
  const backend = spawn(PROGRAM, options, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await announced(backend);
  const stop = async () => {
    backend.kill();
    if (backend.exitCode === null) await once(backend, "exit");
  };
  return { url, stop };
}

/** The URL under which the program says that it can be reached. */
async function announced(program: ChildProcess): Promise<string> {
  let said = "";
  for await (const part of program.stdout!.iterator({ destroyOnReturn: false })) {
    said += part;
    const url = /API\s+(http:\S+)\/v1/.exec(said)?.[1];
    if (url) return url;
  }
  throw new Error(`the backend did not start: ${said}`);
}
