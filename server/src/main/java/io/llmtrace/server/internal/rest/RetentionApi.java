package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.json.JsonMemory;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.internal.http.Bodies;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Parameters;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serves {@code /api/v1/retention}: how long the tenant's traces are kept, and what another rule would delete. */
public final class RetentionApi {

    private static final String PATH = "/api/v1/retention";
    private static final String DAYS = "retention_days";
    private static final String BY = "retention_by";

    private final TraceRepository repository;
    private final BodyLimit bodyLimit;

    /**
     * Creates the API. If the repository has no retention, both routes answer 501.
     *
     * @param bodyLimit the limit of one request after decompression
     */
    public RetentionApi(TraceRepository repository, BodyLimit bodyLimit) {
        this.repository = repository;
        this.bodyLimit = bodyLimit;
    }

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                Route.get(PATH, List.of(), this::get),
                Route.put(PATH, this::put),
                Route.get(PATH + "/expired", List.of(DAYS, BY), this::expired));
    }

    /**
     * The response of the routes for the rule. Both values are left out where traces are kept until they are deleted.
     *
     * @param retentionBy the text of a {@link RetentionBasis}
     */
    record Retention(
            @Nullable Integer retentionDays, @Nullable String retentionBy) {

        static Retention of(@Nullable RetentionRule rule) {
            return rule == null
                    ? new Retention(null, null)
                    : new Retention(rule.days(), rule.by().text());
        }
    }

    private HttpResponse get(Call call) {
        call.parameters();
        return retention(call.tenant());
    }

    private HttpResponse put(Call call) {
        UUID tenant = call.tenant();
        call.parameters();
        RetentionRule rule = ruleIn(TraceJson.readTree(Bodies.read(call, bodyLimit, JsonMemory::ofValues)));
        TraceRetention.of(repository).setRetention(tenant, rule);
        return retention(tenant);
    }

    private HttpResponse expired(Call call) {
        Parameters parameters = call.parameters();
        RetentionBasis by = parameters.optional(BY, RetentionBasis.START, RetentionBasis::ofText);
        RetentionRule rule = parameters.required(
                DAYS, "a number of days, such as 30", text -> RetentionRule.of(Parameters.wholeNumber(text), by));
        return Call.json(TraceRetention.of(repository).countExpired(call.tenant(), rule, Instant.now()));
    }

    private HttpResponse retention(UUID tenant) {
        return Call.json(Retention.of(TraceRetention.of(repository).retention(tenant)));
    }

    private static @Nullable RetentionRule ruleIn(JsonNode body) {
        JsonNode days = body.path(DAYS);
        JsonNode by = body.path(BY);
        boolean hasBy = !by.isMissingNode();
        if (body.size() != (hasBy ? 2 : 1) || !(days.isNull() || days.isInt())) {
            throw new InvalidRequestException(DAYS + ": send {\"" + DAYS + "\": 30}, and \"" + BY
                    + "\": \"end\" to count from the end of a trace; or null to keep traces until they are deleted");
        }
        if (hasBy && (days.isNull() || !by.isTextual())) {
            throw new InvalidRequestException(BY + ": send \"start\" or \"end\" together with a number of days");
        }
        if (days.isNull()) {
            return null;
        }
        RetentionBasis age = hasBy ? parsed(BY, () -> RetentionBasis.ofText(by.asText())) : RetentionBasis.START;
        return parsed(DAYS, () -> RetentionRule.of(days.intValue(), age));
    }

    private static <T> T parsed(String field, Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(field + ": " + e.getMessage(), e);
        }
    }
}
