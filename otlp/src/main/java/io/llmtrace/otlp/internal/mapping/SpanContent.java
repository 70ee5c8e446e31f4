package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanKind;
import org.jspecify.annotations.Nullable;

/**
 * Reads the prompt and the response of a span. For tools and searches, sources of their own take precedence over the common
 * ones.
 */
public final class SpanContent {

    private SpanContent() {}

    /** Returns the input; null if the span does not report it. */
    public static @Nullable String prompt(OtlpSpan span, SpanKind kind) {
        return switch (kind) {
            case TOOL -> first(span, MappedField.TOOL_ARGUMENTS, MappedField.PROMPT);
            case RETRIEVER, RERANKER -> first(span, MappedField.SEARCH_QUERY, MappedField.PROMPT);
            case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> span.first(MappedField.PROMPT);
        };
    }

    /** Returns the output; null if the span does not report it. */
    public static @Nullable String response(OtlpSpan span, SpanKind kind) {
        return switch (kind) {
            case TOOL -> first(span, MappedField.TOOL_RESULT, MappedField.RESPONSE);
            case RETRIEVER, RERANKER -> first(span, MappedField.SEARCH_RESULT, MappedField.RESPONSE);
            case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> span.first(MappedField.RESPONSE);
        };
    }

    private static @Nullable String first(OtlpSpan span, MappedField<String> ofKind, MappedField<String> common) {
        String content = span.first(ofKind);
        return content != null ? content : span.first(common);
    }
}
