package interop;

/** The fixed inputs of all programs, so that the stored spans can be compared. */
final class Fixed {

    static final String MODEL = "gpt-4o-mini";
    static final String EMBEDDING_MODEL = "text-embedding-3-small";
    static final String SYSTEM = "Be brief.";
    static final String QUESTION = "What is a trace?";
    static final String WEATHER_QUESTION = "What is the weather in Paris?";
    static final String RATE_LIMITED_QUESTION = "Is there a rate limit?";
    static final String TEXT = "a few words of text";
    static final String TOOL = "get_weather";
    static final String TOOL_DESCRIPTION = "The weather in a city";
    static final String TOOL_RESULT = "18 degrees and sunny";

    private Fixed() {}

    /** Runs a call that must fail. */
    static void failing(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException expected) {
            return;
        }
        throw new AssertionError("succeeded");
    }
}
