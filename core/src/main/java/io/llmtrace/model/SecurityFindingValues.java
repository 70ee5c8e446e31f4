package io.llmtrace.model;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The implementation of a finding. It is not public, so that a new component breaks no caller. */
record SecurityFindingValues(
        UUID id,
        Severity severity,
        String findingType,
        String description,
        Instant detectedAt,
        double confidenceScore,
        @Nullable String location,
        Map<String, String> metadata,
        Boolean requiresAlert)
        implements SecurityFinding {

    /** Types that support another finding rather than being one: their score is 30 at most. */
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

    /** Checks the values and fills in the optional ones, which JSON may leave out. */
    SecurityFindingValues {
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

    @Override
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
}
