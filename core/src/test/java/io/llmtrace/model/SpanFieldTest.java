package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SpanFieldTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(new UUID(1, 1), new UUID(2, 2), new UUID(0, 3), "chat", START);
    }

    /** A property that is missing from the list would be lost in every store and in JSON. */
    @Test
    void properties_areAllThatABuilderTakes() {
        Set<String> setters = Arrays.stream(TraceSpan.Builder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getParameterCount() == 1)
                .map(Method::getName)
                .filter(name -> !name.startsWith("add"))
                .collect(Collectors.toSet());
        Set<String> accessors = Arrays.stream(TraceSpan.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getParameterCount() == 0)
                .map(Method::getName)
                .filter(name ->
                        !Set.of("status", "toBuilder", "hashCode", "toString").contains(name))
                .collect(Collectors.toSet());

        Set<String> properties = SpanField.properties().stream()
                .map(field -> camelCase(field.name()))
                .collect(Collectors.toSet());

        assertThat(properties).isEqualTo(setters).isEqualTo(accessors);
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("_", -1)) {
            camel.append(camel.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return camel.toString();
    }

    @Test
    void names_areUnique() {
        assertThat(SpanField.all().stream().map(SpanField::name)).doesNotHaveDuplicates();
        assertThat(SpanField.all().stream().flatMap(field -> field.shortNames().stream()))
                .doesNotHaveDuplicates();
        assertThat(SpanField.all().stream().map(SpanField::label)).doesNotHaveDuplicates();
    }

    @Test
    void named_findsEachFieldAndThoseOfTags() {
        for (SpanField<?> field : SpanField.all()) {
            assertThat(SpanField.named(field.name())).contains(field);
        }
        assertThat(SpanField.named("tag.a.b")).contains(SpanField.tag("a.b"));
        assertThat(SpanField.tag("a.b").name()).isEqualTo("tag.a.b");
        assertThat(SpanField.named("MODEL_NAME")).isEmpty();
        assertThat(SpanField.named("tag.")).isEmpty();
    }

    @Test
    void suggestedNamed_listsWhatThereIs() {
        assertThat(SpanField.suggestedNamed("tag.a.b")).isEqualTo(SpanField.tag("a.b"));
        for (String wrong : List.of("", "tag.", "tag_value", "MODEL_NAME", "prompt")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SpanField.suggestedNamed(wrong))
                    .withMessageStartingWith("not a field [trace_name, operation_name, kind, ")
                    .withMessageEndingWith(
                            ", finding_type, finding_severity, action_name, tag, tag.{key}]: '" + wrong + "'");
        }
    }

    @Test
    void values_areThoseOfTheSpan() {
        TraceSpan span = span().modelName("m")
                .tags(Map.of("env", "prod"))
                .addSecurityFinding(SecurityFinding.of(Severity.LOW, "pii", "", START))
                .addSecurityFinding(SecurityFinding.of(Severity.LOW, "leak", "", START))
                .build();

        assertThat(SpanField.MODEL_NAME.valueOf(span)).isEqualTo("m");
        assertThat(SpanField.USER_ID.valueOf(span)).isNull();
        assertThat(SpanField.STATUS.textOf(span)).isEqualTo("ok");
        assertThat(SpanField.FINDING_TYPE.textsOf(span)).containsExactly("pii", "leak");
        assertThat(SpanField.FINDING_SEVERITY.textsOf(span)).containsExactly("Low");
        assertThat(SpanField.TAG.textsOf(span)).containsExactly("env");
        assertThat(SpanField.tag("env").textOf(span)).isEqualTo("prod");
        assertThat(SpanField.tag("team").textOf(span)).isNull();
        assertThatIllegalStateException()
                .isThrownBy(() -> SpanField.TAG.valueOf(span))
                .withMessage("tag has several values");
    }

    @Test
    void set_onlyGivesProperties() {
        TraceSpan.Builder span = span();
        SpanField.PROVIDER.set(span, LlmProvider.OPENAI);
        assertThat(span.build().provider()).isEqualTo(LlmProvider.OPENAI);
        assertThatIllegalStateException()
                .isThrownBy(() -> SpanField.STATUS.set(span, SpanStatus.OK))
                .withMessage("status is not a property of a span");
    }

    @Test
    void types_readWhatTheyWrite() {
        roundTrip(FieldType.TEXT, "");
        roundTrip(FieldType.PROVIDER, LlmProvider.OPENAI);
        roundTrip(FieldType.KIND, SpanKind.LLM);
        roundTrip(FieldType.STATUS, SpanStatus.ERROR);
        roundTrip(FieldType.SEVERITY, Severity.CRITICAL);
        roundTrip(FieldType.TRACE_ID, new UUID(5, 6));
        roundTrip(FieldType.SPAN_ID, new UUID(0, 6));
        roundTrip(FieldType.TIME, START.plusNanos(1));
        roundTrip(FieldType.COUNT, Long.MAX_VALUE);
        roundTrip(FieldType.DURATION_MS, 0L);
        roundTrip(FieldType.STATUS_CODE, 65_535);
        roundTrip(FieldType.SCORE, 100);
        roundTrip(FieldType.COST_USD, 1e-9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldType.COUNT.parse("1.5"))
                .withMessage("not a number, or out of range: '1.5'");
        for (String number :
                List.of("\u0663", "\uff15", "\u096b", " 5", "5 ", "", "+", "0x10", "9223372036854775808")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FieldType.COUNT.parse(number))
                    .withMessage("not a number, or out of range: '" + number + "'");
        }
        for (String number : List.of("\u0663", "NaN", "Infinity", "1e400", "1d", "5f", "0x1p3", " 5", ".", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> FieldType.COST_USD.parse(number))
                    .withMessage("not a number, or out of range: '" + number + "'");
        }
        assertThat(FieldType.COUNT.parse("+007")).isEqualTo(7);
        assertThat(FieldType.COST_USD.parse("1.5E-3")).isEqualTo(0.0015);
        assertThat(FieldType.COST_USD.parse(".5")).isEqualTo(0.5);
        assertThatIllegalStateException().isThrownBy(() -> FieldType.EVENTS.parse("[]"));
    }

    private static <T> void roundTrip(FieldType<T> type, T value) {
        assertThat(type.parse(type.format(value))).isEqualTo(value);
        assertThat(type.isStructure()).isFalse();
    }
}
