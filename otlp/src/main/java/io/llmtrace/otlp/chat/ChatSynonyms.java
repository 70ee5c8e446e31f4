package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Maps the names that emitters use for roles, finish reasons and parts to common names ({@code synonyms.yaml}). */
public final class ChatSynonyms {

    private static final String RESOURCE = "synonyms.yaml";
    private static final File FILE = read();
    private static final Map<String, String> ROLES = namesOf(FILE.roles());
    private static final Map<String, String> FINISH_REASONS = namesOf(FILE.finishReasons());

    /** What Python and Google put before the name of a finish reason. */
    private static final Pattern CLASS = Pattern.compile("^finish_?reason[._]");

    private ChatSynonyms() {}

    private record File(
            Map<String, List<String>> roles,
            Map<String, List<String>> finishReasons,
            Map<String, List<String>> partTypes,
            Map<String, List<String>> partKeys,
            Map<String, List<String>> partKeysInMessages) {}

    /** Returns the common name of a role; an unknown one unchanged. */
    public static String role(String raw) {
        return ROLES.getOrDefault(raw.toLowerCase(Locale.ROOT), raw);
    }

    /** Returns the common name of a finish reason; an unknown one unchanged. */
    public static String finishReason(String raw) {
        String name = CLASS.matcher(raw.strip().toLowerCase(Locale.ROOT)).replaceFirst("");
        return FINISH_REASONS.getOrDefault(name, raw);
    }

    /** Returns the common name of a role; null for an unknown one. */
    static @Nullable String knownRole(String name) {
        return ROLES.get(name.toLowerCase(Locale.ROOT));
    }

    /** Returns what the types of parts stand for, by type. */
    static Map<String, String> partTypes() {
        return namesOf(FILE.partTypes());
    }

    /** Returns what parts without a type stand for, by the key that they are known by. */
    static Map<String, String> partKeys() {
        return namesOf(FILE.partKeys());
    }

    /** Returns what parts without a type stand for inside a message, by the key that they are known by. */
    static Map<String, String> partKeysInMessages() {
        return namesOf(FILE.partKeysInMessages());
    }

    private static File read() {
        try (InputStream in = ChatSynonyms.class.getResourceAsStream(RESOURCE)) {
            return YAMLMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build()
                    .readValue(in, File.class);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    private static Map<String, String> namesOf(Map<String, List<String>> synonyms) {
        Map<String, String> names = new LinkedHashMap<>();
        synonyms.forEach((name, all) -> all.forEach(synonym -> names.put(synonym, name)));
        return names;
    }
}
