package io.llmtrace.benchmarks.suites;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A part of a suite that can be measured alone. */
public enum Part {
    CHAT,
    AGENT,
    WRITES,
    BYTES,
    READS,
    SQLITE,
    CLICKHOUSE;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the part with this name.
     *
     * @throws IllegalArgumentException if none of the parts has it
     */
    public static Part ofText(List<Part> parts, String text) {
        return parts.stream()
                .filter(part -> part.text().equals(text))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("--only not one of " + names(parts) + ": '" + text + "'"));
    }

    private static String names(List<Part> parts) {
        return parts.stream().map(Part::text).collect(Collectors.joining(", "));
    }
}
