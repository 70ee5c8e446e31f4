package io.llmtrace.cli.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Counts the lack of memory that somebody logs. Event loops and other executors of libraries catch what their tasks throw, and go on
 * after they have logged it, so that no handler of uncaught errors sees it.
 */
public final class LoggedOutOfMemory extends TurboFilter {

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        if (thrown != null) {
            OutOfMemoryErrors.note(thrown);
        } else if (arguments != null
                && arguments.length > 0
                && arguments[arguments.length - 1] instanceof Throwable last) {
            OutOfMemoryErrors.note(last);
        }
        return FilterReply.NEUTRAL;
    }
}
