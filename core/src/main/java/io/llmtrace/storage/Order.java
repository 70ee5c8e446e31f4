package io.llmtrace.storage;

import java.util.Locale;

/** The order of a page. The second is the exact reverse of the first: ties of time are broken by id, in the byte order of ids. */
public enum Order {
    /** By time and then id, descending. */
    NEWEST_FIRST,
    /** By time and then id, ascending. */
    OLDEST_FIRST;

    /** The name in a request, such as {@code newest_first}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no order has that name */
    public static Order ofText(String text) {
        for (Order order : values()) {
            if (order.text().equals(text)) {
                return order;
            }
        }
        throw new IllegalArgumentException("not an order [newest_first, oldest_first]: '" + text + "'");
    }
}
