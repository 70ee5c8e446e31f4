package io.llmtrace.cli.terminal;

import ch.qos.logback.classic.pattern.RootCauseFirstThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The stack trace of a log event, root cause first, with control characters made visible. Further lines of an exception's message are
 * marked, so that text in it cannot pass for a log event. {@code logback.xml} refers to it.
 */
public final class LogStackTrace extends RootCauseFirstThrowableProxyConverter {

    private static final List<String> STARTS = List.of("\t", "Caused by: ", "Wrapped by: ");

    @Override
    public String convert(ILoggingEvent event) {
        String trace = Display.safe(super.convert(event));
        if (trace.isEmpty()) {
            return trace;
        }
        int firstBreak = trace.indexOf('\n');
        String rest = trace.substring(firstBreak + 1);
        return trace.substring(0, firstBreak + 1)
                + rest.lines()
                        .map(line -> STARTS.stream().anyMatch(line::startsWith) ? line : "\t| " + line)
                        .collect(Collectors.joining("\n", "", "\n"));
    }
}
