// One case of one SDK: node run.mjs <sdk> <case> <options as JSON>.
// Prints a line of JSON per note, and one with the result. What goes wrong goes to stderr.

import { once } from "node:events";

// The AI SDK says its warnings on stdout, where the notes are.
globalThis.AI_SDK_LOG_WARNINGS = false;

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** What a case may say to the test before its end, and wait for from it. */
const test = {
  note: (note) => print({ note }),
  async word() {
    await once(process.stdin, "data");
    process.stdin.destroy();
  },
};

const [sdk, name, options] = process.argv.slice(2);
const cases = await import(`./${sdk}.mjs`);
const result = await cases[name](JSON.parse(options), test);
print({ result: result ?? null });
