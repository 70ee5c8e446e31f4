package io.llmtrace.model;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A finding of a security detector in a span. Texts are at most 16 MiB of UTF-8. */
public sealed interface SecurityFinding permits SecurityFindingValues {

    /** Returns the id, unique among the findings of a span. */
    UUID id();

    /** Returns how serious the finding is. */
    Severity severity();

    /** Returns the type: free text, such as {@code prompt_injection}. */
    String findingType();

    /** Returns a sentence for people; may be empty. */
    String description();

    /** Returns when the detector reported the finding. */
    Instant detectedAt();

    /** Returns the detector's confidence, in [0, 1]. */
    double confidenceScore();

    /** Returns the part of the span, such as {@code request.messages[0]}; null if unknown. */
    @Nullable
    String location();

    /** Returns further values, possibly none. */
    Map<String, String> metadata();

    /** Returns whether someone must be alerted. */
    Boolean requiresAlert();

    /** Returns the score of this finding, in [0, 100]: that of its severity, capped for weak evidence. */
    int score();

    /** Returns a finding with a random id, full confidence, and neither location nor metadata. */
    static SecurityFinding of(Severity severity, String findingType, String description, Instant detectedAt) {
        return builder(severity, findingType, detectedAt)
                .description(description)
                .build();
    }

    /** Returns a builder with a random id and full confidence, and without a description. */
    static Builder builder(Severity severity, String findingType, Instant detectedAt) {
        return new Builder(severity, findingType, detectedAt);
    }

    /** Returns a builder with all values of this finding, including its id. */
    default Builder toBuilder() {
        return new Builder(severity(), findingType(), detectedAt())
                .id(id())
                .description(description())
                .confidenceScore(confidenceScore())
                .location(location())
                .metadata(metadata())
                .requiresAlert(requiresAlert());
    }

    /** Returns the security score of a span with these findings: the highest of their scores, 0 for none. */
    static int scoreOf(Collection<SecurityFinding> findings) {
        return findings.stream().mapToInt(SecurityFinding::score).max().orElse(0);
    }

    /** Builds a finding. Each method sets the value of its name; see {@link SecurityFinding} for ranges. */
    final class Builder {
        private final Severity severity;
        private final String findingType;
        private final Instant detectedAt;
        private @Nullable UUID id;
        private String description = "";
        private double confidenceScore = 1.0;
        private @Nullable String location;
        private Map<String, String> metadata = Map.of();
        private @Nullable Boolean requiresAlert;

        private Builder(Severity severity, String findingType, Instant detectedAt) {
            this.severity = severity;
            this.findingType = findingType;
            this.detectedAt = detectedAt;
        }

        public Builder id(UUID value) {
            this.id = Objects.requireNonNull(value, "id");
            return this;
        }

        public Builder description(String value) {
            this.description = value;
            return this;
        }

        public Builder confidenceScore(double value) {
            this.confidenceScore = value;
            return this;
        }

        public Builder location(@Nullable String value) {
            this.location = value;
            return this;
        }

        public Builder metadata(Map<String, String> value) {
            this.metadata = value;
            return this;
        }

        /**
         * Sets whether someone must be alerted; null, the default, means true for {@link Severity#HIGH} and
         * {@link Severity#CRITICAL}, otherwise false.
         */
        public Builder requiresAlert(@Nullable Boolean value) {
            this.requiresAlert = value;
            return this;
        }

        /**
         * Builds the finding.
         *
         * @throws IllegalArgumentException if a value is out of range or a text is too long; the message begins with its name
         */
        @SuppressWarnings("NullAway") // the constructor fills in what is missing
        public SecurityFinding build() {
            return new SecurityFindingValues(
                    id == null ? UUID.randomUUID() : id,
                    severity,
                    findingType,
                    description,
                    detectedAt,
                    confidenceScore,
                    location,
                    metadata,
                    requiresAlert);
        }
    }
}
