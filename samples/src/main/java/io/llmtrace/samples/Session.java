package io.llmtrace.samples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A session of one user with one service: the common data of the traces of a conversation. */
final class Session {

    private static final List<String> ENVIRONMENTS =
            List.of("production", "production", "production", "production", "staging", "development");
    private static final List<String> FEATURES =
            List.of("chat", "summary", "search", "autofill", "escalation", "weekly-report");
    private static final List<String> TEAMS = List.of("support", "platform", "legal-tech", "growth", "data");

    private final UUID tenantId;
    private final Dice dice;
    private final Topic topic;
    private final Telling telling;
    private final Model model;
    private final String serviceName;
    private final @Nullable String sessionId;
    private final @Nullable String userId;
    private final Map<String, String> tags;
    private final boolean eightByteIds;
    private final boolean answersAsMessages;

    Session(UUID tenantId, Topic topic, Dice dice) {
        this.tenantId = tenantId;
        this.dice = dice;
        this.topic = topic;
        this.telling = topic.telling(dice);
        this.model = Model.CHAT.get(dice.skewed(Model.CHAT.size()));
        this.serviceName = dice.pick(topic.services());
        this.sessionId = dice.chance(0.85) ? "s-" + dice.hex(12) : null;
        this.userId = dice.chance(0.9) ? String.format(Locale.ROOT, "u-%05d", 10_000 + dice.skewed(900) * 97) : null;
        this.tags = newTags(dice);
        this.eightByteIds = dice.chance(0.6);
        this.answersAsMessages = dice.chance(0.5);
    }

    private static Map<String, String> newTags(Dice dice) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("env", ENVIRONMENTS.get(dice.skewed(ENVIRONMENTS.size())));
        tags.put("team", TEAMS.get(dice.skewed(TEAMS.size())));
        tags.put("release", "2026." + dice.between(6, 8) + "." + dice.between(0, 4));
        if (dice.chance(0.7)) {
            tags.put("feature", FEATURES.get(dice.skewed(FEATURES.size())));
        }
        if (dice.chance(0.15)) {
            tags.put("experiment", "prompt-v" + dice.between(2, 4));
        }
        return tags;
    }

    UUID tenantId() {
        return tenantId;
    }

    Dice dice() {
        return dice;
    }

    Topic topic() {
        return topic;
    }

    /** Returns a text of this rule of the topic. */
    String tell(String rule) {
        return telling.tell(rule);
    }

    Model model() {
        return model;
    }

    String serviceName() {
        return serviceName;
    }

    @Nullable
    String sessionId() {
        return sessionId;
    }

    @Nullable
    String userId() {
        return userId;
    }

    Map<String, String> tags() {
        return tags;
    }

    /** Returns whether the session's spans come from OpenTelemetry, whose span ids have eight bytes. */
    boolean eightByteIds() {
        return eightByteIds;
    }

    /** Returns the answer in the format of this service: text, or an array with one message. */
    String answer(String text) {
        return answersAsMessages ? Messages.only("assistant", text) : text;
    }
}
