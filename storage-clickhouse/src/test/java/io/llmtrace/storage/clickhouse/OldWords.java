package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.FilterExpression;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** Helpers of tests with rows whose words an earlier version determined. */
public final class OldWords {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    /** A word that the columns of old rows hold and that no span has. */
    private static final String STALE = "stale";

    private OldWords() {}

    /** Returns spans, each with words that the index alone does not find, or finds wrongly. */
    public static List<TraceSpan> spans(UUID tenant) {
        return List.of(
                span(tenant, "plain").prompt("What is the capital of France?").build(),
                span(tenant, "json")
                        .prompt("[{\"role\":\"user\",\"content\":\"first\\nReturn the caf\\u00e9 menu\"}]")
                        .response("{\"text\":\"{\\\"inner\\\":\\\"deep\\\\nDown\\\"}\"}")
                        .build(),
                span(tenant, "unicode").prompt("MÜLLER “quoted” 中文 go😀stop").build(),
                span(tenant, "long").prompt("y".repeat(70) + " ends").build(),
                span(tenant, "cut")
                        .prompt("{\"content\":\"was cut\\nOff")
                        .errorMessage("Timeout nReturn")
                        .build(),
                span(tenant, "tool")
                        .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                                .arguments("{\"query\":\"naïve\\tBayes\"}")
                                .build()))
                        .securityFindings(List.of(SecurityFinding.of(Severity.LOW, "pii", "a phone number", START)))
                        .attributes(Map.of("gen_ai.system_instructions", "[{\"content\":\"be\\nBrief\"}]"))
                        .build(),
                span(tenant, "empty").build());
    }

    private static TraceSpan.Builder span(UUID tenant, String name) {
        return TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), name, START);
    }

    /** Makes all rows look as if an earlier version had written them. */
    public static void makeOld(ClickHouseServer node, String spans) {
        node.execute(
                "ALTER TABLE " + spans + " UPDATE more_words = '" + STALE
                        + "', false_words = '', attribute_tokens = [], words_version = 0 WHERE TRUE SETTINGS mutations_sync = 2");
    }

    /** Asserts that exactly these spans of the tenant are stored, and that each search finds exactly those that match it. */
    public static void assertFound(ClickHouseTraceRepository repository, UUID tenant, Collection<TraceSpan> spans) {
        assertThat(repository
                        .querySpans(TraceQuery.builder(tenant).limit(1_000).build())
                        .items())
                .containsExactlyInAnyOrderElementsOf(spans);
        Set<String> terms = new TreeSet<>(List.of(STALE, "nreturn", "ndown", "noff", "u00e9", "y".repeat(70)));
        for (TraceSpan span : spans) {
            for (String word : SearchText.wordsOf(span)) {
                terms.add(word);
                terms.add(word.substring(
                                0, word.offsetByCodePoints(0, Math.min(2, word.codePointCount(0, word.length()))))
                        + "*");
            }
        }
        List<TraceQuery> queries = new ArrayList<>();
        terms.forEach(term ->
                queries.add(TraceQuery.builder(tenant).text(term).limit(1_000).build()));
        spans.stream()
                .flatMap(span -> SpanAttribute.of(span).stream())
                .map(SpanAttribute::path)
                .distinct()
                .forEach(path -> queries.add(TraceQuery.builder(tenant)
                        .where(FilterExpression.attribute(path).isPresent())
                        .limit(1_000)
                        .build()));
        List<String> wrong = new ArrayList<>();
        for (TraceQuery query : queries) {
            Set<TraceSpan> expected = spans.stream().filter(query::matches).collect(Collectors.toSet());
            Set<TraceSpan> found = Set.copyOf(repository.querySpans(query).items());
            if (!found.equals(expected)) {
                wrong.add(query.canonicalForm() + " finds " + found + " instead of " + expected);
            }
        }
        assertThat(wrong).isEmpty();
    }
}
