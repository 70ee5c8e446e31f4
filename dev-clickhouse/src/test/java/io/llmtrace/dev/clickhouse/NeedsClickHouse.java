package io.llmtrace.dev.clickhouse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Starts servers. Where that is not possible the test fails, and says what to install, unless {@code -DskipClickHouse} is given. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "skipClickHouse", matches = "|true", disabledReason = "-DskipClickHouse was given")
@interface NeedsClickHouse {}
