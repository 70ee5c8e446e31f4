import { tool } from "@langchain/core/tools";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";
import * as fixed from "./fixed.mjs";
// guide: docs/instrument/langgraph.md
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as callbacks from "@langchain/core/callbacks/manager";
import { NodeSDK } from "@opentelemetry/sdk-node";

const instrumentation = new LangChainInstrumentation();
instrumentation.manuallyInstrument(callbacks);
const telemetry = new NodeSDK({ instrumentations: [instrumentation] });
telemetry.start();
// end

const settings = { model: fixed.MODEL, temperature: 0.2, maxTokens: 64, maxRetries: 0 };
const weather = tool(() => fixed.TOOL_RESULT, {
  name: fixed.TOOL,
  description: fixed.TOOL_DESCRIPTION,
  schema: z.object({ city: z.string() }),
});
const model = new ChatOpenAI(settings);
const withTools = model.bindTools([weather]);
const agent = new StateGraph(MessagesAnnotation)
  .addNode("model", async ({ messages }) => ({ messages: [await withTools.invoke(messages)] }))
  .addNode("tools", new ToolNode([weather]))
  .addEdge("__start__", "model")
  .addConditionalEdges("model", toolsCondition)
  .addEdge("tools", "model")
  .compile({ name: "weather" });

function asking(question) {
  return [
    ["system", fixed.SYSTEM],
    ["user", question],
  ];
}

async function work() {
  await model.invoke(asking(fixed.QUESTION));
  for await (const _ of await model.stream(asking(fixed.QUESTION)));
  await agent.invoke({ messages: asking(fixed.WEATHER_QUESTION) });
  await new OpenAIEmbeddings({ model: fixed.EMBEDDING_MODEL }).embedQuery(fixed.TEXT);
  await fixed.failing(() => model.invoke(asking(fixed.RATE_LIMITED_QUESTION)));
}

// guide: docs/instrument/langgraph.md
import { context } from "@opentelemetry/api";
import { setSession, setUser } from "@arizeai/openinference-core";

const someone = setUser(setSession(context.active(), { sessionId: "session-1" }), { userId: "user-1" });
await context.with(someone, work);
// end
await telemetry.shutdown();
