package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecurityFindingTest {

    @ParameterizedTest
    @CsvSource({"CRITICAL,95,60,true", "HIGH,80,60,true", "MEDIUM,60,60,false", "LOW,30,30,false", "INFO,10,10,false"})
    void score_goesBySeverityAndVote(Severity severity, int score, int ofOneDetector, boolean alert) {
        assertThat(finding(severity, "pii", Map.of()).score()).isEqualTo(score);
        assertThat(finding(severity, "pii", Map.of("voting_result", "single_detector"))
                        .score())
                .isEqualTo(ofOneDetector);
        assertThat(finding(severity, "pii", Map.of("voting_result", "majority")).score())
                .isEqualTo(score);
        assertThat(finding(severity, "pii", Map.of()).requiresAlert()).isEqualTo(alert);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "is_hypothetical",
                "is_incentive",
                "is_urgent",
                "is_systemic",
                "is_covert",
                "is_immoral",
                "is_repeated_token",
                "context_flooding"
            })
    void score_ofAuxiliaryTypesIsLow(String type) {
        assertThat(finding(Severity.CRITICAL, type, Map.of()).score()).isEqualTo(30);
        assertThat(finding(Severity.INFO, type, Map.of()).score()).isEqualTo(10);
    }

    @Test
    void scoreOf_isTheHighest() {
        assertThat(SecurityFinding.scoreOf(List.of())).isZero();
        assertThat(SecurityFinding.scoreOf(List.of(
                        finding(Severity.LOW, "pii", Map.of()),
                        finding(Severity.CRITICAL, "is_urgent", Map.of()),
                        finding(Severity.HIGH, "pii", Map.of("voting_result", "single_detector")))))
                .isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN})
    void confidence_isWithinZeroAndOne(double confidence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecurityFinding.builder(Severity.LOW, "x", Instant.EPOCH)
                        .confidenceScore(confidence)
                        .build())
                .withMessage("security_findings.confidence_score not in [0, 1]: " + confidence);
    }

    private static SecurityFinding finding(Severity severity, String type, Map<String, String> metadata) {
        return SecurityFinding.builder(severity, type, Instant.EPOCH)
                .metadata(metadata)
                .build();
    }
}
