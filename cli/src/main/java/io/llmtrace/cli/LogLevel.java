package io.llmtrace.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** What llmtrace's own log shows; libraries stay at what logback.xml says. */
final class LogLevel {

    private LogLevel() {}

    static void set(String level) {
        if (LoggerFactory.getLogger("io.llmtrace") instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level, Level.INFO));
        }
    }
}
