package io.llmtrace.cli.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.llmtrace.ingest.redaction.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML file of rules:
 *
 * <pre>
 * - fields: [prompt, attributes.user.*]     # all fields if left out
 *   pattern: '\d{3}-\d{2}-\d{4}'            # the whole value if left out
 *   replace: '[ssn]'                        # if left out, the field is removed
 * </pre>
 */
final class RedactionRules {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Set<String> KEYS = Set.of("fields", "pattern", "replace");

    private RedactionRules() {}

    /**
     * Reads the rules of a file.
     *
     * @throws IllegalArgumentException naming the rule and what is wrong with it
     */
    static List<Rule> read(Path file) {
        JsonNode root = parse(file);
        if (!root.isArray()) {
            throw new IllegalArgumentException("not a list of rules, each beginning with '- '");
        }
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : root) {
            try {
                rules.add(rule(rule));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("rule " + (rules.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return rules;
    }

    private static JsonNode parse(Path file) {
        try {
            return YAML.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "not YAML at line " + e.getLocation().getLineNr(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be read (" + e + ")", e);
        }
    }

    private static Rule rule(JsonNode rule) {
        if (!rule.isObject()) {
            throw new IllegalArgumentException("expected " + KEYS);
        }
        for (Map.Entry<String, JsonNode> entry : rule.properties()) {
            if (!KEYS.contains(entry.getKey())) {
                throw new IllegalArgumentException("unknown key '" + entry.getKey() + "', known are " + KEYS);
            }
        }
        List<String> fields = new ArrayList<>();
        rule.path("fields").forEach(field -> fields.add(field.asText()));
        return new Rule(fields, pattern(rule.path("pattern")), textOf(rule.path("replace")));
    }

    private static @Nullable Pattern pattern(JsonNode pattern) {
        try {
            return pattern.isTextual() ? Pattern.compile(pattern.asText()) : null;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("pattern: " + e.getDescription(), e);
        }
    }

    private static @Nullable String textOf(JsonNode value) {
        return value.isValueNode() ? value.asText() : null;
    }
}
