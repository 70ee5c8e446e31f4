package io.llmtrace.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.FilterReply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The log as {@code logback.xml} configures it. */
class LogFormatTest {

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @Test
    void message_isOneLineWithoutControlCharacters() {
        assertThat(formatted("refused: x\u001b[2J\u009b\u202e\r\n2026-01-31T09:30:00.000Z INFO  forged", null))
                .endsWith(
                        " WARN  LogFormatTest refused: x\\x1b[2J\\x9b\\u202e | 2026-01-31T09:30:00.000Z INFO  forged\n");
    }

    @Test
    void stackTrace_marksFurtherLinesOfMessages() {
        Exception failure = new IllegalStateException(
                "x\u001b[2J\n2026-01-31T09:30:00.000Z INFO  forged", new IllegalArgumentException("cause\nforged"));

        String text = formatted("failed", failure);

        assertThat(text.lines().skip(1))
                .startsWith("java.lang.IllegalArgumentException: cause", "\t| forged")
                .contains(
                        "Wrapped by: java.lang.IllegalStateException: x\\x1b[2J",
                        "\t| 2026-01-31T09:30:00.000Z INFO  forged")
                .filteredOn(line -> !line.startsWith("\t"))
                .hasSize(2);
        assertThat(text).doesNotContain("\u001b").endsWith("\n").doesNotEndWith("\n\n");
    }

    @Test
    void noStackTrace_addsNoLine() {
        assertThat(formatted("fine", null).lines()).hasSize(1);
    }

    @Test
    void floodOfALibrary_isCutOffUntilTheNextMinute() {
        assertThat(passed("com.linecorp.armeria.Connection", 50, 0)).isEqualTo(20);
        assertThat(passed("com.linecorp.armeria.Connection", 1, 59)).isZero();
        assertThat(passed("com.linecorp.armeria.Connection", 50, 60)).isEqualTo(20);
        assertThat(passed("com.linecorp.armeria.Another", 1, 60)).isEqualTo(1);
        assertThat(passed("io.llmtrace.server.Any", 50, 60)).isEqualTo(50);
    }

    /** Returns how many of the events of a logger in one second reach the log. */
    private int passed(String name, int events, int second) {
        int passed = 0;
        for (int i = 0; i < events; i++) {
            LoggingEvent event =
                    new LoggingEvent("", context.getLogger(name), Level.WARN, "error", null, new Object[0]);
            event.setInstant(Instant.parse("2199-01-01T00:00:00Z").plusSeconds(second));
            if (appender().getFilterChainDecision(event) != FilterReply.DENY) {
                passed++;
            }
        }
        return passed;
    }

    @SuppressWarnings("unchecked") // logback.xml configures it
    private ConsoleAppender<ILoggingEvent> appender() {
        return (ConsoleAppender<ILoggingEvent>)
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender("stderr");
    }

    private String formatted(String message, Throwable failure) {
        Logger logger = context.getLogger(LogFormatTest.class);
        var encoder = (PatternLayoutEncoder) appender().getEncoder();
        ILoggingEvent event =
                new LoggingEvent(LogFormatTest.class.getName(), logger, Level.WARN, message, failure, new Object[0]);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
