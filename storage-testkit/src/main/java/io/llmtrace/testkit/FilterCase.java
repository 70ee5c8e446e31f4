package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One filter: a span that passes it, and near-twins of that span that differ in one field and do not pass.
 *
 * @param field what it looks at; two cases of one field cannot be put on one span
 * @param wanted makes a span pass
 * @param twins each makes a span that passes fail
 * @param filter sets the filter; is given the wanted span, for its ids
 */
record FilterCase(
        String name, String field, Edit wanted, List<Edit> twins, BiConsumer<TraceQuery.Builder, TraceSpan> filter) {

    /** A change of one field. */
    @FunctionalInterface
    interface Edit {
        TraceSpan.Builder apply(TraceSpan.Builder span);
    }

    /** The other values that stand next to a text: case, prefix, blank, look-alike, empty, absent. */
    private static final List<@Nullable String> NEAR_ALPHA =
            Arrays.asList(null, "", "Alpha", "ALPHA", "alph", "alpha ", " alpha", "alphа", "alpha\0", "a%", "_lpha");

    static List<FilterCase> all() {
        List<FilterCase> all = new ArrayList<>();
        addTimes(all);
        addNames(all);
        addNumbers(all);
        addTags(all);
        addOthers(all);
        return List.copyOf(all);
    }

    /** All but those that ask for a trace by its id: out of that a span cannot be edited. */
    static List<FilterCase> ofSpans() {
        return all().stream().filter(filter -> !filter.field.equals("trace_id")).toList();
    }

    TraceSpan wantedSpan(UUID tenant) {
        return wanted.apply(base(tenant)).build();
    }

    /** As {@code span} but for one field, in a trace of its own. */
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

    /** Has a value in every field, so that a filter never passes for want of one. */
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

    private static void addNames(List<FilterCase> all) {
        all.add(new FilterCase(
                "provider",
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
        all.add(text("model_name", (s, v) -> s.modelName(v), (q, v) -> q.modelName(v)));
        all.add(text("session_id", (s, v) -> s.sessionId(v), (q, v) -> q.sessionId(v)));
        all.add(text("user_id", (s, v) -> s.userId(v), (q, v) -> q.userId(v)));
        all.add(text("service_name", (s, v) -> s.serviceName(v), (q, v) -> q.serviceName(v)));
        all.add(text(
                "operation_name", (s, v) -> s.operationName(v == null ? "other" : v), (q, v) -> q.operationName(v)));
        all.add(new FilterCase(
                "empty model_name",
                "model_name",
                s -> s.modelName(""),
                List.of(s -> s.modelName(null), s -> s.modelName("\0")),
                (q, s) -> q.modelName("")));
        all.add(new FilterCase(
                "kind",
                "kind",
                s -> s.kind(SpanKind.EMBEDDING),
                List.of(s -> s.kind(SpanKind.LLM), s -> s.kind(SpanKind.OTHER)),
                (q, s) -> q.kind(SpanKind.EMBEDDING)));
    }

    private static FilterCase text(
            String field,
            BiConsumer<TraceSpan.Builder, @Nullable String> set,
            BiConsumer<TraceQuery.Builder, String> filter) {
        List<Edit> twins = new ArrayList<>();
        for (String near : NEAR_ALPHA) {
            twins.add(s -> with(s, set, near));
        }
        return new FilterCase(field, field, s -> with(s, set, "alpha"), twins, (q, s) -> filter.accept(q, "alpha"));
    }

    private static TraceSpan.Builder with(
            TraceSpan.Builder span, BiConsumer<TraceSpan.Builder, @Nullable String> set, @Nullable String value) {
        set.accept(span, value);
        return span;
    }

    private static void addNumbers(List<FilterCase> all) {
        all.add(new FilterCase(
                "min_security_score",
                "security_score",
                s -> s.securityScore(60),
                List.of(s -> s.securityScore(59), s -> s.securityScore(0), FilterCase::withoutScore),
                (q, s) -> q.minSecurityScore(60)));
        all.add(new FilterCase(
                "min_security_score of 0",
                "security_score",
                s -> s.securityScore(0),
                List.of(FilterCase::withoutScore),
                (q, s) -> q.minSecurityScore(0)));
        all.add(new FilterCase(
                "max_security_score",
                "security_score",
                s -> s.securityScore(60),
                List.of(s -> s.securityScore(61), s -> s.securityScore(100), FilterCase::withoutScore),
                (q, s) -> q.maxSecurityScore(60)));
        all.add(new FilterCase(
                "min_duration_ms",
                "duration_ms",
                s -> s.durationMs(500L),
                List.of(s -> s.durationMs(499L), s -> s.durationMs(0L), s -> s.durationMs(null)),
                (q, s) -> q.minDurationMs(500L)));
        all.add(new FilterCase(
                "max_duration_ms",
                "duration_ms",
                s -> s.durationMs(500L),
                List.of(s -> s.durationMs(501L), s -> s.durationMs(Long.MAX_VALUE), s -> s.durationMs(null)),
                (q, s) -> q.maxDurationMs(500L)));
        all.add(new FilterCase(
                "min_cost_usd",
                "cost_usd",
                s -> s.estimatedCostUsd(0.1),
                List.of(
                        s -> s.estimatedCostUsd(Math.nextDown(0.1)),
                        s -> s.estimatedCostUsd(0.0),
                        s -> s.estimatedCostUsd(null)),
                (q, s) -> q.minCostUsd(0.1)));
        all.add(new FilterCase(
                "max_cost_usd",
                "cost_usd",
                s -> s.estimatedCostUsd(0.1),
                List.of(
                        s -> s.estimatedCostUsd(Math.nextUp(0.1)),
                        s -> s.estimatedCostUsd(Double.MAX_VALUE),
                        s -> s.estimatedCostUsd(null)),
                (q, s) -> q.maxCostUsd(0.1)));
    }

    /** Without findings as well: a score that is left out follows from them. */
    private static TraceSpan.Builder withoutScore(TraceSpan.Builder span) {
        return span.securityScore(null).securityFindings(List.of());
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

    private static void addOthers(List<FilterCase> all) {
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
