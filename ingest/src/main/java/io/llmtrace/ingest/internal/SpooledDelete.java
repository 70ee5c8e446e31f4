package io.llmtrace.ingest.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * A delete that a spool has noted: what stands before it in the spool of these traces is not stored. What comes after it is a new
 * write.
 *
 * @param place of its record in the spool
 */
record SpooledDelete(long place, UUID tenantId, Set<UUID> traceIds) {

    SpooledDelete {
        traceIds = Set.copyOf(traceIds);
    }

    /** Returns what is left of a submission that stands before it in the spool. */
    Submission leaves(Submission submission) {
        return submission.without(tenantId, traceIds);
    }

    static byte[] json(UUID tenantId, Set<UUID> traceIds) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("tenant_id", tenantId.toString());
        ArrayNode ids = json.putArray("trace_ids");
        traceIds.forEach(id -> ids.add(id.toString()));
        return TraceJson.writeBytes(json);
    }

    static SpooledDelete read(long place, byte[] json) {
        JsonNode read = TraceJson.readTree(json);
        Set<UUID> traceIds = new HashSet<>();
        read.path("trace_ids").forEach(id -> traceIds.add(UUID.fromString(id.asText())));
        return new SpooledDelete(place, UUID.fromString(read.path("tenant_id").asText()), traceIds);
    }
}
