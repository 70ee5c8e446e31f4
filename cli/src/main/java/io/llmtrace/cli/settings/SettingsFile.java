package io.llmtrace.cli.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.llmtrace.cli.context.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Reads the settings file, which is YAML with one line for each setting and no nesting. */
final class SettingsFile {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private SettingsFile() {}

    /**
     * Reads a settings file.
     *
     * @throws UsageException naming the file and the unknown key
     */
    static Map<Setting, SettingValue> read(Path file) {
        JsonNode root = parse(file);
        Map<Setting, SettingValue> values = new EnumMap<>(Setting.class);
        if (root.isMissingNode() || root.isNull()) {
            return values; // empty, or comments only
        }
        if (!root.isObject()) {
            throw new UsageException(file + ": expected lines such as 'port: 8080'");
        }
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            Setting setting = Setting.ofKey(entry.getKey())
                    .orElseThrow(() -> new UsageException(file + ": unknown key '" + entry.getKey() + "'; known are "
                            + String.join(", ", Setting.keys())));
            JsonNode value = entry.getValue();
            boolean single = value.isValueNode() && !value.asText().isEmpty();
            values.put(
                    setting,
                    new SettingValue(
                            single ? value.asText() : value.toString(),
                            file.toString(),
                            SettingValue.FILE,
                            single ? null : file + ": " + setting.key() + " takes one value, no list and no group"));
        }
        return values;
    }

    private static JsonNode parse(Path file) {
        try {
            return YAML.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new UsageException(
                    file + ": not YAML at line " + e.getLocation().getLineNr() + ": "
                            + firstLine(e.getOriginalMessage()),
                    e);
        } catch (IOException e) {
            throw new UsageException("cannot read the settings file " + file + ": " + e, e);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }
}
