import * as anthropic from "anthropic-sdk-0"; // @anthropic-ai/sdk before 1.0
import * as calls from "./anthropic-calls.mjs";
// guide: docs/instrument/anthropic.md
import { AnthropicInstrumentation } from "@traceloop/instrumentation-anthropic";
import { NodeSDK } from "@opentelemetry/sdk-node";

const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(anthropic); // before the client is made; only needed with ES modules
const telemetry = new NodeSDK({ instrumentations: [instrumentation] });
telemetry.start();
// end

await calls.all(new anthropic.Anthropic({ maxRetries: 0 }));
await telemetry.shutdown();
