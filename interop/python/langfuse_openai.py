import fixed
import openai_calls

# guide: docs/instrument/langfuse.md
from langfuse import get_client, propagate_attributes
from langfuse.openai import OpenAI

langfuse = get_client()
client = OpenAI(max_retries=0)
# end


def work(agent):
    agent.update(input=fixed.WEATHER_QUESTION)
    openai_calls.run_all(client)
    with langfuse.start_as_current_observation(name=fixed.TOOL, as_type="tool", input={"city": "Paris"}) as tool:
        tool.update(output=fixed.TOOL_RESULT)
    agent.update(output=fixed.TOOL_RESULT)


# guide: docs/instrument/langfuse.md
someone = {"session_id": "session-1", "user_id": "user-1", "tags": ["weather"], "metadata": {"plan": "free"}}
with propagate_attributes(**someone), langfuse.start_as_current_observation(name="assistant", as_type="agent") as agent:
    work(agent)
# end
langfuse.shutdown()
