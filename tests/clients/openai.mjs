// The official OpenAI SDK, changed in nothing but base URL and key.

import OpenAI, { OpenAIError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { City, WEATHER, forecast } from "./subjects.mjs";

const MODEL = "gpt-4o";

export function connect({ relay, key, retries = 0, timeout = 15_000, headers = {} }) {
  return new OpenAI({
    baseURL: `${relay}/v1`,
    apiKey: key,
    maxRetries: retries,
    timeout,
    defaultHeaders: headers,
  });
}

const asking = ({ model = MODEL, prompt = "Hi", more = {} }) => ({
  model,
  messages: [{ role: "user", content: prompt }],
  ...more,
});

const counted = (usage) => usage && [usage.prompt_tokens, usage.completion_tokens];

// Text.

export async function whole(options) {
  const { data, response } = await connect(options)
    .chat.completions.create(asking(options))
    .withResponse();
  const [choice] = data.choices;
  return {
    text: choice.message.content,
    reasoning: choice.message.reasoning_content,
    finish: choice.finish_reason,
    model: data.model,
    usage: counted(data.usage),
    requestId: data._request_id,
    headers: Object.fromEntries(response.headers),
  };
}

export async function streamed(options, test) {
  const { data, response } = await connect(options)
    .chat.completions.create({ ...asking(options), stream: true })
    .withResponse();
  const said = { pieces: [], reasoning: "", finish: null, model: null, usage: null };
  for await (const chunk of data) {
    const [choice] = chunk.choices;
    said.model = chunk.model;
    said.reasoning += choice?.delta.reasoning_content ?? "";
    said.finish = choice?.finish_reason ?? said.finish;
    said.usage = counted(chunk.usage) ?? said.usage;
    if (choice?.delta.content) {
      said.pieces.push(choice.delta.content);
      test.note(choice.delta.content);
    }
  }
  const headers = Object.fromEntries(response.headers);
  return { ...said, text: said.pieces.join(""), requestId: headers["x-request-id"], headers };
}

export const usage = (options, test) =>
  streamed({ ...options, more: { stream_options: { include_usage: true } } }, test);

export async function choices(options) {
  const client = connect(options);
  const answer = await client.chat.completions.create({ ...asking(options), n: 2 });
  const stream = await client.chat.completions.create({ ...asking(options), n: 2, stream: true });
  const words = ["", ""];
  for await (const chunk of stream) {
    for (const { index, delta } of chunk.choices) words[index] += delta.content ?? "";
  }
  return { whole: answer.choices.map((choice) => choice.message.content), streamed: words };
}

export const both = async (options, test) => [
  await whole(options, test),
  await streamed(options, test),
];

// Tools and objects.

/** The next answer in a talk, whole or put together from its stream. */
async function turn(client, body, isStreamed) {
  if (!isStreamed) return client.chat.completions.create(body);
  return client.chat.completions.stream(body).finalChatCompletion();
}

const shown = (calls) =>
  calls.map(({ id, function: called }) => ({
    id,
    name: called.name,
    input: JSON.parse(called.arguments),
  }));

const tools = [{ type: "function", function: WEATHER }];

export async function calls(options) {
  const answer = await turn(connect(options), { ...asking(options), tools }, options.streamed);
  const [{ message, finish_reason: finish }] = answer.choices;
  return { calls: shown(message.tool_calls), finish };
}

export async function results(options) {
  const client = connect(options);
  const body = { ...asking(options), tools };
  const [{ message }] = (await turn(client, body, options.streamed)).choices;
  body.messages.push(message);
  for (const { id, input } of shown(message.tool_calls)) {
    body.messages.push({ role: "tool", tool_call_id: id, content: forecast(input) });
  }
  const answer = await turn(client, body, options.streamed);
  return { text: answer.choices[0].message.content };
}

const inSchema = (options) => ({
  ...asking(options),
  response_format: zodResponseFormat(City, "city"),
});

export async function object(options) {
  const answer = await connect(options).chat.completions.parse(inSchema(options));
  return { object: answer.choices[0].message.parsed };
}

export async function objectStreamed(options) {
  const parts = [];
  const stream = connect(options).chat.completions.stream(inSchema(options));
  stream.on("content.delta", ({ parsed }) => parts.push({ ...parsed }));
  const answer = await stream.finalChatCompletion();
  return { object: answer.choices[0].message.parsed, parts };
}

// Models.

export async function models(options) {
  const client = connect(options);
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  const found = await Promise.all(names.map((name) => client.models.retrieve(name)));
  return { names, found: found.map((model) => model.id) };
}

export const noModel = (options) => raised(connect(options).models.retrieve(options.model));

// Aborts and errors.

export async function abortedStream(options) {
  const client = connect(options);
  const leaving = new AbortController();
  const stream = await client.chat.completions.create(
    { ...asking(options), stream: true },
    { signal: leaving.signal },
  );
  const pieces = [];
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (piece) pieces.push(piece);
    if (pieces.length === 2) leaving.abort();
  }
  return { pieces, next: (await whole(options)).text };
}

export async function abortedWait(options, test) {
  const leaving = new AbortController();
  const waiting = raised(
    connect(options).chat.completions.create(asking(options), { signal: leaving.signal }),
  );
  await test.word();
  leaving.abort();
  return { error: await waiting, next: (await whole(options)).text };
}

export const errors = async (options, test) => [
  await raised(whole(options, test)),
  await raised(streamed(options, test)),
];

export async function broken(options) {
  const pieces = [];
  const error = await raised(streamed(options, { note: (piece) => pieces.push(piece) }));
  return { error, text: pieces.join("") };
}

/** What the SDK raised; anything that is not its own goes on. */
async function raised(doing) {
  try {
    await doing;
  } catch (error) {
    if (!told(error)) throw error;
    return told(error);
  }
  return null;
}

/** An error of the SDK's, in words common to all; nothing, if it is not the SDK's own. */
export function told(error) {
  if (!(error instanceof OpenAIError)) return null;
  return {
    kind: error.constructor.name,
    status: error.status ?? null,
    code: error.code ?? null,
    param: error.param ?? null,
    requestId: error.requestID ?? null,
    retryAfter: error.headers?.get("retry-after") ?? null,
    words: error.message,
  };
}
