package io.llmtrace.samples;

import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A security problem in a text. The texts come from the rules {@code attack.TYPE}. */
enum Incident {
    PROMPT_INJECTION(Severity.HIGH, "Text that tries to replace the instructions", 0.72),
    JAILBREAK(Severity.HIGH, "Role play that asks the model to drop its rules", 0.64),
    SECRET_LEAK(Severity.CRITICAL, "A credential in plain text", 0.93),
    PII(Severity.MEDIUM, "Personal data: card, account or contact", 0.85);

    private static final List<String> SIGNS = List.of(
            "is_hypothetical",
            "is_incentive",
            "is_urgent",
            "is_systemic",
            "is_covert",
            "is_immoral",
            "is_repeated_token",
            "context_flooding");

    private final Severity severity;
    private final String description;
    private final double leastConfidence;

    Incident(Severity severity, String description, double leastConfidence) {
        this.severity = severity;
        this.description = description;
        this.leastConfidence = leastConfidence;
    }

    private String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    String text(Session session) {
        return session.tell("attack." + type());
    }

    /** Returns whether a service refuses to answer a text with this problem. */
    boolean hostile() {
        return this == PROMPT_INJECTION || this == JAILBREAK;
    }

    /**
     * Returns the finding of this problem, and weaker findings that detectors report with it.
     *
     * @param match the matching words
     */
    List<SecurityFinding> findings(Dice dice, Instant at, String location, String match) {
        List<SecurityFinding> findings = new ArrayList<>();
        findings.add(finding(dice, severity, type(), description, at, location, match));
        int signs = hostile() ? dice.between(0, 3) : 0;
        for (int i = 0; i < signs; i++) {
            findings.add(sign(dice, at, location));
        }
        return findings;
    }

    /** Returns a weak finding of the sort that detectors report even for harmless texts. */
    static SecurityFinding sign(Dice dice, Instant at, String location) {
        String sign = SIGNS.get(dice.skewed(SIGNS.size()));
        Severity severity = dice.chance(0.6) ? Severity.LOW : Severity.MEDIUM;
        return PII.finding(
                dice, severity, sign, "Sign of a manipulation: " + sign.replace('_', ' '), at, location, null);
    }

    private SecurityFinding finding(
            Dice dice, Severity level, String type, String text, Instant at, String location, @Nullable String match) {
        double confidence = Math.round(dice.between(leastConfidence, 0.99) * 1_000) / 1_000.0;
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("detector", dice.chance(0.6) ? "rules-2026-07" : "classifier-small");
        metadata.put("voting_result", dice.chance(0.3) ? "single_detector" : "majority");
        if (match != null) {
            metadata.put("match", match);
        }
        return SecurityFinding.builder(level, type, at)
                .id(dice.uuid())
                .description(text)
                .confidenceScore(confidence)
                .location(location)
                .metadata(metadata)
                .requiresAlert(level.alertsByDefault())
                .build();
    }
}
