from openai import OpenAI

import openai_calls

# guide: docs/instrument/openai.md
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIInstrumentor().instrument(tracer_provider=telemetry)
# end


def work():
    openai_calls.run_all(OpenAI(max_retries=0))


# guide: docs/instrument/openai.md
from openinference.instrumentation import using_attributes

with using_attributes(session_id="session-1", user_id="user-1", metadata={"plan": "free"}, tags=["weather"]):
    work()
# end
telemetry.shutdown()
