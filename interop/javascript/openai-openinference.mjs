import * as calls from "./openai-calls.mjs";
// guide: docs/instrument/openai.md
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI); // before the client is made; only needed with ES modules
const telemetry = new NodeSDK({ instrumentations: [instrumentation] });
telemetry.start();
// end

const work = () => calls.all(new OpenAI({ maxRetries: 0 }));
// guide: docs/instrument/openai.md
import { context } from "@opentelemetry/api";
import { setSession, setUser } from "@arizeai/openinference-core";

const someone = setUser(setSession(context.active(), { sessionId: "session-1" }), { userId: "user-1" });
await context.with(someone, work);
// end
await telemetry.shutdown();
