import asyncio

import fixed
from livekit.agents import Agent, AgentSession, function_tool
from livekit.plugins import openai

# guide: docs/instrument/livekit.md
from livekit.agents.telemetry import set_tracer_provider
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
set_tracer_provider(telemetry)
# end


class Forecaster(Agent):
    def __init__(self):
        super().__init__(instructions=fixed.SYSTEM)

    @function_tool(name=fixed.TOOL, description=fixed.TOOL_DESCRIPTION)
    async def get_weather(self, city: str) -> str:
        return fixed.TOOL_RESULT


async def ask(agent, question):
    model = openai.LLM(model=fixed.MODEL, temperature=0.2, max_completion_tokens=64, max_retries=0)
    async with AgentSession(llm=model) as session:
        await session.start(agent)
        await session.run(user_input=question)


asyncio.run(ask(Agent(instructions=fixed.SYSTEM), fixed.QUESTION))
asyncio.run(ask(Forecaster(), fixed.WEATHER_QUESTION))
telemetry.shutdown()
