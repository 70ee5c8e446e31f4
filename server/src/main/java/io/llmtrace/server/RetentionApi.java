package io.llmtrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/retention}: how long the tenant's traces are kept. */
final class RetentionApi {

    private static final String PATH = "/api/v1/retention";
    private static final String FIELD = "retention_days";

    private final TraceRepository repository;
    private final long maxBodyBytes;

    RetentionApi(TraceRepository repository, ServerConfig config) {
        this.repository = repository;
        this.maxBodyBytes = config.maxDecompressed();
    }

    List<Route> routes() {
        return List.of(Route.get(PATH, List.of(), this::get), Route.put(PATH, this::put));
    }

    /** @param retentionDays left out where traces are kept until they are deleted */
    record Kept(@Nullable Integer retentionDays) {}

    private HttpResponse get(Call call) {
        call.parameters();
        return kept(call.tenant());
    }

    private HttpResponse put(Call call) {
        UUID tenant = call.tenant();
        call.parameters();
        Integer days = daysIn(TraceJson.readTree(Bodies.read(call, maxBodyBytes)));
        try {
            TraceRetention.of(repository).setRetentionDays(tenant, days);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(FIELD + ": " + e.getMessage(), e);
        }
        return kept(tenant);
    }

    private HttpResponse kept(UUID tenant) {
        return Call.json(new Kept(TraceRetention.of(repository).retentionDays(tenant)));
    }

    private static @Nullable Integer daysIn(JsonNode body) {
        JsonNode days = body.path(FIELD);
        if (body.size() != 1 || !(days.isNull() || days.isInt())) {
            throw new InvalidRequestException(
                    FIELD + ": send {\"" + FIELD + "\": 30}, or null to keep traces until they are deleted");
        }
        return days.isNull() ? null : Integer.valueOf(days.intValue());
    }
}
