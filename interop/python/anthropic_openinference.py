from anthropic import Anthropic

import anthropic_calls

# guide: docs/instrument/anthropic.md
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
AnthropicInstrumentor().instrument(tracer_provider=telemetry)
# end


def work():
    anthropic_calls.run_all(Anthropic(max_retries=0))


# guide: docs/instrument/anthropic.md
from openinference.instrumentation import using_attributes

with using_attributes(session_id="session-1", user_id="user-1"):
    work()
# end
telemetry.shutdown()
