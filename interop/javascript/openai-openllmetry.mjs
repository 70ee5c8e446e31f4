import * as calls from "./openai-calls.mjs";
// guide: docs/instrument/openai.md
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI); // before the client is made; only needed with ES modules
const telemetry = new NodeSDK({ instrumentations: [instrumentation] });
telemetry.start();
// end

await calls.all(new OpenAI({ maxRetries: 0 }));
await telemetry.shutdown();
