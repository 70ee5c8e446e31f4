package io.llmtrace.explorer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that runs in Chromium. On a machine without one it is skipped, and says so; with {@code -DrequireBrowser}, which the gate
 * gives, it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBrowser.Condition.class)
@interface NeedsBrowser {

    /** Where there is a browser, or must be one. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Chromium.executable().isPresent() || System.getProperty("requireBrowser") != null
                    ? ConditionEvaluationResult.enabled("Chromium is here, or required")
                    : ConditionEvaluationResult.disabled(Chromium.MISSING);
        }
    }
}
