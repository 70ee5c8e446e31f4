package io.llmtrace.otlp;

/**
 * What decided for each field of a span, as the span keeps it under {@link #KEY}:
 *
 * <pre>
 *   2 kind=gen_ai.operation.name provider=gen_ai.system prompt=gen_ai.prompt.N usage=cache_included cost=prices:2026-11-20
 *   the version of the mapping table, then field=source
 * </pre>
 *
 * A text, since an object of it would take several times the work and the space.
 */
final class Decisions {

    static final String KEY = "llmtrace.mapping";

    /** Fields that the span said itself, in llmtrace's own attributes: names, with commas between. */
    static final String NATIVE = "native";

    /** Longer ones were not written here. */
    private static final int MAX_CHARACTERS = 8_192;

    private final StringBuilder text = new StringBuilder(256);

    void note(String field, String source) {
        text.append(' ').append(field).append('=').append(source);
    }

    @Override
    public String toString() {
        return MappingTable.get().version() + text.toString();
    }

    /** Whether a span brought its own: then it was mapped before. */
    static boolean isGiven(String text) {
        return text.length() <= MAX_CHARACTERS;
    }

    /** What a stored text says of a field; empty if nothing. */
    static String of(String text, String field) {
        for (String entry : text.split(" ")) {
            if (entry.startsWith(field) && entry.startsWith("=", field.length())) {
                return entry.substring(field.length() + 1);
            }
        }
        return "";
    }
}
