from anthropic import Anthropic

import anthropic_calls

# guide: docs/instrument/anthropic.md
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
AnthropicInstrumentor().instrument(tracer_provider=telemetry)
# end

anthropic_calls.run_all(Anthropic(max_retries=0))
telemetry.shutdown()
