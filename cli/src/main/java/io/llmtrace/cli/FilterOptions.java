package io.llmtrace.cli;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.TraceQuery;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The filters of a query. All that are given must hold on the same span. */
final class FilterOptions {

    @Option(
            names = {"--since", "--start-time"},
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description = "Spans that start at or after: 2026-01-31T09:30:00Z, 2026-01-31, or 2h for two hours ago.")
    @Nullable
    Instant since;

    @Option(
            names = {"--until", "--end-time"},
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description = "Spans that start at or before.")
    @Nullable
    Instant until;

    @Option(names = "--model", paramLabel = "NAME", description = "Model, such as gpt-4o.")
    @Nullable
    String model;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            converter = Arguments.Provider.class,
            description = "Provider, such as OpenAI or Anthropic.")
    @Nullable
    LlmProvider provider;

    @Option(names = "--operation", paramLabel = "NAME", description = "Name of the span.")
    @Nullable
    String operation;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            converter = Arguments.Kind.class,
            description = "llm, embedding, tool, agent, chain, retriever, reranker, guardrail, evaluator or other.")
    @Nullable
    SpanKind kind;

    @Option(names = "--status", paramLabel = "STATUS", converter = Arguments.Status.class, description = "ok or error.")
    @Nullable
    SpanStatus status;

    @Option(
            names = "--text",
            paramLabel = "WORDS",
            description = "Words that must all be in the prompt, the response, the error, an action or a finding.")
    @Nullable
    String text;

    @Option(
            names = "--trace",
            paramLabel = "ID",
            converter = Arguments.TraceId.class,
            description = "Trace, as UUID or 32 hex digits.")
    @Nullable
    UUID trace;

    @Option(names = "--session", paramLabel = "ID", description = "Session.")
    @Nullable
    String session;

    @Option(names = "--user", paramLabel = "ID", description = "User.")
    @Nullable
    String user;

    @Option(names = "--service", paramLabel = "NAME", description = "Service.")
    @Nullable
    String service;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Tag; may be given several times.")
    Map<String, String> tags = new LinkedHashMap<>();

    @Option(names = "--min-score", paramLabel = "N", description = "Lowest security score, 0 to 100.")
    @Nullable
    Integer minScore;

    @Option(names = "--max-score", paramLabel = "N", description = "Highest security score, 0 to 100.")
    @Nullable
    Integer maxScore;

    @Option(
            names = "--finding",
            paramLabel = "TYPE",
            description = "Type of a security finding, such as prompt_injection.")
    @Nullable
    String finding;

    @Option(
            names = "--severity",
            paramLabel = "SEVERITY",
            converter = Arguments.OfSeverity.class,
            description = "Severity of a security finding: Info, Low, Medium, High or Critical.")
    @Nullable
    Severity severity;

    @Option(
            names = "--action",
            paramLabel = "NAME",
            description = "Agent action, such as the name of a tool that was called.")
    @Nullable
    String action;

    @Option(
            names = "--min-duration",
            paramLabel = "TIME",
            converter = Arguments.Millis.class,
            description = "Shortest duration, such as 250ms or 2.5s.")
    @Nullable
    Long minDuration;

    @Option(
            names = "--max-duration",
            paramLabel = "TIME",
            converter = Arguments.Millis.class,
            description = "Longest duration.")
    @Nullable
    Long maxDuration;

    @Option(names = "--min-cost", paramLabel = "USD", description = "Lowest cost in US dollars.")
    @Nullable
    Double minCost;

    @Option(names = "--max-cost", paramLabel = "USD", description = "Highest cost in US dollars.")
    @Nullable
    Double maxCost;

    /** @throws UsageException if the filters contradict each other */
    TraceQuery.Builder query(UUID tenant) {
        TraceQuery.Builder query = TraceQuery.builder(tenant)
                .startTime(since)
                .endTime(until)
                .modelName(model)
                .provider(provider)
                .operationName(operation)
                .kind(kind)
                .status(status)
                .text(text)
                .traceId(trace)
                .sessionId(session)
                .userId(user)
                .serviceName(service)
                .tags(tags)
                .minSecurityScore(minScore)
                .maxSecurityScore(maxScore)
                .findingType(finding)
                .findingSeverity(severity)
                .actionName(action)
                .minDurationMs(minDuration)
                .maxDurationMs(maxDuration)
                .minCostUsd(minCost)
                .maxCostUsd(maxCost);
        checked(query);
        return query;
    }

    static TraceQuery checked(TraceQuery.Builder query) {
        try {
            return query.build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }
}
