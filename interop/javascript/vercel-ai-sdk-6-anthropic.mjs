import { anthropic } from "ai-sdk-anthropic-3"; // @ai-sdk/anthropic before 4.0
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai-6"; // ai before 7.0
import * as fixed from "./fixed.mjs";

const telemetry = new NodeSDK();
telemetry.start();

const settings = {
  model: anthropic(fixed.CLAUDE),
  system: fixed.SYSTEM,
  temperature: 0.2,
  maxOutputTokens: 64,
  maxRetries: 0,
  experimental_telemetry: { isEnabled: true },
};
const weather = tool({
  description: fixed.TOOL_DESCRIPTION,
  inputSchema: jsonSchema(fixed.TOOL_PARAMETERS),
  execute: async () => fixed.TOOL_RESULT,
});

await streamText({ ...settings, prompt: fixed.QUESTION }).consumeStream();
await generateText({
  ...settings,
  prompt: fixed.WEATHER_QUESTION,
  tools: { [fixed.TOOL]: weather },
  stopWhen: stepCountIs(3),
});
await telemetry.shutdown();
