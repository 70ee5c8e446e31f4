package io.llmtrace.server.internal.rest;

import io.llmtrace.server.internal.http.Parameters;
import java.util.Locale;

/** What a list has, and therefore what its count and its export have: the value of the parameter {@code what}. */
enum ListedItems {
    TRACES,
    SPANS;

    /** Returns the value in a request; traces if it has none. */
    static ListedItems of(Parameters parameters) {
        return parameters.optional("what", TRACES, ListedItems::ofText);
    }

    private static ListedItems ofText(String text) {
        for (ListedItems items : values()) {
            if (items.name().toLowerCase(Locale.ROOT).equals(text)) {
                return items;
            }
        }
        throw new IllegalArgumentException("not one of [traces, spans]: '" + text + "'");
    }
}
