package io.llmtrace.model;

import java.util.Arrays;
import java.util.Locale;

/** What a span did. */
public enum SpanKind {
    LLM,
    EMBEDDING,
    TOOL,
    AGENT,
    CHAIN,
    RETRIEVER,
    RERANKER,
    GUARDRAIL,
    EVALUATOR,
    OTHER;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** The name in JSON and SQL, such as {@code llm}. */
    public String text() {
        return text;
    }

    /**
     * Whether a span of this kind stands for its children, and may repeat their tokens and cost. Sums over a trace leave
     * such spans out: see {@code TraceSummary}.
     */
    public boolean repeatsUsageOfChildren() {
        return this == AGENT || this == CHAIN;
    }

    /** @throws IllegalArgumentException if no kind has that name */
    public static SpanKind ofText(String text) {
        for (SpanKind kind : values()) {
            if (kind.text.equals(text)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "not a span kind " + Arrays.stream(values()).map(SpanKind::text).toList() + ": '" + text + "'");
    }
}
