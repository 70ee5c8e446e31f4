package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The common names of roles and of reasons to finish, from {@code words.yaml}. */
public final class Words {

    private static final String RESOURCE = "words.yaml";
    private static final File FILE = read();
    private static final Map<String, String> ROLES = namesOf(FILE.roles());
    private static final Map<String, String> FINISH_REASONS = namesOf(FILE.finishReasons());

    private Words() {}

    private record File(Map<String, List<String>> roles, Map<String, List<String>> finishReasons) {}

    /** Of a role; an unknown one as it is. */
    public static String role(String raw) {
        return ROLES.getOrDefault(raw.toLowerCase(Locale.ROOT), raw);
    }

    /** Of a reason to finish; an unknown one as it is. */
    public static String finishReason(String raw) {
        return FINISH_REASONS.getOrDefault(raw.strip().toLowerCase(Locale.ROOT), raw);
    }

    /** A role; null if the word is none. */
    static @Nullable String knownRole(String word) {
        return ROLES.get(word.toLowerCase(Locale.ROOT));
    }

    private static File read() {
        try (InputStream in = Words.class.getResourceAsStream(RESOURCE)) {
            return YAMLMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build()
                    .readValue(in, File.class);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    private static Map<String, String> namesOf(Map<String, List<String>> words) {
        Map<String, String> names = new HashMap<>();
        words.forEach((name, all) -> all.forEach(word -> names.put(word, name)));
        return names;
    }
}
