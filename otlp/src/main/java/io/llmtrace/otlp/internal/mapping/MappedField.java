package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.FieldType;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanLevel;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A field that the mapping table fills.
 *
 * @param name the name of the field in the table
 * @param type the type of its values
 * @param decoder the conversion of an attribute value for sources that name no reader of their own
 * @param recorded whether spans record which source filled the field
 */
public record MappedField<T>(
        String name, Class<T> type, Function<@Nullable AnyValue, @Nullable T> decoder, boolean recorded) {

    public static final MappedField<String> PROVIDER = identifier("provider");
    public static final MappedField<String> SERVER_ADDRESS = unrecorded("server_address", Decode::identifier);
    public static final MappedField<String> RESPONSE_MODEL = identifier("response_model");
    public static final MappedField<String> REQUEST_MODEL = identifier("request_model");
    public static final MappedField<String> TOOL_ARGUMENTS = content("tool_arguments");
    public static final MappedField<String> SEARCH_QUERY = content("search_query");
    public static final MappedField<String> PROMPT = content("prompt");
    public static final MappedField<String> TOOL_RESULT = content("tool_result");
    public static final MappedField<String> SEARCH_RESULT = content("search_result");
    public static final MappedField<String> RESPONSE = content("response");
    public static final MappedField<String> SYSTEM_INSTRUCTIONS = content("system_instructions");
    public static final MappedField<String> TOOL_DEFINITIONS = content("tool_definitions");
    public static final MappedField<Leaves> USAGE = leaves("usage");
    public static final MappedField<Leaves> USAGE_DETAILS = leaves("usage_details");
    public static final MappedField<String> SERVICE_TIER = unrecorded("service_tier", Decode::identifier);
    public static final MappedField<Long> PROMPT_TOKENS = count("prompt_tokens");
    public static final MappedField<Long> COMPLETION_TOKENS = count("completion_tokens");
    public static final MappedField<Long> TOTAL_TOKENS = count("total_tokens");
    public static final MappedField<Long> CACHE_READ_TOKENS = count("cache_read_tokens");
    public static final MappedField<Long> CACHE_WRITE_TOKENS = count("cache_write_tokens");
    public static final MappedField<Long> REASONING_TOKENS = count("reasoning_tokens");
    public static final MappedField<Double> TIME_TO_FIRST_TOKEN = amount("time_to_first_token");
    public static final MappedField<String> FINISH_REASON =
            new MappedField<>("finish_reason", String.class, MappedField::firstReason, true);
    public static final MappedField<Long> HTTP_STATUS = count("http_status");
    public static final MappedField<String> ERROR_TYPE = identifier("error_type");
    public static final MappedField<String> ERROR_MESSAGE =
            new MappedField<>("error_message", String.class, Decode::text, true);
    public static final MappedField<Double> COST = amount("cost");
    public static final MappedField<Leaves> COST_PARTS = leaves("cost_parts");
    public static final MappedField<SpanLevel> LEVEL = new MappedField<>("level", SpanLevel.class, Levels::of, true);
    public static final MappedField<String> TOOL_CALL_ID = unrecorded("tool_call_id", Decode::identifier);
    public static final MappedField<String> TOOL_NAME = unrecorded("tool_name", Decode::text);
    public static final MappedField<String> TOOL_TYPE = unrecorded("tool_type", Decode::identifier);
    public static final MappedField<String> TOOL_DECISION = unrecorded("tool_decision", Decode::identifier);

    /**
     * Text properties with rules of their own, such as a fallback or an assembly of messages, beyond taking the first source's
     * value.
     */
    private static final Set<SpanField<?>> WITH_RULES = Set.of(
            SpanField.OPERATION_NAME,
            SpanField.MODEL_NAME,
            SpanField.PROMPT,
            SpanField.RESPONSE,
            SpanField.ERROR_MESSAGE,
            SpanField.FINISH_REASON);

    /**
     * The text properties that simply take the value of the first source that has one. A new property needs only sources in the
     * mapping table.
     */
    public static final Map<SpanField<String>, MappedField<String>> DIRECT = direct();

    /** All fields of the table. */
    public static final List<MappedField<?>> FIELDS = withDirect(
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
            USAGE,
            USAGE_DETAILS,
            SERVICE_TIER,
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
            COST_PARTS,
            LEVEL,
            TOOL_CALL_ID,
            TOOL_NAME,
            TOOL_TYPE,
            TOOL_DECISION);

    private static Map<SpanField<String>, MappedField<String>> direct() {
        Map<SpanField<String>, MappedField<String>> direct = new LinkedHashMap<>();
        for (SpanField<?> field : SpanField.properties()) {
            if (field.type() == FieldType.TEXT && !WITH_RULES.contains(field)) {
                @SuppressWarnings("unchecked") // the type of the field is known
                SpanField<String> text = (SpanField<String>) field;
                boolean obvious = field.equals(SpanField.SERVICE_NAME);
                direct.put(text, obvious ? unrecorded(field.name(), Decode::identifier) : identifier(field.name()));
            }
        }
        return Collections.unmodifiableMap(direct);
    }

    private static List<MappedField<?>> withDirect(MappedField<?>... others) {
        List<MappedField<?>> all = new ArrayList<>(List.of(others));
        all.addAll(DIRECT.values());
        return List.copyOf(all);
    }

    private static MappedField<String> identifier(String name) {
        return new MappedField<>(name, String.class, Decode::identifier, true);
    }

    private static MappedField<String> content(String name) {
        return new MappedField<>(name, String.class, Decode::content, true);
    }

    private static MappedField<Leaves> leaves(String name) {
        return new MappedField<>(name, Leaves.class, Leaves::of, true);
    }

    private static MappedField<Long> count(String name) {
        return new MappedField<>(name, Long.class, Decode::count, true);
    }

    private static MappedField<Double> amount(String name) {
        return new MappedField<>(name, Double.class, Decode::amount, true);
    }

    /** Creates a field whose source is not worth recording: it is obvious, or the field is only a part of a property. */
    private static MappedField<String> unrecorded(String name, Function<@Nullable AnyValue, @Nullable String> decoder) {
        return new MappedField<>(name, String.class, decoder, false);
    }

    /**
     * Returns the first reason of a list. Some emitters write lists that are not JSON: {@code [Stop, Length]},
     * {@code stop,length}.
     */
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
