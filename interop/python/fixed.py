"""The fixed inputs of all programs, so that the stored spans can be compared."""

MODEL = "gpt-4o-mini"
CLAUDE = "claude-sonnet-4-5"
GEMINI = "gemini-2.5-flash"
EMBEDDING_MODEL = "text-embedding-3-small"
SYSTEM = "Be brief."
QUESTION = "What is a trace?"
WEATHER_QUESTION = "What is the weather in Paris?"
RATE_LIMITED_QUESTION = "Is there a rate limit?"
TEXT = "a few words of text"
TOOL = "get_weather"
TOOL_DESCRIPTION = "The weather in a city"
TOOL_PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL_RESULT = "18 degrees and sunny"


def failing(call):
    """Runs a call that must fail."""
    try:
        answer = call()
    except Exception:
        return
    raise AssertionError(f"succeeded: {answer}")
