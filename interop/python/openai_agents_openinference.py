import asyncio

from agents import Agent, ModelSettings, Runner, function_tool, set_default_openai_client
from openai import AsyncOpenAI, RateLimitError

import fixed

# guide: docs/instrument/openai-agents.md
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIAgentsInstrumentor().instrument(tracer_provider=telemetry)
# end


@function_tool(name_override=fixed.TOOL, description_override=fixed.TOOL_DESCRIPTION)
def get_weather(city: str) -> str:
    return fixed.TOOL_RESULT


set_default_openai_client(AsyncOpenAI(max_retries=0))
settings = {
    "instructions": fixed.SYSTEM,
    "model": fixed.MODEL,
    "model_settings": ModelSettings(temperature=0.2, max_tokens=64),
}
assistant = Agent(name="assistant", **settings)
forecaster = Agent(name="forecaster", tools=[get_weather], **settings)


async def main():
    await Runner.run(assistant, fixed.QUESTION)
    streamed = Runner.run_streamed(assistant, fixed.QUESTION)
    async for _ in streamed.stream_events():
        pass
    await Runner.run(forecaster, fixed.WEATHER_QUESTION)
    try:
        await Runner.run(assistant, fixed.RATE_LIMITED_QUESTION)
    except RateLimitError:
        return
    raise AssertionError("succeeded")


asyncio.run(main())
telemetry.shutdown()
