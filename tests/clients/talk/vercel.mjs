// The Vercel AI SDK: its own words for what is asked; what it shows is told in words common to all.

import { Output, generateText, jsonSchema, streamText, tool } from "ai";
import { City } from "../subjects.mjs";
import { calling, told } from "../vercel.mjs";

export { told };

/** The SDK takes a model's name that it does not know for one that has no structured output. */
const KNOWN = { anthropic: { structuredOutputMode: "outputFormat" } };

/** A call of the SDK's for this body: its tools are a list, its schema is plain JSON. */
function call({ model, tools = [], schema, providerOptions, ...body }, options) {
  const described = tools.map(({ name, description, inputSchema }) => [
    name,
    tool({ description, inputSchema: jsonSchema(inputSchema) }),
  ]);
  return {
    ...calling({ ...options, model }),
    ...body,
    ...(tools.length && { tools: Object.fromEntries(described) }),
    ...(schema && { output: Output.object({ schema: jsonSchema(schema) }) }),
    providerOptions: {
      ...providerOptions,
      anthropic: { ...KNOWN.anthropic, ...providerOptions?.anthropic },
    },
  };
}

/** The whole of an answer, however it comes. */
async function turn(asked, streamed, test) {
  if (!streamed) return generateText(asked);
  const result = streamText(asked);
  for await (const part of result.stream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") test.note(part.text);
  }
  return result;
}

export const ask = async ({ body, streamed, ...options }, test) =>
  said(await turn(call(body, options), streamed, test));

export async function parsed({ body, streamed, ...options }, test) {
  const asked = { ...call(body, options), output: Output.object({ schema: City }) };
  return await (await turn(asked, streamed, test)).output;
}

export async function words({ body, ...options }, test) {
  await turn(call(body, options), true, test);
}

export const headers = async ({ body, ...options }) =>
  (await generateText(call(body, options))).response.headers;

async function said(result) {
  const { modelId, messages } = await result.response;
  const reasoning = await result.reasoning;
  const metadata = (await result.providerMetadata)?.anthropic;
  const { inputTokenDetails: inward, outputTokenDetails: outward, ...usage } = await result.usage;
  return {
    text: await result.text,
    finish: await result.finishReason,
    calls: (await result.toolCalls).map((call) => [call.toolCallId, call.toolName, call.input]),
    thought: reasoning.map((part) => part.text).join(""),
    signatures: reasoning.map((part) => part.providerMetadata?.anthropic?.signature),
    usage: [
      usage.inputTokens,
      inward.cacheReadTokens,
      inward.cacheWriteTokens,
      usage.outputTokens,
      outward.reasoningTokens,
    ],
    model: modelId,
    message: messages[0],
    stopSequence: metadata?.stopSequence,
  };
}
