package io.llmtrace.cli.terminal;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets through {@value #PER_MINUTE} events a minute of each logger of a library. Some of them log what clients do wrong, such as
 * breaking a rule of HTTP/2, so that a client could fill the disk.
 */
public final class LogFloods extends Filter<ILoggingEvent> {

    private static final int PER_MINUTE = 20;
    private static final String OWN = "io.llmtrace.";

    private final Map<String, Integer> counts = new HashMap<>();
    private long minute;

    @Override
    public synchronized FilterReply decide(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(OWN)) {
            return FilterReply.NEUTRAL;
        }
        long now = event.getTimeStamp() / 60_000;
        if (now != minute) {
            minute = now;
            counts.clear();
        }
        return counts.merge(event.getLoggerName(), 1, Integer::sum) > PER_MINUTE
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
