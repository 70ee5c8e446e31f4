package io.llmtrace.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A test that runs on a ClickHouse server. {@code -DskipClickHouse} leaves it out; without that, a machine on which no server can
 * be started fails the test with a message that says what to install or to set.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "skipClickHouse", matches = "|true", disabledReason = "-DskipClickHouse was given")
public @interface NeedsClickHouse {}
