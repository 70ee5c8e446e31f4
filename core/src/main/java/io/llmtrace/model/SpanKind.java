package io.llmtrace.model;

import java.util.Arrays;
import java.util.Locale;

/** The kind of work that a span reports. */
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

    /** Returns the name in JSON and SQL, such as {@code llm}. */
    public String text() {
        return text;
    }

    /**
     * Returns whether a span of this kind may report the tokens and the cost of its children again. Sums leave such spans out,
     * so that no call counts twice: see {@code TraceSummary}.
     */
    public boolean repeatsUsageOfChildren() {
        return this == AGENT || this == CHAIN;
    }

    /**
     * Returns the kind with a name.
     *
     * @throws IllegalArgumentException if no kind has that name
     */
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
