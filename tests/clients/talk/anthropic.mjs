// Anthropic's SDK: what it is asked goes to it as it is; what it shows is told in words common to all.

import Anthropic, { AnthropicError } from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { City } from "../subjects.mjs";

const messages = ({ relay, key, headers = {} }) =>
  new Anthropic({
    baseURL: relay,
    apiKey: key,
    maxRetries: 0,
    timeout: 15_000,
    defaultHeaders: headers,
  }).messages;

/** An answer, whole or put together from its stream. */
const turn = (body, { streamed, ...options }) =>
  streamed ? messages(options).stream(body).finalMessage() : messages(options).create(body);

export const ask = async ({ body, ...options }) => said(await turn(body, options));

export async function parsed({ body, streamed, ...options }) {
  const asked = { ...body, output_config: { format: zodOutputFormat(City) } };
  const answer = streamed
    ? await messages(options).stream(asked).finalMessage()
    : await messages(options).parse(asked);
  return answer.parsed_output;
}

export async function words({ body, ...options }, test) {
  for await (const { delta } of messages(options).stream(body)) {
    if (delta?.type === "text_delta") test.note(delta.text);
  }
}

export async function headers({ body, ...options }) {
  const { response } = await messages(options).create(body).withResponse();
  return Object.fromEntries(response.headers);
}

/** An error of the SDK's, in words common to all; nothing, if it is not the SDK's own. */
export function told(error) {
  if (!(error instanceof AnthropicError)) return null;
  return {
    kind: error.constructor.name,
    status: error.status ?? null,
    requestId: error.requestID ?? null,
    retryAfter: error.headers?.get("retry-after") ?? null,
    words: error.message,
  };
}

function said({ model, content, usage, stop_reason: finish, stop_sequence: stopSequence }) {
  const of = (type) => content.filter((block) => block.type === type);
  const { cache_read_input_tokens: cached, cache_creation_input_tokens: stored } = usage;
  return {
    text: of("text").map((block) => block.text).join(""),
    finish,
    calls: of("tool_use").map(({ id, name, input }) => [id, name, input]),
    thought: of("thinking").map((block) => block.thinking).join(""),
    signatures: of("thinking").map((block) => block.signature),
    usage: [
      usage.input_tokens + (cached ?? 0) + (stored ?? 0),
      cached,
      stored,
      usage.output_tokens,
      usage.output_tokens_details?.thinking_tokens,
    ],
    model,
    message: { role: "assistant", content },
    stopSequence,
  };
}
