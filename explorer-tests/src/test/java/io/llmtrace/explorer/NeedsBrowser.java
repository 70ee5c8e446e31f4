package io.llmtrace.explorer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Marks a test that runs in Chromium. On a machine without Chromium it is skipped with a message; with {@code -DrequireBrowser},
 * which the gate sets, it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBrowser.Condition.class)
@interface NeedsBrowser {

    /** Enables a test if Chromium is installed or required. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Chromium.executable().isPresent() || System.getProperty("requireBrowser") != null
                    ? ConditionEvaluationResult.enabled("Chromium is installed or required")
                    : ConditionEvaluationResult.disabled(Chromium.MISSING);
        }
    }
}
