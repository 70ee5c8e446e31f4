package io.llmtrace.storage.sqlite.internal.engine;

import java.util.ArrayList;
import java.util.List;

/** A select list under construction. Each expression is read from a row by the position that {@link #add} returned. */
public final class SelectList {

    private final List<String> expressions = new ArrayList<>();

    /** Appends an expression, and returns its position for {@link ResultRow}. */
    public int add(String expression) {
        expressions.add(expression);
        return expressions.size();
    }

    /** Returns the list, to follow {@code SELECT}. */
    public String sql() {
        return String.join(", ", expressions);
    }
}
