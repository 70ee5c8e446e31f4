package io.llmtrace.storage;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A short form of the texts, findings and actions of a span for lists. Stores keep it with the other columns, so that a list need
 * not read the span's large values.
 */
public sealed interface SpanDigest permits SpanDigestValues {

    /** Returns the outcome of the call. */
    SpanStatus status();

    /** Returns the {@link Preview} of the error message; null if there is none. */
    @Nullable
    String errorMessage();

    /** Returns the types of the security findings: distinct, sorted by UTF-16 code units. */
    List<String> findingTypes();

    /** Returns the number of security findings. */
    long findingCount();

    /** Returns the number of agent actions, whether executed or only requested. */
    long actionCount();

    /** Returns the number of actions that failed. */
    long failedActionCount();

    /** Returns the {@link Preview} of the prompt; null if there is none. */
    @Nullable
    String inputPreview();

    /** Returns the {@link Preview} of the response; null if there is none. */
    @Nullable
    String outputPreview();

    /** Returns the digest of a whole span. It defines the digests that every backend must return. */
    static SpanDigest of(TraceSpan span) {
        List<SecurityFinding> findings = span.securityFindings();
        List<AgentAction> actions = span.agentActions();
        return builder(span.status())
                .errorMessage(Preview.ofResponse(span.errorMessage()))
                .findingTypes(findings.stream()
                        .map(SecurityFinding::findingType)
                        .distinct()
                        .sorted()
                        .toList())
                .findingCount(findings.size())
                .actionCount(actions.size())
                .failedActionCount(
                        actions.stream().filter(action -> !action.success()).count())
                .inputPreview(Preview.ofPrompt(span.prompt()))
                .outputPreview(Preview.ofResponse(span.response()))
                .build();
    }

    /** Returns a builder of a digest with this status. */
    static Builder builder(SpanStatus status) {
        return new Builder(status);
    }

    /** Builds a digest. A value that is not set is null, empty or zero. */
    final class Builder {
        private final SpanStatus status;
        private @Nullable String errorMessage;
        private List<String> findingTypes = List.of();
        private long findingCount;
        private long actionCount;
        private long failedActionCount;
        private @Nullable String inputPreview;
        private @Nullable String outputPreview;

        private Builder(SpanStatus status) {
            this.status = Objects.requireNonNull(status, "status");
        }

        public Builder errorMessage(@Nullable String value) {
            this.errorMessage = value;
            return this;
        }

        public Builder findingTypes(List<String> value) {
            this.findingTypes = Objects.requireNonNull(value, "findingTypes");
            return this;
        }

        public Builder findingCount(long value) {
            this.findingCount = value;
            return this;
        }

        public Builder actionCount(long value) {
            this.actionCount = value;
            return this;
        }

        public Builder failedActionCount(long value) {
            this.failedActionCount = value;
            return this;
        }

        public Builder inputPreview(@Nullable String value) {
            this.inputPreview = value;
            return this;
        }

        public Builder outputPreview(@Nullable String value) {
            this.outputPreview = value;
            return this;
        }

        /** Builds the digest. */
        public SpanDigest build() {
            return new SpanDigestValues(
                    status,
                    errorMessage,
                    findingTypes,
                    findingCount,
                    actionCount,
                    failedActionCount,
                    inputPreview,
                    outputPreview);
        }
    }
}
