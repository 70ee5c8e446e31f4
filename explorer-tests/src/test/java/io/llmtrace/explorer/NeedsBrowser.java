package io.llmtrace.explorer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A test that runs in Chromium. {@code -DskipBrowser} leaves it out; without that, a machine on which there is no Chromium fails
 * the test with a message that says what to install or to set.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "skipBrowser", matches = "|true", disabledReason = "-DskipBrowser was given")
@interface NeedsBrowser {}
