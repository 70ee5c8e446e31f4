package io.llmtrace.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Marks a test that runs on a ClickHouse server. {@code -DskipClickHouse} skips it. Otherwise, where no server can be started, the
 * test fails with a message that says what to install or to set.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "skipClickHouse", matches = "|true", disabledReason = "-DskipClickHouse is set")
public @interface NeedsClickHouse {}
