import asyncio

import fixed
from google.adk.agents import LlmAgent, RunConfig
from google.adk.agents.run_config import StreamingMode
from google.adk.runners import InMemoryRunner
from google.genai import types

# guide: docs/instrument/google-adk.md
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(telemetry)
# end


def get_weather(city: str) -> str:
    """The weather in a city"""
    return fixed.TOOL_RESULT


settings = types.GenerateContentConfig(temperature=0.2, max_output_tokens=64)
common = {"model": fixed.GEMINI, "instruction": fixed.SYSTEM, "generate_content_config": settings}
assistant = LlmAgent(name="assistant", **common)
forecaster = LlmAgent(name="forecaster", tools=[get_weather], **common)


async def ask(agent, session, question, mode=StreamingMode.NONE):
    runner = InMemoryRunner(agent=agent, app_name="interop")
    await runner.session_service.create_session(app_name="interop", user_id="user-1", session_id=session)
    message = types.UserContent(question)
    async for event in runner.run_async(
        user_id="user-1", session_id=session, new_message=message, run_config=RunConfig(streaming_mode=mode)
    ):
        if event.error_code:
            return event.error_code
    return None


async def main():
    assert await ask(assistant, "session-1", fixed.QUESTION) is None
    assert await ask(assistant, "session-2", fixed.QUESTION, StreamingMode.SSE) is None
    assert await ask(forecaster, "session-3", fixed.WEATHER_QUESTION) is None
    try:
        failed = await ask(assistant, "session-4", fixed.RATE_LIMITED_QUESTION)
    except Exception:
        return
    assert failed


asyncio.run(main())
telemetry.shutdown()
