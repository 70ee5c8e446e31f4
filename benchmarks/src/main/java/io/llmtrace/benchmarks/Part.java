package io.llmtrace.benchmarks;

import java.util.Locale;

/** A part of a suite that can be measured alone. */
enum Part {
    CHAT,
    AGENT,
    READS;

    /** @throws IllegalArgumentException if no part has that name */
    static Part ofText(String text) {
        for (Part part : values()) {
            if (part.name().toLowerCase(Locale.ROOT).equals(text)) {
                return part;
            }
        }
        throw new IllegalArgumentException("--only not one of chat, agent, reads: '" + text + "'");
    }
}
