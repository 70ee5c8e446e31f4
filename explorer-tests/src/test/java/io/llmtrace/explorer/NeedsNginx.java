package io.llmtrace.explorer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Marks a test that runs nginx. On a machine without nginx it is skipped with a message; with {@code -DrequireNginx}, which the gate
 * sets, it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNginx.Condition.class)
@interface NeedsNginx {

    /** Enables a test if nginx is installed or required. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Nginx.executable().isPresent() || System.getProperty("requireNginx") != null
                    ? ConditionEvaluationResult.enabled("nginx is installed or required")
                    : ConditionEvaluationResult.disabled(Nginx.MISSING);
        }
    }
}
