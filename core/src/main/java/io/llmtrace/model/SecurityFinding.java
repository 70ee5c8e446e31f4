package io.llmtrace.model;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a detector found in a span.
 *
 * @param findingType free text, such as {@code prompt_injection}
 * @param confidenceScore in [0, 1]
 * @param location where in the span, such as {@code request.messages[0]}
 * @param requiresAlert left out, it is true for High and Critical
 */
public record SecurityFinding(
        UUID id,
        Severity severity,
        String findingType,
        String description,
        Instant detectedAt,
        double confidenceScore,
        @Nullable String location,
        Map<String, String> metadata,
        @Nullable Boolean requiresAlert) {

    /** Types that are signs beside a finding rather than findings of their own: they count 30 at most. */
    private static final Set<String> AUXILIARY_TYPES = Set.of(
            "is_hypothetical",
            "is_incentive",
            "is_urgent",
            "is_systemic",
            "is_covert",
            "is_immoral",
            "is_repeated_token",
            "context_flooding");

    private static final int AUXILIARY_CEILING = 30;
    private static final int SINGLE_DETECTOR_CEILING = 60;

    public SecurityFinding {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(findingType, "findingType");
        Objects.requireNonNull(detectedAt, "detectedAt");
        description = description == null ? "" : description;
        Times.requireStorable(detectedAt, "security_findings.detected_at");
        Texts.requireStorable(findingType, "security_findings.finding_type");
        Texts.requireStorable(description, "security_findings.description");
        Texts.requireStorable(location, "security_findings.location");
        Checks.argument(
                confidenceScore >= 0 && confidenceScore <= 1,
                "security_findings.confidence_score not in [0, 1]",
                confidenceScore);
        metadata = StringMaps.copyOf(metadata, "security_findings.metadata");
        requiresAlert = requiresAlert == null ? severity.alertsByDefault() : requiresAlert;
    }

    /** A finding of this moment, with full confidence and nothing optional. */
    public static SecurityFinding of(Severity severity, String findingType, String description, Instant detectedAt) {
        return new SecurityFinding(
                UUID.randomUUID(), severity, findingType, description, detectedAt, 1.0, null, Map.of(), null);
    }

    /** What this finding adds to its span's security score, in [0, 100]. */
    public int score() {
        int score = severity.score();
        if ("single_detector".equals(metadata.get("voting_result"))) {
            score = Math.min(score, SINGLE_DETECTOR_CEILING);
        }
        if (AUXILIARY_TYPES.contains(findingType)) {
            score = Math.min(score, AUXILIARY_CEILING);
        }
        return score;
    }

    /** The score of a span with these findings: the highest of theirs, 0 for none. */
    public static int scoreOf(Collection<SecurityFinding> findings) {
        return findings.stream().mapToInt(SecurityFinding::score).max().orElse(0);
    }
}
