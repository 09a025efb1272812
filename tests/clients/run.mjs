// Cases of the SDKs, many at once: a line of JSON on stdin begins one, or brings it the word that it
// waits for. A line on stdout is a note of a case, or its end. Anything else goes to stderr.

import { Console } from "node:console";
import { createInterface } from "node:readline";

globalThis.console = new Console(process.stderr);
globalThis.AI_SDK_LOG_WARNINGS = false;

/** By the number of a case: what gives it its word. */
const words = new Map();

async function play({ id, sdk, name, options }) {
  const print = (line) => process.stdout.write(`${JSON.stringify({ id, ...line })}\n`);
  const word = new Promise((resolve) => words.set(id, resolve));
  const cases = await import(`./${sdk}.mjs`);
  const test = { note: (note) => print({ note }), word: () => word };
  const end = await ending(cases, () => cases[name](options, test));
  words.delete(id);
  if (words.size === 0) await hangUp();
  print(end);
}

async function ending(cases, doing) {
  try {
    return { result: (await doing()) ?? null };
  } catch (error) {
    const raised = cases.told(error);
    return raised ? { raised } : { failed: String(error?.stack ?? error) };
  }
}

/** As the end of a process would: where no case runs no connection is left. */
async function hangUp() {
  const name = Symbol.for("undici.globalDispatcher.1");
  const connections = globalThis[name];
  if (!connections) return;
  globalThis[name] = new connections.constructor();
  await connections.destroy();
}

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line);
  if (told.word) words.get(told.id)?.();
  else play(told);
}
process.exit();
