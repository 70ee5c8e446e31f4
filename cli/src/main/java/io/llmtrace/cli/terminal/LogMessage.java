package io.llmtrace.cli.terminal;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The message of a log event on one line, with control characters made visible. {@code logback.xml} refers to it. */
public final class LogMessage extends ClassicConverter {

    @Override
    public String convert(ILoggingEvent event) {
        return Display.safe(event.getFormattedMessage().strip().replaceAll("[\r\n]+", " | "));
    }
}
