import * as calls from "./anthropic-calls.mjs";
// guide: docs/instrument/anthropic.md
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import Anthropic from "@anthropic-ai/sdk";
import { NodeSDK } from "@opentelemetry/sdk-node";

const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(Anthropic); // before the client is made; only needed with ES modules
const telemetry = new NodeSDK({ instrumentations: [instrumentation] });
telemetry.start();
// end

const work = () => calls.all(new Anthropic({ maxRetries: 0 }));
// guide: docs/instrument/anthropic.md
import { context } from "@opentelemetry/api";
import { setSession, setUser } from "@arizeai/openinference-core";

const someone = setUser(setSession(context.active(), { sessionId: "session-1" }), { userId: "user-1" });
await context.with(someone, work);
// end
await telemetry.shutdown();
