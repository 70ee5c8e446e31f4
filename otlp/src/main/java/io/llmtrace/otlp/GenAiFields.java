package io.llmtrace.otlp;

import static io.llmtrace.otlp.Field.amount;
import static io.llmtrace.otlp.Field.count;
import static io.llmtrace.otlp.Field.identifier;
import static io.llmtrace.otlp.Field.text;

import java.util.List;

/**
 * The mapping: which attribute fills which field. Keys stand in the order of preference: OpenTelemetry's current names
 * ({@code gen_ai.*}), its former ones, OpenInference's ({@code llm.*} and others). What a span is comes from
 * {@link Kinds}, what went in and out of it from {@link ContentSources}.
 */
final class GenAiFields {

    static final Field<String> PROVIDER =
            identifier("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system");

    static final Field<String> SERVER_ADDRESS = identifier("server.address");

    /** The model that answered, else the one that was asked for. */
    static final Field<String> MODEL = identifier(
            "gen_ai.response.model",
            "llm.response.model_name",
            "llm.model_name",
            "gen_ai.request.model",
            "llm.request.model_name",
            "embedding.model_name",
            "reranker.model_name");

    /** JSON whose {@code model} or {@code model_name} is a last resort. */
    static final List<String> INVOCATION_PARAMETERS =
            List.of("llm.invocation_parameters", "embedding.invocation_parameters");

    static final Field<Long> PROMPT_TOKENS =
            count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt");

    static final Field<Long> COMPLETION_TOKENS =
            count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion");

    static final Field<Long> TOTAL_TOKENS = count("gen_ai.usage.total_tokens", "llm.token_count.total");

    static final Field<Long> CACHE_READ_TOKENS = count(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input");

    static final Field<Long> CACHE_WRITE_TOKENS = count(
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write");

    static final Field<Long> REASONING_TOKENS = count(
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning");

    /** Seconds. */
    static final Field<Double> TIME_TO_FIRST_CHUNK =
            amount("gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk");

    /** A list. */
    static final List<String> FINISH_REASONS =
            List.of("gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "llm.finish_reason");

    static final Field<Long> HTTP_STATUS = count("http.response.status_code", "http.status_code");

    static final Field<String> ERROR_TYPE = identifier("error.type");

    static final Field<String> ERROR_MESSAGE = text("error.message", "exception.message");

    static final Field<Double> COST = amount("llm.cost.total", "gen_ai.usage.cost");

    static final Field<Double> INPUT_COST = amount("llm.cost.prompt");

    static final Field<Double> OUTPUT_COST = amount("llm.cost.completion");

    static final Field<String> SESSION = identifier("session.id", "gen_ai.conversation.id");

    static final Field<String> USER = identifier("user.id", "enduser.id");

    static final Field<String> SERVICE = identifier("service.name");

    /** A list of labels. */
    static final List<String> TAGS = List.of("tag.tags");

    /** A JSON object. */
    static final List<String> METADATA = List.of("metadata");

    static final Field<String> TOOL_CALL_ID = identifier("gen_ai.tool.call.id", "tool.id");

    static final Field<String> TOOL_NAME = text("gen_ai.tool.name", "tool.name");

    static final Field<String> TOOL_TYPE = identifier("gen_ai.tool.type");

    private GenAiFields() {}
}
