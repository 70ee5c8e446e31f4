package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.QueryFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A test case of one filter: a span that passes it, and near-twins of that span that differ in one field and do not pass.
 *
 * @param field the field that the filter compares; cases of the same field cannot be combined on one span
 * @param wanted an edit that makes a span pass
 * @param twins edits that each make a passing span fail
 * @param filter sets the filter on a query, given the wanted span for its ids
 */
record FilterCase(
        String name, String field, Edit wanted, List<Edit> twins, BiConsumer<TraceQuery.Builder, TraceSpan> filter) {

    /** A change of one field. */
    @FunctionalInterface
    interface Edit {
        TraceSpan.Builder apply(TraceSpan.Builder span);
    }

    /**
     * Values that a careless comparison confuses with "alpha": other case, prefix, blank, look-alike, wildcard, empty,
     * absent.
     */
    private static final List<@Nullable String> NEAR_ALPHA =
            Arrays.asList(null, "", "Alpha", "ALPHA", "alph", "alpha ", " alpha", "alphа", "alpha\0", "a%", "_lpha");

    static List<FilterCase> all() {
        List<FilterCase> all = new ArrayList<>();
        addTimes(all);
        for (QueryFilter<?> filter : QueryFilter.all()) {
            if (filter.field().isProperty()) {
                addByType(filter, all);
            }
        }
        for (SpanField<?> field : SpanField.all()) {
            if (field.isFilteredByPresence()) {
                addPresence(field, all);
            }
        }
        addEmptyTexts(all);
        addTags(all);
        addTagPresence(all);
        addDerived(all);
        requireEachFilter(all);
        return List.copyOf(all);
    }

    /** Fails if a filter has no case, neither by its type nor written by hand, so that a new filter cannot be forgotten. */
    private static void requireEachFilter(List<FilterCase> all) {
        TraceSpan span = base(new UUID(1, 1)).build();
        Set<QueryFilter<?>> missing = new LinkedHashSet<>(QueryFilter.all());
        SpanField.all().stream()
                .filter(SpanField::isFilteredByPresence)
                .map(QueryFilter::present)
                .forEach(missing::add);
        for (FilterCase each : all) {
            each.query(span.tenantId(), span).criteria().forEach(criterion -> missing.remove(criterion.filter()));
        }
        if (!missing.isEmpty()) {
            throw new AssertionError("no case for the filters " + missing);
        }
    }

    /** Returns all cases except those of the trace id, which an edit of a span within its trace cannot change. */
    static List<FilterCase> ofSpans() {
        return all().stream().filter(filter -> !filter.field.equals("trace_id")).toList();
    }

    /** Returns the first case of each filter. */
    static List<FilterCase> onePerFilter() {
        TraceSpan span = base(new UUID(1, 1)).build();
        Map<Set<QueryFilter<?>>, FilterCase> cases = new LinkedHashMap<>();
        for (FilterCase each : all()) {
            cases.putIfAbsent(
                    each.query(span.tenantId(), span).criteria().stream()
                            .map(Criterion::filter)
                            .collect(Collectors.toSet()),
                    each);
        }
        return List.copyOf(cases.values());
    }

    /** Returns the first case of each field that is asked of spans. The list may be changed. */
    static List<FilterCase> onePerField() {
        Map<String, FilterCase> cases = new LinkedHashMap<>();
        ofSpans().forEach(filter -> cases.putIfAbsent(filter.field, filter));
        return new ArrayList<>(cases.values());
    }

    TraceSpan wantedSpan(UUID tenant) {
        return wanted.apply(base(tenant)).build();
    }

    /** Returns a copy of {@code span} that differs in one field, in a trace of its own. */
    TraceSpan twinOf(TraceSpan span, Edit twin) {
        return twin.apply(span.toBuilder().traceId(UUID.randomUUID())).build();
    }

    TraceQuery query(UUID tenant, TraceSpan wantedSpan) {
        TraceQuery.Builder query = TraceQuery.builder(tenant);
        filter.accept(query, wantedSpan);
        return query.build();
    }

    @Override
    public String toString() {
        return name;
    }

    /** Returns a span with a value in nearly every field, so that no twin fails merely because another value is missing. */
    static TraceSpan.Builder base(UUID tenant) {
        return Samples.full(tenant, UUID.randomUUID(), UUID.randomUUID()).toBuilder()
                .endTime(null)
                .durationMs(100L)
                .errorMessage(null)
                .statusCode(200)
                .securityFindings(List.of());
    }

    private static void addTimes(List<FilterCase> all) {
        all.add(new FilterCase(
                "start_time inclusive",
                "start_time",
                s -> s.startTime(Samples.START),
                List.of(
                        s -> s.startTime(Samples.START.minusNanos(1)),
                        s -> s.startTime(Samples.START.minusSeconds(1)),
                        s -> s.startTime(Samples.START.minusSeconds(1_000_000_000))),
                (q, s) -> q.startTime(Samples.START)));
        all.add(new FilterCase(
                "end_time inclusive",
                "start_time",
                s -> s.startTime(Samples.START),
                List.of(
                        s -> s.startTime(Samples.START.plusNanos(1)),
                        s -> s.startTime(Samples.START.plusSeconds(1)),
                        s -> s.startTime(Samples.START.plusSeconds(1_000_000_000))),
                (q, s) -> q.endTime(Samples.START)));
        all.add(new FilterCase(
                "one nanosecond",
                "start_time",
                s -> s.startTime(Samples.START),
                List.of(s -> s.startTime(Samples.START.minusNanos(1)), s -> s.startTime(Samples.START.plusNanos(1))),
                (q, s) -> q.startTime(Samples.START).endTime(Samples.START)));
    }

    /** Adds the case that follows from the type of the field. Ids and times have cases of their own. */
    @SuppressWarnings("unchecked") // a field of a type has values of this type
    private static void addByType(QueryFilter<?> filter, List<FilterCase> all) {
        FieldType<?> type = filter.type();
        if (!type.allowed().isEmpty()) {
            addAllowedValues(filter, all);
        } else if (type == FieldType.TEXT || type == FieldType.PROVIDER) {
            addText(filter, all);
        } else if (type == FieldType.COUNT || type == FieldType.DURATION_MS) {
            addBound((QueryFilter<Long>) filter, 500L, List.of(499L, 0L), List.of(501L, Long.MAX_VALUE), all);
        } else if (type == FieldType.SCORE || type == FieldType.STATUS_CODE) {
            addBound((QueryFilter<Integer>) filter, 60, List.of(59, 0), List.of(61, 100), all);
            addBound((QueryFilter<Integer>) filter, 0, List.of(), List.of(1, 100), all);
        } else if (type == FieldType.COST_USD) {
            List<Double> below = List.of(Math.nextDown(0.1), 0.0);
            List<Double> above = List.of(Math.nextUp(0.1), Double.MAX_VALUE);
            addBound((QueryFilter<Double>) filter, 0.1, below, above, all);
        } else if (type != FieldType.TRACE_ID && type != FieldType.TIME) {
            throw new AssertionError("no case for filters of the type " + type);
        }
    }

    private static <T> void addAllowedValues(QueryFilter<T> filter, List<FilterCase> all) {
        SpanField<T> field = fieldOf(filter);
        List<T> values =
                filter.type().allowed().stream().map(filter.type()::parse).toList();
        T wanted = values.get(1);
        List<Edit> twins = values.stream()
                .filter(value -> !value.equals(wanted))
                .map(value -> set(field, value))
                .toList();
        all.add(new FilterCase(
                filter.name(), field.name(), set(field, wanted), twins, (q, s) -> q.filter(filter, wanted)));
    }

    private static <T> void addText(QueryFilter<T> filter, List<FilterCase> all) {
        SpanField<T> field = fieldOf(filter);
        List<Edit> twins = new ArrayList<>();
        for (String near : NEAR_ALPHA) {
            if (near != null || !field.isRequired()) {
                twins.add(set(field, near == null ? null : filter.type().parse(near)));
            }
        }
        all.add(new FilterCase(
                filter.name(),
                field.name(),
                set(field, filter.type().parse("alpha")),
                twins,
                (q, s) -> q.parseFilter(filter, "alpha")));
    }

    private static <T> void addBound(
            QueryFilter<T> filter, T bound, List<T> below, List<T> above, List<FilterCase> all) {
        SpanField<T> field = fieldOf(filter);
        boolean isLower = filter.comparison() == QueryFilter.Comparison.AT_LEAST;
        List<Edit> twins = new ArrayList<>();
        (isLower ? below : above).forEach(value -> twins.add(set(field, value)));
        twins.add(set(field, null));
        all.add(new FilterCase(
                filter.name() + " of " + bound,
                field.name(),
                set(field, bound),
                twins,
                (q, s) -> q.filter(filter, bound)));
    }

    /** Adds the cases of a field that a span may lack: its value in {@link #base}, an empty text, and none. */
    private static <T> void addPresence(SpanField<T> field, List<FilterCase> all) {
        T value = Objects.requireNonNull(field.valueOf(Samples.full(new UUID(1, 1), new UUID(1, 2), new UUID(1, 3))));
        List<Edit> present = new ArrayList<>(List.of(set(field, value)));
        if (field.type() == FieldType.TEXT) {
            present.add(set(field, field.type().parse("")));
        }
        Edit absent = set(field, noneOf(value));
        // The status follows from these two, so that their cases cannot be combined with those of the status.
        boolean givesStatus =
                Set.of(SpanField.STATUS_CODE, SpanField.ERROR_MESSAGE).contains(field);
        String name = givesStatus ? SpanField.STATUS.name() : field.name();
        for (Edit wanted : present) {
            all.add(new FilterCase("has " + field, name, wanted, List.of(absent), (q, s) -> q.has(field)));
        }
        all.add(new FilterCase("lacks " + field, name, absent, present, (q, s) -> q.lacks(field)));
    }

    @SuppressWarnings("unchecked") // an empty list or object is one of any type
    private static <T> @Nullable T noneOf(T value) {
        return value instanceof List ? (T) List.of() : value instanceof Map ? (T) Map.of() : null;
    }

    @SuppressWarnings("unchecked") // a filter by value compares values of its field's type
    private static <T> SpanField<T> fieldOf(QueryFilter<T> filter) {
        return (SpanField<T>) filter.field();
    }

    private static <T> Edit set(SpanField<T> field, @Nullable T value) {
        return span -> {
            if (value == null) {
                removeSources(field, span);
            }
            field.set(span, value);
            return span;
        };
    }

    /** Removes the values that a missing one would be derived from. */
    private static void removeSources(SpanField<?> field, TraceSpan.Builder span) {
        if (field.equals(SpanField.DURATION_MS)) {
            span.endTime(null);
        } else if (field.equals(SpanField.TOTAL_TOKENS)) {
            span.promptTokens(null).completionTokens(null);
        } else if (field.equals(SpanField.SECURITY_SCORE)) {
            span.securityFindings(List.of());
        }
    }

    /** Adds cases of providers and empty texts, since an empty text is a value like any other. */
    private static void addEmptyTexts(List<FilterCase> all) {
        all.add(new FilterCase(
                "provider in another case",
                "provider",
                s -> s.provider(LlmProvider.OPENAI),
                List.of(
                        s -> s.provider(new LlmProvider("openai")),
                        s -> s.provider(LlmProvider.AZURE_OPENAI),
                        s -> s.provider(new LlmProvider("")),
                        s -> s.provider(null)),
                (q, s) -> q.provider(LlmProvider.OPENAI)));
        all.add(new FilterCase(
                "empty provider",
                "provider",
                s -> s.provider(new LlmProvider("")),
                List.of(s -> s.provider(null), s -> s.provider(new LlmProvider(" "))),
                (q, s) -> q.provider(new LlmProvider(""))));
        all.add(new FilterCase(
                "empty model_name",
                "model_name",
                s -> s.modelName(""),
                List.of(s -> s.modelName(null), s -> s.modelName("\0")),
                (q, s) -> q.modelName("")));
    }

    private static void addTags(List<FilterCase> all) {
        all.add(new FilterCase(
                "tag",
                "tags",
                s -> s.tags(Map.of("env", "prod", "team", "a")),
                List.of(
                        s -> s.tags(Map.of("env", "Prod", "team", "a")),
                        s -> s.tags(Map.of("env", "", "team", "a")),
                        s -> s.tags(Map.of("Env", "prod", "team", "a")),
                        s -> s.tags(Map.of("env", "a", "team", "prod")),
                        s -> s.tags(Map.of("prod", "env")),
                        s -> s.tags(Map.of("env2", "prod")),
                        s -> s.tags(Map.of("env", "prod\",\"x")),
                        s -> s.tags(Map.of())),
                (q, s) -> q.tag("env", "prod")));
        all.add(new FilterCase(
                "several tags",
                "tags",
                s -> s.tags(Map.of("env", "prod", "team", "a", "more", "x")),
                List.of(
                        s -> s.tags(Map.of("env", "prod", "team", "b", "more", "x")),
                        s -> s.tags(Map.of("env", "test", "team", "a", "more", "x")),
                        s -> s.tags(Map.of("env", "a", "team", "prod")),
                        s -> s.tags(Map.of("env", "prod"))),
                (q, s) -> q.tag("env", "prod").tag("team", "a")));
        all.add(new FilterCase(
                "tag with an odd key",
                "tags",
                s -> s.tags(Map.of("a.b[0]\"'=\0", "{}", "", "")),
                List.of(
                        s -> s.tags(Map.of("a.b[0]\"'=", "{}", "", "")),
                        s -> s.tags(Map.of("a.b[0]\"'=\0", "{}")),
                        s -> s.tags(Map.of("a", "{}", "", ""))),
                (q, s) -> q.tag("a.b[0]\"'=\0", "{}").tag("", "")));
    }

    private static void addTagPresence(List<FilterCase> all) {
        List<Edit> present = List.of(s -> s.tags(Map.of("env", "prod", "team", "a")), s -> s.tags(Map.of("env", "")));
        List<Edit> absent = List.of(
                s -> s.tags(Map.of("Env", "prod", "env2", "env")),
                s -> s.tags(Map.of("", "env")),
                s -> s.tags(Map.of()));
        SpanField<?> env = SpanField.tag("env");
        all.add(new FilterCase("has tag", "tags", present.get(0), absent, (q, s) -> q.has(env)));
        all.add(new FilterCase("lacks tag", "tags", absent.get(0), present, (q, s) -> q.lacks(env)));
        all.add(new FilterCase(
                "has the tag with an empty key",
                "tags",
                s -> s.tags(Map.of("", "x")),
                List.of(s -> s.tags(Map.of("x", "")), s -> s.tags(Map.of())),
                (q, s) -> q.has(SpanField.tag(""))));
        all.add(new FilterCase(
                "lacks one tag and has others",
                "tags",
                s -> s.tags(Map.of("team", "a", "a.b[0]\"'=\0", "")),
                List.of(
                        s -> s.tags(Map.of("team", "a")),
                        s -> s.tags(Map.of("team", "a", "a.b[0]\"'=\0", "", "env", "x"))),
                (q, s) -> q.lacks(env).has(SpanField.tag("team")).has(SpanField.tag("a.b[0]\"'=\0"))));
    }

    private static void addDerived(List<FilterCase> all) {
        all.add(new FilterCase(
                "trace_id",
                "trace_id",
                s -> s,
                List.of(s -> s, s -> s.traceId(UUID.randomUUID())),
                (q, s) -> q.traceId(s.traceId())));
        all.add(new FilterCase(
                "finding_type",
                "security_findings",
                s -> s.securityFindings(List.of(finding("pii"), finding("jailbreak"))),
                List.of(
                        s -> s.securityFindings(List.of(finding("pii"))),
                        s -> s.securityFindings(List.of(finding("Jailbreak"), finding("jailbreak_2"))),
                        s -> s.securityFindings(List.of())),
                (q, s) -> q.findingType("jailbreak")));
        all.add(new FilterCase(
                "finding_severity",
                "security_findings",
                s -> s.securityFindings(List.of(finding("pii"), finding("pii", Severity.LOW))),
                List.of(
                        s -> s.securityFindings(List.of(finding("pii"), finding("pii", Severity.INFO))),
                        s -> s.securityFindings(List.of())),
                (q, s) -> q.findingSeverity(Severity.LOW)));
        all.add(new FilterCase(
                "finding_type and finding_severity of one finding",
                "security_findings",
                s -> s.securityFindings(List.of(finding("pii"), finding("jailbreak", Severity.LOW))),
                List.of(
                        s -> s.securityFindings(List.of(finding("pii", Severity.LOW), finding("jailbreak"))),
                        s -> s.securityFindings(List.of(finding("pii", Severity.LOW))),
                        s -> s.securityFindings(List.of(finding("jailbreak"))),
                        s -> s.securityFindings(List.of())),
                (q, s) -> q.findingType("jailbreak").findingSeverity(Severity.LOW)));
        all.add(new FilterCase(
                "action_name",
                "agent_actions",
                s -> s.agentActions(List.of(action("read"), action("search"))),
                List.of(
                        s -> s.agentActions(List.of(action("read"))),
                        s -> s.agentActions(List.of(action("Search"), action("search_web"), action(""))),
                        s -> s.agentActions(List.of())),
                (q, s) -> q.actionName("search")));
        all.add(new FilterCase(
                "status error by message",
                "status",
                s -> s.errorMessage(""),
                List.of(s -> s.errorMessage(null)),
                (q, s) -> q.status(SpanStatus.ERROR)));
        all.add(new FilterCase(
                "status error by code",
                "status",
                s -> s.statusCode(400),
                List.of(s -> s.statusCode(399), s -> s.statusCode(0), s -> s.statusCode(null)),
                (q, s) -> q.status(SpanStatus.ERROR)));
        all.add(new FilterCase(
                "status ok",
                "status",
                s -> s.statusCode(399).errorMessage(null),
                List.of(s -> s.statusCode(400), s -> s.errorMessage(""), s -> s.statusCode(65_535)),
                (q, s) -> q.status(SpanStatus.OK)));
        all.add(new FilterCase(
                "text",
                "prompt",
                s -> s.prompt("the quick Brown fox"),
                List.of(
                        s -> s.prompt("the quick browny fox"),
                        s -> s.prompt("the brown fox"),
                        s -> s.prompt(""),
                        s -> s.prompt(null)),
                (q, s) -> q.text("BROWN quick")));
    }

    private static SecurityFinding finding(String type) {
        return finding(type, Severity.HIGH);
    }

    private static SecurityFinding finding(String type, Severity severity) {
        return SecurityFinding.of(severity, type, "", Samples.START);
    }

    private static AgentAction action(String name) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, Samples.START)
                .build();
    }
}
