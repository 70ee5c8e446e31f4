package io.llmtrace.storage;

import java.util.Locale;

/** The order of a page, by time and then by the bytes of the ids. Each order is the exact reverse of the other. */
public enum Order {
    /** By time and then id, descending. */
    NEWEST_FIRST,
    /** By time and then id, ascending. */
    OLDEST_FIRST;

    /** Returns the name in a request, such as {@code newest_first}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the order with a name.
     *
     * @throws IllegalArgumentException if no order has that name
     */
    public static Order ofText(String text) {
        for (Order order : values()) {
            if (order.text().equals(text)) {
                return order;
            }
        }
        throw new IllegalArgumentException("not an order [newest_first, oldest_first]: '" + text + "'");
    }
}
