// OpenTelemetry's exporter of 2024 writes half of an emoji as three bytes that are not UTF-8; later versions write U+FFFD.
import { OTLPTraceExporter } from "otlp-exporter-0.57";
import { BasicTracerProvider, BatchSpanProcessor } from "otel-sdk-trace-1";
import { Resource } from "otel-resources-1";
import * as fixed from "./fixed.mjs";

const provider = new BasicTracerProvider({
  resource: new Resource({ "service.name": process.env.OTEL_SERVICE_NAME }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
const tracer = provider.getTracer("own-instrumentation");

const start = Date.now();
for (let i = 0; i < 10; i++) {
  const question = i === 4 ? "Tell a story about a 🤔".slice(0, -1) : fixed.QUESTION;
  const span = tracer.startSpan(`chat ${fixed.MODEL}`, { startTime: start + i });
  span.setAttributes({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": fixed.MODEL,
    "gen_ai.prompt": question,
  });
  span.end(start + i + 1);
}
await provider.shutdown();
