import { startObservation } from "@langfuse/tracing";
import * as calls from "./openai-calls.mjs";
import * as fixed from "./fixed.mjs";
// guide: docs/instrument/langfuse.md
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const telemetry = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor()] });
telemetry.start();
const client = observeOpenAI(new OpenAI({ maxRetries: 0 }));
// end

async function work(agent) {
  agent.update({ input: fixed.WEATHER_QUESTION });
  await calls.all(client);
  const tool = startObservation(fixed.TOOL, { input: { city: "Paris" } }, { asType: "tool" });
  tool.update({ output: fixed.TOOL_RESULT }).end();
  agent.update({ output: fixed.TOOL_RESULT });
}

// guide: docs/instrument/langfuse.md
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";

const someone = { sessionId: "session-1", userId: "user-1", tags: ["weather"], metadata: { plan: "free" } };
await propagateAttributes(someone, () => startActiveObservation("assistant", work, { asType: "agent" }));
// end
await telemetry.shutdown();
