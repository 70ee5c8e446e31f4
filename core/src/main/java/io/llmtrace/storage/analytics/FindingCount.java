package io.llmtrace.storage.analytics;

import io.llmtrace.model.Severity;
import java.time.Instant;
import java.util.Objects;

/** The counts of security findings with one type and severity. */
public sealed interface FindingCount permits FindingCountValues {

    /** Returns the type of the findings. */
    String findingType();

    /** Returns the severity of the findings. */
    Severity severity();

    /** Returns the number of findings. */
    long findings();

    /** Returns the number of spans with such a finding. */
    long spans();

    /** Returns the start of the latest of these spans. */
    Instant lastTime();

    /** Returns a builder whose counts are zero. */
    static Builder builder(String findingType, Severity severity, Instant lastTime) {
        return new Builder(findingType, severity, lastTime);
    }

    /** Builds the counts. A value that is not set is zero. */
    final class Builder {
        private final String findingType;
        private final Severity severity;
        private final Instant lastTime;
        private long findings;
        private long spans;

        private Builder(String findingType, Severity severity, Instant lastTime) {
            this.findingType = Objects.requireNonNull(findingType, "findingType");
            this.severity = Objects.requireNonNull(severity, "severity");
            this.lastTime = Objects.requireNonNull(lastTime, "lastTime");
        }

        public Builder findings(long value) {
            this.findings = value;
            return this;
        }

        public Builder spans(long value) {
            this.spans = value;
            return this;
        }

        /** Builds the counts. */
        public FindingCount build() {
            return new FindingCountValues(findingType, severity, findings, spans, lastTime);
        }
    }
}
