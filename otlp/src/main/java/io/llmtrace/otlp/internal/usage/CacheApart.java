package io.llmtrace.otlp.internal.usage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.otlp.internal.mapping.MappingFile;
import io.llmtrace.otlp.internal.mapping.MappingTable;
import io.llmtrace.otlp.internal.mapping.NamePattern;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.wire.Decode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The emitters that count cached tokens beside the input: {@code cache_apart} in the mapping table. */
final class CacheApart {

    private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})");

    private CacheApart() {}

    /** Returns the name of the rule that recognizes the emitter of a span; null if none does. */
    static @Nullable String ruleFor(OtlpSpan span, @Nullable LlmProvider provider) {
        for (MappingFile.CacheApart emitter : MappingTable.get().file().cacheApart()) {
            if (holds(emitter, span, provider)) {
                return emitter.rule();
            }
        }
        return null;
    }

    private static boolean holds(MappingFile.CacheApart emitter, OtlpSpan span, @Nullable LlmProvider provider) {
        if (emitter.scope() != null && !NamePattern.of(emitter.scope()).matches(span.scopeName())) {
            return false;
        }
        if (emitter.event() != null && !NamePattern.of(emitter.event()).matches(span.logEvent())) {
            return false;
        }
        if (emitter.before() != null && !isBefore(span.scope().getVersion(), emitter.before())) {
            return false;
        }
        if (emitter.any() != null && emitter.any().stream().noneMatch(key -> span.attribute(key) != null)) {
            return false;
        }
        if (emitter.key() != null && emitter.value() != null) {
            String value = Decode.identifier(span.attribute(emitter.key()));
            if (value == null || !NamePattern.of(emitter.value()).matches(value)) {
                return false;
            }
        }
        if (emitter.providers() != null
                && (provider == null || !emitter.providers().contains(provider.name()))) {
            return false;
        }
        return emitter.unless() == null || span.attribute(emitter.unless()) == null;
    }

    /** Compares major and minor version; returns false if the version has none. */
    private static boolean isBefore(String version, String limit) {
        Matcher own = MAJOR_MINOR.matcher(version);
        Matcher other = MAJOR_MINOR.matcher(limit);
        if (!own.lookingAt() || !other.lookingAt()) {
            return false;
        }
        int major = Integer.compare(Integer.parseInt(own.group(1)), Integer.parseInt(other.group(1)));
        int minor = Integer.compare(Integer.parseInt(own.group(2)), Integer.parseInt(other.group(2)));
        return major != 0 ? major < 0 : minor < 0;
    }
}
