from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

import fixed

# guide: docs/instrument/langfuse.md
from langfuse import get_client
from langfuse.langchain import CallbackHandler

someone = {"langfuse_session_id": "session-1", "langfuse_user_id": "user-1", "langfuse_tags": ["weather"]}
config = {"callbacks": [CallbackHandler()], "metadata": someone}
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

model.invoke(asking(fixed.QUESTION), config)
for _ in model.stream(asking(fixed.QUESTION), config, stream_usage=True):
    pass
agent.invoke({"messages": asking(fixed.WEATHER_QUESTION)}, config)
fixed.failing(lambda: model.invoke(asking(fixed.RATE_LIMITED_QUESTION), config))
get_client().shutdown()
