import { embed, generateText, isStepCount, jsonSchema, streamText, tool } from "ai";
import { openai } from "@ai-sdk/openai";
import * as fixed from "./fixed.mjs";
// guide: docs/instrument/vercel-ai-sdk.md
import { OpenTelemetry } from "@ai-sdk/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { registerTelemetry } from "ai";

const telemetry = new NodeSDK();
telemetry.start();
registerTelemetry(new OpenTelemetry());
// end

const settings = {
  model: openai.chat(fixed.MODEL),
  instructions: fixed.SYSTEM,
  temperature: 0.2,
  maxOutputTokens: 64,
  maxRetries: 0,
  telemetry: { functionId: "assistant" },
};
const weather = tool({
  description: fixed.TOOL_DESCRIPTION,
  inputSchema: jsonSchema(fixed.TOOL_PARAMETERS),
  execute: async () => fixed.TOOL_RESULT,
});

await generateText({ ...settings, prompt: fixed.QUESTION });
await streamText({ ...settings, prompt: fixed.QUESTION }).consumeStream();
await generateText({
  ...settings,
  prompt: fixed.WEATHER_QUESTION,
  tools: { [fixed.TOOL]: weather },
  stopWhen: isStepCount(3),
});
await generateText({ ...settings, model: openai(fixed.MODEL), prompt: fixed.QUESTION });
await embed({ model: openai.embedding(fixed.EMBEDDING_MODEL), value: fixed.TEXT });
await fixed.failing(() => generateText({ ...settings, prompt: fixed.RATE_LIMITED_QUESTION }));
await telemetry.shutdown();
