package io.llmtrace.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks a test that runs only with {@code mvn -Pfull}, because it takes long and its subject has a shorter test in the default
 * build. Tests that exist in a short and a long form use {@link Effort} instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(LongTest.TAG)
public @interface LongTest {

    /** The JUnit tag that the default build excludes. */
    String TAG = "long-test";
}
