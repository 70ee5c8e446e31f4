package io.llmtrace.cli.commands;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets the level of llmtrace's own log. Libraries keep the levels of logback.xml. */
final class LogLevel {

    private LogLevel() {}

    static void set(String level) {
        if (LoggerFactory.getLogger("io.llmtrace") instanceof Logger logger) {
            logger.setLevel(Level.toLevel(level, Level.INFO));
        }
    }
}
