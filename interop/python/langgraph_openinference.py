from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

import fixed

# guide: docs/instrument/langgraph.md
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

telemetry = TracerProvider()
telemetry.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=telemetry)
# end


@tool(fixed.TOOL, description=fixed.TOOL_DESCRIPTION)
def get_weather(city: str) -> str:
    return fixed.TOOL_RESULT


def asking(question):
    return [("system", fixed.SYSTEM), ("user", question)]


model = ChatOpenAI(model=fixed.MODEL, temperature=0.2, max_tokens=64, max_retries=0)
with_tools = model.bind_tools([get_weather])

graph = StateGraph(MessagesState)
graph.add_node("model", lambda state: {"messages": [with_tools.invoke(state["messages"])]})
graph.add_node("tools", ToolNode([get_weather]))
graph.add_edge(START, "model")
graph.add_conditional_edges("model", tools_condition)
graph.add_edge("tools", "model")
agent = graph.compile(name="weather")


def work():
    model.invoke(asking(fixed.QUESTION))
    for _ in model.stream(asking(fixed.QUESTION), stream_usage=True):
        pass
    agent.invoke({"messages": asking(fixed.WEATHER_QUESTION)})
    OpenAIEmbeddings(model=fixed.EMBEDDING_MODEL, check_embedding_ctx_length=False).embed_query(fixed.TEXT)
    fixed.failing(lambda: model.invoke(asking(fixed.RATE_LIMITED_QUESTION)))


# guide: docs/instrument/langgraph.md
from openinference.instrumentation import using_attributes

with using_attributes(session_id="session-1", user_id="user-1"):
    work()
# end
telemetry.shutdown()
