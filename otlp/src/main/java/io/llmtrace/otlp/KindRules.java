package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.MappingFile.KindRule;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of {@code kind} in the mapping table as sources. */
final class KindRules {

    private KindRules() {}

    /** @throws IllegalArgumentException for a rule that is none */
    static List<Source<SpanKind>> sources(KindRule rule) {
        if (rule.any() != null && rule.kind() != null) {
            SpanKind kind = SpanKind.ofText(rule.kind());
            Place.AnyOf places =
                    new Place.AnyOf(rule.any().stream().map(Place::parse).toList());
            return List.of(new Source<>(places.text(), places, (view, place) -> kind, null));
        }
        if (rule.scope() != null && rule.name() != null) {
            Words kinds = Words.of(rule.name());
            return List.of(new Source<>(
                    "scope:" + rule.scope(),
                    new Place.Scope(rule.scope()),
                    (view, place) -> kinds.of(view.span.getName()),
                    NamePattern.of(rule.scope())));
        }
        List<String> keys = rule.keys() != null ? rule.keys() : rule.key() != null ? List.of(rule.key()) : List.of();
        if (keys.isEmpty() || rule.is() == null) {
            throw new IllegalArgumentException("kind: no rule: " + rule);
        }
        Words kinds = Words.of(rule.is());
        List<Source<SpanKind>> sources = new ArrayList<>();
        for (String key : keys) {
            sources.add(new Source<>(key, new Place.Attribute(key), (view, place) -> read(view, key, rule, kinds), null));
        }
        return sources;
    }

    private static @Nullable SpanKind read(SpanView view, String key, KindRule rule, Words kinds) {
        String value = Decode.identifier(Decode.unquoted(view.attribute(key)));
        if (value == null || !conditionHolds(view, rule)) {
            return null;
        }
        String word = value.strip();
        int space = Boolean.TRUE.equals(rule.firstWord()) ? word.indexOf(' ') : -1;
        return kinds.of(space < 0 ? word : word.substring(0, space));
    }

    private static boolean conditionHolds(SpanView view, KindRule rule) {
        if (rule.with() == null) {
            return true;
        }
        AnyValue other = view.attribute(rule.with());
        return other != null && other.getStringValue().equalsIgnoreCase(rule.value());
    }

    /** From words, in any case, to kinds. */
    private record Words(Map<String, SpanKind> exact, List<Map.Entry<NamePattern, SpanKind>> patterns) {
        static Words of(Map<String, String> kinds) {
            Words words = new Words(new HashMap<>(), new ArrayList<>());
            kinds.forEach((word, kind) -> {
                String lower = word.toLowerCase(Locale.ROOT);
                if (lower.contains("*")) {
                    words.patterns.add(Map.entry(NamePattern.of(lower), SpanKind.ofText(kind)));
                } else {
                    words.exact.put(lower, SpanKind.ofText(kind));
                }
            });
            return words;
        }

        @Nullable
        SpanKind of(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            SpanKind kind = exact.get(lower);
            for (int i = 0; kind == null && i < patterns.size(); i++) {
                kind = patterns.get(i).getKey().matches(lower)
                        ? patterns.get(i).getValue()
                        : null;
            }
            return kind;
        }
    }
}
