package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.internal.mapping.MappingFile.KindRule;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the rules of {@code kind} in the mapping file to sources. */
final class KindRules {

    private KindRules() {}

    /**
     * Returns the sources of a rule: one for each of its keys, or a single one.
     *
     * @throws IllegalArgumentException if the rule has none of the known forms
     */
    static List<FieldSource<SpanKind>> sources(KindRule rule) {
        if (rule.any() != null && rule.kind() != null) {
            SpanKind kind = SpanKind.ofText(rule.kind());
            AttributePath.AnyOf paths = new AttributePath.AnyOf(
                    rule.any().stream().map(AttributePath::parse).toList());
            // Needs no check: the index proposes this source only for spans that have one of the paths.
            return List.of(new FieldSource<>(paths.text(), paths, (span, path) -> kind, null));
        }
        if (rule.scope() != null && rule.name() != null) {
            KindsByName kinds = KindsByName.of(rule.name());
            return List.of(new FieldSource<>(
                    "scope:" + rule.scope(),
                    new AttributePath.Scope(rule.scope()),
                    (span, path) -> kinds.of(span.name()),
                    SourceCondition.ofScope(rule.scope())));
        }
        List<String> keys = rule.keys() != null ? rule.keys() : rule.key() != null ? List.of(rule.key()) : List.of();
        if (keys.isEmpty() || rule.is() == null) {
            throw new IllegalArgumentException("kind: not a rule: " + rule);
        }
        KindsByName kinds = KindsByName.of(rule.is());
        List<FieldSource<SpanKind>> sources = new ArrayList<>();
        for (String key : keys) {
            sources.add(new FieldSource<>(
                    key, new AttributePath.Attribute(key), (span, path) -> read(span, key, rule, kinds), null));
        }
        return sources;
    }

    private static @Nullable SpanKind read(MappableSpan span, String key, KindRule rule, KindsByName kinds) {
        String value = Decode.identifier(Decode.unquoted(span.attribute(key)));
        if (value == null || !conditionHolds(span, rule)) {
            return null;
        }
        String name = value.strip();
        int space = Boolean.TRUE.equals(rule.firstWord()) ? name.indexOf(' ') : -1;
        return kinds.of(space < 0 ? name : name.substring(0, space));
    }

    private static boolean conditionHolds(MappableSpan span, KindRule rule) {
        if (rule.with() == null) {
            return true;
        }
        AnyValue other = span.attribute(rule.with());
        return other != null && (rule.value() == null || hasValue(other, rule.value()));
    }

    /** Compares in any case; the wanted value may contain a wildcard. */
    static boolean hasValue(@Nullable AnyValue value, String wanted) {
        String text = Decode.text(Decode.unquoted(value));
        return text != null
                && NamePattern.of(wanted.toLowerCase(Locale.ROOT))
                        .matches(text.strip().toLowerCase(Locale.ROOT));
    }

    /** Kinds by the names that emitters use for them, in any case. An exact name precedes the patterns. */
    private record KindsByName(Map<String, SpanKind> exact, List<Map.Entry<NamePattern, SpanKind>> patterns) {
        static KindsByName of(Map<String, String> kinds) {
            KindsByName byName = new KindsByName(new HashMap<>(), new ArrayList<>());
            kinds.forEach((name, kind) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (lower.contains("*")) {
                    byName.patterns.add(Map.entry(NamePattern.of(lower), SpanKind.ofText(kind)));
                } else {
                    byName.exact.put(lower, SpanKind.ofText(kind));
                }
            });
            return byName;
        }

        @Nullable
        SpanKind of(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            SpanKind kind = exact.get(lower);
            for (int i = 0; kind == null && i < patterns.size(); i++) {
                kind = patterns.get(i).getKey().matches(lower) ? patterns.get(i).getValue() : null;
            }
            return kind;
        }
    }
}
