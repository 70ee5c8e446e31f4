package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.ReservedAttributes;
import java.util.regex.Pattern;

/**
 * The source of each mapped field of a span, as the span records it under {@link ReservedAttributes#MAPPING}: the version of
 * the mapping table, then one {@code field=source} pair for each field.
 *
 * <pre>
 *   2 kind=gen_ai.operation.name provider=gen_ai.system prompt=gen_ai.prompt.N usage=cache_included cost=prices:2026-11-20
 * </pre>
 *
 * One text is stored rather than a JSON object, which would take several times the CPU time and the space.
 */
public final class Decisions {

    /** The key of the fields that the span set with llmtrace's own attributes; their names are separated by commas. */
    public static final String NATIVE = "native";

    /** llmtrace writes no text longer than this, so a longer one is not its own. */
    private static final int MAX_CHARACTERS = 8_192;

    private static final Pattern ESTIMATE = Pattern.compile("\\S+( service_tier=\\S+)? cost=prices:\\S+");

    private final StringBuilder text = new StringBuilder(256);

    /** Records the source that filled a field. Neither may contain spaces. */
    public void record(String field, String source) {
        text.append(' ').append(field).append('=').append(source);
    }

    /** Returns the text that the span records. */
    @Override
    public String toString() {
        return MappingTable.get().version() + text.toString();
    }

    /**
     * Returns whether llmtrace may have written this text. A span that arrives with such a text was mapped before, and keeps
     * it.
     */
    static boolean isPlausible(String text) {
        return text.length() <= MAX_CHARACTERS;
    }

    /** Returns whether a stored text records nothing but an estimate of the cost: the span did not arrive over OTLP. */
    public static boolean isOfEstimate(String text) {
        return ESTIMATE.matcher(text).matches();
    }

    /** Returns the source of a field in a stored text; empty if there is none. */
    public static String sourceOf(String text, String field) {
        for (String entry : text.split(" ")) {
            if (entry.startsWith(field) && entry.startsWith("=", field.length())) {
                return entry.substring(field.length() + 1);
            }
        }
        return "";
    }
}
