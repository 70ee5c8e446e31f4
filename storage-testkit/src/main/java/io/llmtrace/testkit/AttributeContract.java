package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.filter.FilterExpression;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests the conditions on attributes of spans, resources and scopes. */
abstract class AttributeContract extends ContractTest {

    AttributeContract(RepositoryFixture store) {
        super(store);
    }

    /**
     * A condition with spans that pass it and spans that do not.
     *
     * @param passing attributes of the spans that pass
     * @param twins attributes of spans that differ in one respect
     */
    private record Case(
            String expression, List<Map<String, @Nullable Object>> passing, List<Map<String, @Nullable Object>> twins) {

        @Override
        public String toString() {
            return expression;
        }
    }

    /** @param pairs of passing and other values of one attribute */
    private static Case values(String expression, String key, List<?> passing, List<?> others) {
        return new Case(
                expression,
                passing.stream().map(value -> attribute(key, value)).toList(),
                others.stream().map(value -> attribute(key, value)).toList());
    }

    private static Map<String, @Nullable Object> attribute(String key, @Nullable Object value) {
        return Collections.singletonMap(key, value);
    }

    private static Map<String, @Nullable Object> tag(String name, String value) {
        return attribute(name, value);
    }

    private static List<Case> typesOfValues() {
        List<Object> texts = List.of("gold", "Gold", "gold ", "goldfish", "", "old");
        return List.of(
                values("@tier:gold", "tier", List.of("gold"), without(texts, "gold")),
                values("@tier:(gold, old)", "tier", List.of("gold", "old"), without(texts, "gold", "old")),
                values("@tier:\"\"", "tier", List.of(""), without(texts, "")),
                values("@tier:gold*", "tier", List.of("gold", "gold ", "goldfish"), List.of("Gold", "", "old")),
                values("@tier:*old", "tier", List.of("gold", "Gold", "old"), List.of("gold ", "goldfish", "")),
                values("@tier:g*d*h", "tier", List.of("goldfish"), without(texts, "goldfish")),
                values("@tier:**", "tier", texts, List.of(1L, true, tag("doubleValue", "NaN"))),
                values(
                        "@tier:*",
                        "tier",
                        List.of("", 0L, false, -0.5, "x".repeat(SpanAttribute.MAX_CHARACTERS + 1), List.of("", 1L)),
                        Arrays.asList(null, List.of(), Map.of("x", 1L), List.of(Map.of("x", 1L)))),
                values("@b:true", "b", List.of(true, "true"), List.of(false, "True", 1L)),
                values("@b:false", "b", List.of(false, "false"), List.of(true, "", 0L)),
                values("@n:1", "n", List.of(1L, 1.0, "1"), List.of("1.0", 1.5, -1L, 10L, true, "01")),
                values("@n:1.0", "n", List.of(1L, 1.0, "1.0"), List.of("1", 1.5, -1L, 10L)),
                values("@n:0", "n", List.of(0L, 0.0, -0.0), List.of(5e-324, "-0", false)),
                values("@n:0.1", "n", List.of(0.1), List.of(Math.nextUp(0.1), Math.nextDown(0.1), 1L)),
                values("@n:1e3", "n", List.of(1000L, 1000.0, "1e3"), List.of("1000", 100L)),
                values(
                        "@n:NaN",
                        "n",
                        List.of(tag("doubleValue", "NaN"), "NaN"),
                        List.of(tag("doubleValue", "Infinity"))),
                values(
                        "@n:-Infinity",
                        "n",
                        List.of(tag("doubleValue", "-Infinity"), "-Infinity"),
                        List.of(tag("doubleValue", "Infinity"), tag("doubleValue", "NaN"))));
    }

    private static List<Case> orders() {
        long beyondDoubles = 9_007_199_254_740_993L;
        Map<String, @Nullable Object> infinity = tag("doubleValue", "Infinity");
        return List.of(
                values(
                        "@n:>2",
                        "n",
                        List.of(3L, 2.5, 10L, infinity),
                        List.of(2L, 2.0, -3L, "3", true, tag("doubleValue", "NaN"))),
                values("@n:>=2", "n", List.of(2L, 2.0, 2.5), List.of(1L, 1.999, -2L)),
                values(
                        "@n:<2",
                        "n",
                        List.of(1L, 0L, -10L, 1.999, tag("doubleValue", "-Infinity")),
                        List.of(2L, 2.0, "1", infinity)),
                values("@n:<=-2", "n", List.of(-2L, -2.5, -20L, -1e300), List.of(-1.999, 2L, 0L)),
                values("@n:-2..10", "n", List.of(-2L, -1.5, 0L, 9.99, 10.0), List.of(-2.01, 10.01, 11L, -20L, 100L)),
                values("@n:-2.5..-2", "n", List.of(-2L, -2.25, -2.5), List.of(-2.51, -1.99, -20L, 2.25)),
                values("@n:..0", "n", List.of(0L, -5e-324, Long.MIN_VALUE), List.of(5e-324, infinity)),
                values(
                        "@n:1e300..",
                        "n",
                        List.of(1e300, Double.MAX_VALUE, infinity),
                        List.of(9.99e299, Long.MAX_VALUE)),
                values(
                        "@n:" + beyondDoubles,
                        "n",
                        List.of(beyondDoubles),
                        List.of(beyondDoubles - 1, beyondDoubles + 1, (double) (beyondDoubles - 1))),
                values("@n:>" + beyondDoubles, "n", List.of(beyondDoubles + 1), List.of(beyondDoubles, (double)
                        (beyondDoubles - 1))),
                values(
                        "@n:<-9223372036854775808",
                        "n",
                        List.of(new BigInteger("-9223372036854775809"), -1e19),
                        List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1)),
                values(
                        "@n:2..5",
                        "n",
                        List.of(List.of(1L, 3L, 9L), List.of("a", 5.0)),
                        List.of(List.of(1L, 9L), List.of("3"))));
    }

    private static List<Case> names() {
        List<Case> cases = new ArrayList<>();
        for (String name : List.of(
                "customer.tier",
                "with blank",
                "a\"quote\\",
                "日本.名前",
                "ünï/cödé-_$+",
                "(a)",
                "a:b",
                "",
                ".",
                "a\u0001b",
                "a\u0002",
                "tab\t\n",
                "\uD83D\uDE00",
                "\uDBFF\uDFFF")) {
            String quoted = "@\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\":x";
            Map<String, @Nullable Object> near = new LinkedHashMap<>();
            near.put(name + "s", "x");
            near.put("_" + name, "x");
            near.put(name, "X");
            cases.add(new Case(quoted, List.of(attribute(name, "x")), List.of(near)));
        }
        for (String value : List.of(
                "a b",
                "\"",
                "\\",
                "50%_",
                "日本",
                "\0",
                "\u0001s",
                "Ł\u0080Š",
                "\uDBFF\uDFFFx",
                "x\uDBFF\uDFFF",
                "../x",
                ">1",
                "1..2",
                "*")) {
            String quoted = '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            cases.add(values("@v:" + quoted, "v", List.of(value), List.of(value + "x", "x" + value, "")));
        }
        for (String value : List.of("50%_", "\"", "\0", "\uDBFF\uDFFFx", "*")) {
            String quoted = '"' + value.replace("\"", "\\\"") + '"';
            cases.add(values("@v:" + quoted + "*", "v", List.of(value, value + "x"), List.of("x" + value, "")));
            cases.add(values("@v:*" + quoted, "v", List.of(value, "x" + value), List.of(value + "y", "")));
        }
        return cases;
    }

    private static List<Case> places() {
        String content = "x";
        Map<String, @Nullable Object> ofResource =
                attribute(ReservedAttributes.RESOURCE, Map.of("attributes", Map.of("k8s.pod.name", "api-1")));
        Map<String, @Nullable Object> ofScope = attribute(
                ReservedAttributes.SCOPE, Map.of("name", "lib", "attributes", Map.of("k8s.pod.name", "api-1")));
        Map<String, @Nullable Object> repeated = attribute(
                ReservedAttributes.RESOURCE,
                Map.of(
                        "attributes",
                        Map.of(
                                "kvlistValue",
                                List.of(
                                        Map.of("key", "k8s.pod.name", "value", "old"),
                                        Map.of("key", "k8s.pod.name", "value", "api-1")))));
        return List.of(
                new Case(
                        "@k8s.pod.name:api-*",
                        List.of(
                                attribute("k8s.pod.name", "api-1"),
                                attribute("k8s", Map.of("pod", Map.of("name", "api-2"))),
                                attribute("k8s", Map.of("pod.name", "api-")),
                                ofResource,
                                ofScope,
                                repeated),
                        List.of(
                                attribute("k8s.pod", "api-1"),
                                attribute("k8s.pod.name.x", "api-1"),
                                attribute(ReservedAttributes.RESOURCE, Map.of("k8s.pod.name", "api-1")),
                                attribute("attributes", Map.of("k8s.pod.name", "api-1")))),
                new Case("@otel.scope.name:lib", List.of(ofScope), List.of(ofResource)),
                new Case(
                        "@ids:7",
                        List.of(attribute("ids", List.of(8L, 7L)), attribute("ids", Arrays.asList(null, "7"))),
                        List.of(
                                attribute("ids", List.of(8L, 77L)),
                                attribute("ids", List.of(List.of(7L))),
                                attribute("ids", List.of(Map.of("ids", 7L))))),
                new Case(
                        "@m.0.content:" + content + " OR @t:" + content,
                        List.of(attribute("t", content)),
                        List.of(
                                attribute("m.0.content", content),
                                attribute("m", Map.of("0", Map.of("content", content))))),
                new Case("@m.0:" + content, List.of(attribute("m.0", content)), List.of(attribute("m.1", content))));
    }

    private static List<Object> without(List<Object> all, Object... some) {
        List<Object> rest = new ArrayList<>(all);
        rest.removeAll(List.of(some));
        return rest;
    }

    @Test
    void typesOfValues_areComparedByTheirRules() {
        verifyCases(typesOfValues());
    }

    @Test
    void numbers_areComparedExactly() {
        verifyCases(orders());
    }

    @Test
    void namesAndValues_mayHoldAnything() {
        verifyCases(names());
    }

    @Test
    void attributesOfSpanResourceAndScope_areFoundByTheirPaths() {
        verifyCases(places());
    }

    private void verifyCases(List<Case> cases) {
        List<TraceSpan> stored = new ArrayList<>();
        List<Runnable> assertions = new ArrayList<>();
        for (Case each : cases) {
            UUID owner = UUID.randomUUID();
            List<TraceSpan> passing = spans(owner, each.passing);
            List<TraceSpan> twins = spans(owner, each.twins);
            twins.add(Samples.span(owner).build());
            stored.addAll(passing);
            stored.addAll(twins);
            stored.addAll(spans(otherTenant, each.passing));
            assertions.add(() -> {
                assertSelected(owner, each.expression, passing);
                assertSelected(owner, "NOT (" + each.expression + ")", twins);
            });
        }
        repository.storeSpans(stored);
        verify(() -> assertions.forEach(Runnable::run));
    }

    private static List<TraceSpan> spans(UUID owner, List<Map<String, @Nullable Object>> attributes) {
        List<TraceSpan> spans = new ArrayList<>();
        attributes.forEach(
                each -> spans.add(Samples.span(owner).attributes(each).build()));
        return spans;
    }

    private void assertSelected(UUID owner, String expression, List<TraceSpan> spans) {
        TraceQuery query = TraceQuery.builder(owner)
                .where(FilterExpression.parse(expression))
                .limit(TraceQuery.MAX_LIMIT)
                .build();
        assertThat(repository.querySpanOutlines(query).items())
                .as(expression)
                .extracting(outline -> outline.spanId())
                .containsExactlyInAnyOrderElementsOf(
                        spans.stream().map(TraceSpan::spanId).toList());
    }

    @Test
    void attributes_combineWithOtherConditions() {
        UUID traceId = UUID.randomUUID();
        TraceSpan gold = span().traceId(traceId)
                .kind(SpanKind.LLM)
                .prompt("a refund")
                .attributes(Map.of("tier", "gold", "retry.count", 3L))
                .build();
        TraceSpan tool = span().traceId(traceId)
                .kind(SpanKind.TOOL)
                .attributes(Map.of("tier", "silver", "retry.count", 1L))
                .build();
        TraceSpan other = span().kind(SpanKind.LLM)
                .prompt("a refund")
                .attributes(Map.of("tier", "silver", "retry.count", 3L))
                .build();
        store(gold, tool, other);
        verify(() -> {
            assertSelected(tenant, "@tier:gold @retry.count:>2", List.of(gold));
            assertSelected(tenant, "@tier:silver @retry.count:>2", List.of(other));
            assertSelected(tenant, "@retry.count:>2 refund -@tier:gold", List.of(other));
            assertSelected(tenant, "@tier:gold OR kind:tool", List.of(gold, tool));
            assertSelected(tenant, "{@tier:gold} kind:tool", List.of(tool));
            assertSelected(tenant, "{@tier:gold} {@retry.count:<2}", List.of(gold, tool));
            assertSelected(tenant, "-{@tier:gold}", List.of(other));
            TraceQuery query = query().where(FilterExpression.attribute("tier").equalTo("gold"))
                    .build();
            assertSpans(query, gold);
            assertThat(repository.queryTraceSummaries(query).items())
                    .extracting(TraceSummary::traceId)
                    .containsExactly(traceId);
        });
    }

    @Test
    void rewrittenAndDeletedSpans_areFoundByTheirLatestAttributesOnly() {
        TraceSpan before = span().attributes(Map.of("tier", "gold", "n", 1L)).build();
        TraceSpan deleted = span().attributes(Map.of("tier", "gold")).build();
        store(before, deleted);
        TraceSpan after =
                before.toBuilder().attributes(Map.of("tier", "silver")).build();
        store(after);
        repository.deleteTrace(tenant, deleted.traceId());
        verify(() -> {
            assertSelected(tenant, "@tier:gold", List.of());
            assertSelected(tenant, "@tier:*", List.of(after));
            assertSelected(tenant, "@n:>0", List.of());
            assertSelected(tenant, "-@n:*", List.of(after));
            assertTraces(
                    query().where(FilterExpression.parse("@tier:silver")).build(), TraceEvent.ofSpans(List.of(after)));
        });
    }

    /** The rule of what can be asked for is the same in each store. */
    @Test
    void longAndManyValues_areAskedForUpToTheLimits() {
        String longest = "x".repeat(SpanAttribute.MAX_CHARACTERS);
        TraceSpan texts = span().attributes(Map.of("longest", longest, "longer", longest + "x", longest, 1L))
                .build();
        Map<String, Object> many = new LinkedHashMap<>();
        for (int i = 2 * SpanAttribute.MAX_VALUES; i > 0; i--) {
            many.put("n%04d".formatted(i), (long) i);
        }
        TraceSpan numbers = span().attributes(many).build();
        List<Long> list = new ArrayList<>();
        for (long i = 1; i <= SpanAttribute.MAX_ELEMENTS + 1; i++) {
            list.add(i);
        }
        TraceSpan elements = span().attributes(Map.of("list", list)).build();
        store(texts, numbers, elements);
        verify(() -> {
            assertSelected(tenant, "@longest:" + longest, List.of(texts));
            assertSelected(tenant, "@longest:" + longest.substring(1), List.of());
            assertSelected(tenant, "@" + longest + ":1", List.of(texts));
            assertSelected(tenant, "@longer:*", List.of(texts));
            assertSelected(tenant, "@longer:x*", List.of());
            assertSelected(tenant, "@n0512:512", List.of(numbers));
            assertSelected(tenant, "@n0513:513", List.of());
            assertSelected(tenant, "@list:" + SpanAttribute.MAX_ELEMENTS, List.of(elements));
            assertSelected(tenant, "@list:" + (SpanAttribute.MAX_ELEMENTS + 1), List.of());
        });
    }

    @Test
    void attributeThatIsNotUnicode_findsNothing() {
        store(span().attributes(Map.of("?", "?", "\uFFFD", "\uFFFD")).build());
        verify(() -> {
            assertSelected(tenant, "@\"\uD800\":*", List.of());
            assertSelected(tenant, "@\"?\":\"\uD800\"", List.of());
        });
    }
}
