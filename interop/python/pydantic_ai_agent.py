import asyncio
import os

from openai import AsyncOpenAI
from pydantic_ai import Agent, ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

import fixed

# guide: docs/instrument/pydantic-ai.md
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai.models.instrumented import InstrumentationSettings

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
Agent.instrument_all(InstrumentationSettings(tracer_provider=telemetry))
# end
if version := os.environ.get("INSTRUMENTATION_VERSION"):
    Agent.instrument_all(InstrumentationSettings(tracer_provider=telemetry, version=int(version)))

provider = OpenAIProvider(openai_client=AsyncOpenAI(max_retries=0))
model = OpenAIChatModel(fixed.MODEL, provider=provider, settings=ModelSettings(temperature=0.2, max_tokens=64))
assistant = Agent(model, name="assistant", instructions=fixed.SYSTEM)
forecaster = Agent(model, name="forecaster", instructions=fixed.SYSTEM)


@forecaster.tool_plain(name=fixed.TOOL)
def get_weather(city: str) -> str:
    """The weather in a city"""
    return fixed.TOOL_RESULT


async def main():
    await assistant.run(fixed.QUESTION)
    async with assistant.run_stream(fixed.QUESTION) as answer:
        await answer.get_output()
    await forecaster.run(fixed.WEATHER_QUESTION)
    try:
        await assistant.run(fixed.RATE_LIMITED_QUESTION)
    except ModelHTTPError:
        return
    raise AssertionError("succeeded")


asyncio.run(main())
telemetry.shutdown()
