import { openAI } from "@genkit-ai/compat-oai/openai";
import { genkit, z } from "genkit";
import { enableTelemetry, flushTracing } from "genkit/tracing";
// Genkit makes spans of OpenTelemetry 1, on which exporters of version 2 fail.
import { BatchSpanProcessor } from "otel-sdk-trace-1";
import { OTLPTraceExporter } from "otlp-exporter-0.57";
import * as fixed from "./fixed.mjs";

// guide: docs/instrument/genkit.md
await enableTelemetry({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
// end

const ai = genkit({ plugins: [openAI({ maxRetries: 0 })] });
const model = openAI.model(fixed.MODEL);
const asking = { model, system: fixed.SYSTEM, config: { temperature: 0.2, max_tokens: 64 } };

const weather = ai.defineTool(
  {
    name: fixed.TOOL,
    description: fixed.TOOL_DESCRIPTION,
    inputSchema: z.object({ city: z.string() }),
    outputSchema: z.string(),
  },
  async () => fixed.TOOL_RESULT,
);
const forecast = ai.defineFlow("forecast", async (question) => {
  const answer = await ai.generate({ ...asking, prompt: question, tools: [weather] });
  return answer.text;
});

await ai.generate({ ...asking, prompt: fixed.QUESTION });
const { stream, response } = ai.generateStream({ ...asking, prompt: fixed.QUESTION });
for await (const _ of stream);
await response;
await forecast(fixed.WEATHER_QUESTION);
await ai.embed({ embedder: openAI.embedder(fixed.EMBEDDING_MODEL), content: fixed.TEXT });
await fixed.failing(() => ai.generate({ ...asking, prompt: fixed.RATE_LIMITED_QUESTION }));
await flushTracing();
