package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The content of {@code mapping.yaml}, whose comments explain each section. {@link MappingTable} is built from it. */
public record MappingFile(
        int version,
        List<KindRule> kind,
        Map<String, List<String>> fields,
        List<String> labels,
        List<String> metadata,
        List<String> notMetadata,
        List<String> requestSettings,
        Map<String, List<String>> settingNames,
        List<String> notSettings,
        List<FailureSign> failed,
        List<String> genericMessages,
        List<String> statusInMessage,
        Map<String, Integer> statusOfErrorType,
        List<CacheApart> cacheApart,
        Map<String, List<String>> providers,
        List<String> providerWithSuffix,
        String providerWithSuffixInScope,
        List<String> frameworks,
        List<String> gateways,
        List<String> unspecific,
        Map<String, String> hosts,
        Map<String, String> models) {

    private static final String RESOURCE = "/io/llmtrace/otlp/mapping.yaml";

    /**
     * A rule that determines the kind of a span. It has exactly one of {@code is} and {@code kind}, which give the kind, and
     * exactly one of {@code key}, {@code keys}, {@code any}, and the pair {@code scope} and {@code name}, which give the
     * condition. With {@code with}, the span must also have that attribute, and with {@code value}, with that value.
     */
    record KindRule(
            @Nullable String key,
            @Nullable List<String> keys,
            @Nullable Map<String, String> is,
            @Nullable Boolean firstWord,
            @Nullable String with,
            @Nullable String value,
            @Nullable List<String> any,
            @Nullable String kind,
            @Nullable String scope,
            @Nullable Map<String, String> name) {}

    /**
     * A sign that a span failed. All conditions that are not null must hold.
     *
     * @param event the log event that the span was made from
     * @param key an attribute that the span must have
     * @param value the value of that attribute, in any case
     */
    record FailureSign(
            @Nullable String event,
            @Nullable String key,
            @Nullable String value) {}

    /**
     * A rule that recognizes an emitter whose input tokens exclude cached tokens. All conditions that are not null must hold.
     *
     * @param rule the name of the rule, which spans record
     * @param scope the instrumentation scope
     * @param before the version of the scope must be lower than this one, {@code MAJOR.MINOR}
     * @param event the log event that the span was made from
     * @param any attributes of which the span must have one
     * @param key an attribute that the span must have
     * @param value the value of that attribute, in which a * matches any characters
     * @param providers the providers of which one must have served the call
     * @param unless an attribute that the span must not have
     */
    public record CacheApart(
            String rule,
            @Nullable String scope,
            @Nullable String before,
            @Nullable String event,
            @Nullable List<String> any,
            @Nullable String key,
            @Nullable String value,
            @Nullable List<String> providers,
            @Nullable String unless) {}

    /** Reads the file of this version of llmtrace. */
    static MappingFile read() {
        try (InputStream in = MappingFile.class.getResourceAsStream(RESOURCE)) {
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException naming the line of an unknown key or a wrong value
     */
    static MappingFile read(byte[] yaml) throws IOException {
        YAMLFactory strict = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return YAMLMapper.builder(strict)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build()
                .readValue(yaml, MappingFile.class);
    }
}
