// The Vercel AI SDK with its provider for compatible endpoints, or with that for Anthropic's: base
// URL and key, and nothing else.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { AISDKError, Output, generateText, isStepCount, streamText, tool } from "ai";
import { City, Place, WEATHER, forecast } from "./subjects.mjs";

const MODEL = "gpt-4o";
/** Aborts are what the platform raises, not errors of the SDK. */
const ABORTS = ["AbortError", "TimeoutError"];

const PROVIDERS = {
  compatible: (baseURL, apiKey) =>
    createOpenAICompatible({
      name: "relay",
      baseURL,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
      // Without it the SDK fetches a linked image itself.
      supportedUrls: () => ({ "image/*": [/^https:/] }),
    }),
  anthropic: (baseURL, apiKey) => createAnthropic({ baseURL, apiKey }),
};

/** What every call is given. Its errors go into the stream, where the cases look for them. */
export function calling({ relay, provider = "compatible", key, model = MODEL, ...options }) {
  const { retries = 0, timeout = 15_000, headers } = options;
  const models = PROVIDERS[provider](`${relay}/v1`, key);
  return { model: models(model), maxRetries: retries, timeout, headers, onError() {} };
}

const asking = ({ prompt = "Hi", ...options }) => ({ ...calling(options), prompt });

const counted = (usage) => [usage.inputTokens ?? null, usage.outputTokens ?? null];

/** What stands in both kinds of results. */
async function about(result) {
  const { headers, modelId } = await result.response;
  return {
    text: await result.text,
    reasoning: await result.reasoningText,
    finish: await result.finishReason,
    model: modelId,
    usage: counted(await result.usage),
    requestId: headers["x-request-id"],
    headers,
  };
}

// Text.

export const whole = async (options) => about(await generateText(asking(options)));

export async function streamed(options, test) {
  const result = streamText(asking(options));
  const pieces = [];
  for await (const part of result.stream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") {
      pieces.push(part.text);
      test.note(part.text);
    }
  }
  return { ...(await about(result)), pieces };
}

export const usage = streamed;

export const both = async (options, test) => [
  await whole(options, test),
  await streamed(options, test),
];

// Tools and objects.

/** The whole run of a call, however it came. */
const run = (call, isStreamed) => (isStreamed ? streamText(call) : generateText(call));

const described = { description: WEATHER.description, inputSchema: Place };

export async function calls(options) {
  const tools = { weather: tool(described) };
  const result = await run({ ...asking(options), tools }, options.streamed);
  const calls = (await result.toolCalls).map((call) => ({
    id: call.toolCallId,
    name: call.toolName,
    input: call.input,
  }));
  return { calls, finish: (await result.finishReason).replace("-", "_") };
}

export async function results(options) {
  const tools = { weather: tool({ ...described, execute: forecast }) };
  const call = { ...asking(options), tools, stopWhen: isStepCount(2) };
  const result = await run(call, options.streamed);
  return { text: await result.text };
}

const inSchema = (options) => ({ ...asking(options), output: Output.object({ schema: City }) });

export async function object(options) {
  const result = await generateText(inSchema(options));
  return { object: result.output };
}

export async function objectStreamed(options) {
  const result = streamText(inSchema(options));
  const parts = [];
  for await (const part of result.partialOutputStream) parts.push(part);
  return { object: await result.output, parts };
}

// Aborts and errors.

export async function abortedStream(options) {
  const leaving = new AbortController();
  const pieces = [];
  const result = streamText({ ...asking(options), abortSignal: leaving.signal });
  for await (const part of result.stream) {
    if (part.type === "text-delta") pieces.push(part.text);
    if (pieces.length === 2) leaving.abort();
  }
  return { pieces, next: (await whole(options)).text };
}

export async function abortedWait(options, test) {
  const leaving = new AbortController();
  const call = { ...asking(options), abortSignal: leaving.signal };
  const waiting = raised(generateText(call));
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
  if (!AISDKError.isInstance(error) && !ABORTS.includes(error.name)) return null;
  const body = error.data?.error ?? error.data;
  return {
    kind: error.name.replace("AI_", ""),
    status: error.statusCode ?? null,
    code: body?.code ?? null,
    param: body?.param ?? null,
    requestId: error.responseHeaders?.["x-request-id"] ?? null,
    retryAfter: error.responseHeaders?.["retry-after"] ?? null,
    words: error.message,
  };
}
