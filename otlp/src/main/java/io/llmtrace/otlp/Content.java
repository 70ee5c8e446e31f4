package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;
import org.jspecify.annotations.Nullable;

/** What went in and out. For tools and searches their own sources come before those that every span has. */
final class Content {

    private Content() {}

    static @Nullable String prompt(SpanView view, SpanKind kind) {
        return switch (kind) {
            case TOOL -> first(view, Target.TOOL_ARGUMENTS, Target.PROMPT);
            case RETRIEVER, RERANKER -> first(view, Target.SEARCH_QUERY, Target.PROMPT);
            case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> view.first(Target.PROMPT);
        };
    }

    static @Nullable String response(SpanView view, SpanKind kind) {
        return switch (kind) {
            case TOOL -> first(view, Target.TOOL_RESULT, Target.RESPONSE);
            case RETRIEVER, RERANKER -> first(view, Target.SEARCH_RESULT, Target.RESPONSE);
            case LLM, EMBEDDING, AGENT, CHAIN, GUARDRAIL, EVALUATOR, OTHER -> view.first(Target.RESPONSE);
        };
    }

    private static @Nullable String first(SpanView view, Target<String> own, Target<String> ofAll) {
        String content = view.first(own);
        return content != null ? content : view.first(ofAll);
    }
}
