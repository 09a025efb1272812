// OpenAI's SDK: what it is asked goes to it as it is; what it shows is told in words common to all.

import { zodResponseFormat } from "openai/helpers/zod";
import { connect, told } from "../openai.mjs";
import { City } from "../subjects.mjs";

export { told };

const chats = (options) => connect(options).chat.completions;

export async function ask({ body, streamed, ...options }) {
  if (!streamed) return said(await chats(options).create(body));
  const stream = chats(options).stream({ ...body, stream_options: { include_usage: true } });
  // The SDK's helper keeps the last piece alone of fields that it does not know.
  const more = {};
  stream.on("chunk", ({ choices: [choice] }) => collect(more, choice?.delta ?? {}));
  return said(await stream.finalChatCompletion(), more);
}

function collect(more, { reasoning_content: words, thinking_blocks: blocks }) {
  if (words) more.reasoning_content = (more.reasoning_content ?? "") + words;
  if (blocks) more.thinking_blocks = [...(more.thinking_blocks ?? []), ...blocks];
}

export async function parsed({ body, streamed, ...options }) {
  const asked = { ...body, response_format: zodResponseFormat(City, "city") };
  const answer = streamed
    ? await chats(options).stream(asked).finalChatCompletion()
    : await chats(options).parse(asked);
  return answer.choices[0].message.parsed;
}

export async function words({ body, ...options }, test) {
  for await (const chunk of await chats(options).create({ ...body, stream: true })) {
    test.note(chunk.choices[0]?.delta.content ?? "");
  }
}

export async function headers({ body, ...options }) {
  const { response } = await chats(options).create(body).withResponse();
  return Object.fromEntries(response.headers);
}

function said({ model, usage, choices: [choice] }, more = {}) {
  const message = { ...choice.message, ...more };
  const { prompt_tokens_details: inward, completion_tokens_details: outward } = usage ?? {};
  return {
    text: message.content ?? "",
    finish: choice.finish_reason,
    calls: (message.tool_calls ?? []).map(({ id, function: called }) => [
      id,
      called.name,
      JSON.parse(called.arguments),
    ]),
    thought: message.reasoning_content ?? "",
    signatures: (message.thinking_blocks ?? []).map((block) => block.signature),
    usage: [
      usage?.prompt_tokens,
      inward?.cached_tokens,
      inward?.cache_write_tokens,
      usage?.completion_tokens,
      outward?.reasoning_tokens,
    ],
    model,
    message,
  };
}
