package io.llmtrace.otlp;

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

/** {@code mapping.yaml} as it is written; what its parts mean stands there. {@link MappingTable} is made of it. */
record MappingFile(
        int version,
        List<KindRule> kind,
        Map<String, List<String>> fields,
        List<String> labels,
        List<String> metadata,
        List<String> notMetadata,
        List<KeyValue> failed,
        List<String> statusInMessage,
        Map<String, Integer> statusOfErrorType,
        List<CacheApart> cacheApart,
        Map<String, List<String>> providers,
        List<String> providerWithSuffix,
        String providerWithSuffixInScope,
        List<String> frameworks,
        List<String> unspecific,
        Map<String, String> hosts,
        Map<String, String> models) {

    private static final String RESOURCE = "mapping.yaml";

    /** Of {@code is} and {@code kind} one; of {@code key}, {@code keys}, {@code any} and {@code scope} with {@code name} one. */
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

    record KeyValue(String key, String value) {}

    /** All that is given must hold. {@code before}: the scope's version has to be lower, {@code MAJOR.MINOR}. */
    record CacheApart(
            String rule,
            @Nullable String scope,
            @Nullable String before,
            @Nullable List<String> any,
            @Nullable List<String> providers,
            @Nullable String unless) {}

    static MappingFile read() {
        try (InputStream in = MappingFile.class.getResourceAsStream(RESOURCE)) {
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    /** @throws IOException naming the line of what is unknown or wrong */
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
