import { NodeSDK } from "@opentelemetry/sdk-node";
import { embed, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai-6"; // ai before 7.0
import { openai } from "ai-sdk-openai-3"; // @ai-sdk/openai before 4.0
import * as fixed from "./fixed.mjs";

const telemetry = new NodeSDK();
telemetry.start();
// guide: docs/instrument/vercel-ai-sdk.md
const recorded = {
  experimental_telemetry: {
    isEnabled: true,
    functionId: "assistant",
    metadata: { sessionId: "session-1", userId: "user-1" },
  },
};
await generateText({ model: openai("gpt-4o-mini"), prompt: "What is a trace?", ...recorded });
// end

const settings = {
  model: openai.chat(fixed.MODEL),
  system: fixed.SYSTEM,
  temperature: 0.2,
  maxOutputTokens: 64,
  maxRetries: 0,
  ...recorded,
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
  stopWhen: stepCountIs(3),
});
await embed({ model: openai.embedding(fixed.EMBEDDING_MODEL), value: fixed.TEXT, ...recorded });
await fixed.failing(() => generateText({ ...settings, prompt: fixed.RATE_LIMITED_QUESTION }));
await telemetry.shutdown();
