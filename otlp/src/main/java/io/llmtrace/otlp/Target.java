package io.llmtrace.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the mapping table fills: the name there, and how a value is read that says it plainly.
 *
 * @param recorded whether a span keeps which source decided
 */
record Target<T>(String name, Class<T> type, Function<@Nullable AnyValue, @Nullable T> decoder, boolean recorded) {

    static final Target<String> PROVIDER = identifier("provider");
    static final Target<String> SERVER_ADDRESS = unrecorded("server_address", Decode::identifier);
    static final Target<String> RESPONSE_MODEL = identifier("response_model");
    static final Target<String> REQUEST_MODEL = identifier("request_model");
    static final Target<String> TOOL_ARGUMENTS = content("tool_arguments");
    static final Target<String> SEARCH_QUERY = content("search_query");
    static final Target<String> PROMPT = content("prompt");
    static final Target<String> TOOL_RESULT = content("tool_result");
    static final Target<String> SEARCH_RESULT = content("search_result");
    static final Target<String> RESPONSE = content("response");
    static final Target<String> SYSTEM_INSTRUCTIONS = content("system_instructions");
    static final Target<String> TOOL_DEFINITIONS = content("tool_definitions");
    static final Target<Long> PROMPT_TOKENS = count("prompt_tokens");
    static final Target<Long> COMPLETION_TOKENS = count("completion_tokens");
    static final Target<Long> TOTAL_TOKENS = count("total_tokens");
    static final Target<Long> CACHE_READ_TOKENS = count("cache_read_tokens");
    static final Target<Long> CACHE_WRITE_TOKENS = count("cache_write_tokens");
    static final Target<Long> REASONING_TOKENS = count("reasoning_tokens");
    static final Target<Double> TIME_TO_FIRST_TOKEN = amount("time_to_first_token");
    static final Target<String> FINISH_REASON = new Target<>("finish_reason", String.class, Target::firstReason, true);
    static final Target<Long> HTTP_STATUS = count("http_status");
    static final Target<String> ERROR_TYPE = identifier("error_type");
    static final Target<String> ERROR_MESSAGE = new Target<>("error_message", String.class, Decode::text, true);
    static final Target<Double> COST = amount("cost");
    static final Target<Double> INPUT_COST = amount("input_cost");
    static final Target<Double> OUTPUT_COST = amount("output_cost");
    static final Target<String> SESSION_ID = identifier("session_id");
    static final Target<String> USER_ID = identifier("user_id");
    static final Target<String> SERVICE_NAME = unrecorded("service_name", Decode::identifier);
    static final Target<String> ENVIRONMENT = identifier("environment");
    static final Target<String> TOOL_CALL_ID = unrecorded("tool_call_id", Decode::identifier);
    static final Target<String> TOOL_NAME = unrecorded("tool_name", Decode::text);
    static final Target<String> TOOL_TYPE = unrecorded("tool_type", Decode::identifier);

    /** Every field of the table. */
    static final List<Target<?>> FIELDS = List.of(
            PROVIDER,
            SERVER_ADDRESS,
            RESPONSE_MODEL,
            REQUEST_MODEL,
            TOOL_ARGUMENTS,
            SEARCH_QUERY,
            PROMPT,
            TOOL_RESULT,
            SEARCH_RESULT,
            RESPONSE,
            SYSTEM_INSTRUCTIONS,
            TOOL_DEFINITIONS,
            PROMPT_TOKENS,
            COMPLETION_TOKENS,
            TOTAL_TOKENS,
            CACHE_READ_TOKENS,
            CACHE_WRITE_TOKENS,
            REASONING_TOKENS,
            TIME_TO_FIRST_TOKEN,
            FINISH_REASON,
            HTTP_STATUS,
            ERROR_TYPE,
            ERROR_MESSAGE,
            COST,
            INPUT_COST,
            OUTPUT_COST,
            SESSION_ID,
            USER_ID,
            SERVICE_NAME,
            ENVIRONMENT,
            TOOL_CALL_ID,
            TOOL_NAME,
            TOOL_TYPE);

    private static Target<String> identifier(String name) {
        return new Target<>(name, String.class, Decode::identifier, true);
    }

    private static Target<String> content(String name) {
        return new Target<>(name, String.class, Decode::content, true);
    }

    private static Target<Long> count(String name) {
        return new Target<>(name, Long.class, Decode::count, true);
    }

    private static Target<Double> amount(String name) {
        return new Target<>(name, Double.class, Decode::amount, true);
    }

    /** For what is plain to see, or is only a part of a field. */
    private static Target<String> unrecorded(String name, Function<@Nullable AnyValue, @Nullable String> decoder) {
        return new Target<>(name, String.class, decoder, false);
    }

    /** Some write a list that is no JSON: {@code [Stop, Length]}, or {@code stop,length}. No reason has a comma. */
    private static @Nullable String firstReason(@Nullable AnyValue value) {
        List<String> texts = Decode.texts(value);
        if (texts.isEmpty()) {
            return null;
        }
        String text = texts.get(0).strip();
        String list = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        return Decode.known(list.split(",", 2)[0].strip());
    }
}
