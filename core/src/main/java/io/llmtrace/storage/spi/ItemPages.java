package io.llmtrace.storage.spi;

import java.util.List;

/** All items that a query selects, page by page. Not thread-safe. */
public interface ItemPages<T> {

    /** Returns the next items; none at the end. */
    List<T> next();

    /** Returns what was left out so far, since the store is damaged. */
    DamagedTraces damaged();
}
