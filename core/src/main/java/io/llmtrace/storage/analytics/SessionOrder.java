package io.llmtrace.storage.analytics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;

/** A descending order of sessions. Ties are broken by id, ascending. */
public enum SessionOrder {
    LAST_TIME(Comparator.comparing(SessionSummary::lastTime).reversed()),
    SPANS(by(Measure.SPANS)),
    ERRORS(by(Measure.ERRORS)),
    TOTAL_TOKENS(by(Measure.TOTAL_TOKENS)),
    COST_USD(by(Measure.COST_USD));

    private final Comparator<SessionSummary> largestFirst;

    SessionOrder(Comparator<SessionSummary> largestFirst) {
        this.largestFirst = largestFirst;
    }

    /** Returns the name in a request, such as {@code last_time}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the descending order, without the tie-break by id. */
    public Comparator<SessionSummary> largestFirst() {
        return largestFirst;
    }

    /**
     * Returns the order with a name.
     *
     * @throws IllegalArgumentException if no order has that name
     */
    public static SessionOrder ofText(String text) {
        for (SessionOrder order : values()) {
            if (order.text().equals(text)) {
                return order;
            }
        }
        throw new IllegalArgumentException("not an order of sessions "
                + Arrays.stream(values()).map(SessionOrder::text).toList() + ": '" + text + "'");
    }

    private static Comparator<SessionSummary> by(Measure measure) {
        return Comparator.comparing(SessionSummary::measures, measure.largestFirst());
    }
}
