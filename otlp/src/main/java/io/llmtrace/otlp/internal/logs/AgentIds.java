package io.llmtrace.otlp.internal.logs;

import com.google.protobuf.ByteString;
import io.llmtrace.otlp.internal.logs.AgentTable.Agent;
import io.llmtrace.otlp.internal.wire.DerivedIds;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the span that a record becomes.
 *
 * <pre>
 *   trace    the one that the record joins, else derived from session and turn, else from the record
 *   span     derived from session and turn for the event that begins them, else from the whole record
 *   parent   the span of the event that begins the turn or session, else the one that the record joins
 * </pre>
 *
 * Since every record can compute all of them, neither order nor repetition of the records matters.
 */
final class AgentIds {

    private static final ByteString SEPARATOR = ByteString.copyFrom(new byte[1]);

    private final Agent agent;
    private final LogRecord record;
    private final boolean ofTurn;
    private final boolean grouped;

    /** What the ids derive from: agent, session and turn. */
    private final ByteString group;

    AgentIds(Agent agent, @Nullable String session, @Nullable String turn, LogRecord record) {
        this.agent = agent;
        this.record = record;
        this.ofTurn = turn != null;
        this.grouped = session != null || turn != null;
        this.group = utf8(agent.events())
                .concat(SEPARATOR)
                .concat(utf8(session == null ? "" : session))
                .concat(SEPARATOR)
                .concat(utf8(turn == null ? "" : turn));
    }

    ByteString traceId() {
        if (joinsTrace()) {
            return record.getTraceId();
        }
        UUID id = grouped ? DerivedIds.uuid(group) : DerivedIds.uuid(group, content());
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }

    ByteString spanId(String event) {
        return event.equals(beginning()) ? rootId() : spanId(DerivedIds.uuid(group, SEPARATOR, content()));
    }

    /** Returns the id of the parent; empty for none. */
    ByteString parentId(String event) {
        String beginning = beginning();
        if (beginning != null && !event.equals(beginning)) {
            return rootId();
        }
        return joinsTrace() && isId(record.getSpanId(), 8) ? record.getSpanId() : ByteString.EMPTY;
    }

    private boolean joinsTrace() {
        return agent.joinsTrace() && isId(record.getTraceId(), 16);
    }

    /** Returns the event that begins the turn or session of the record; null if there is none. */
    private @Nullable String beginning() {
        if (!grouped) {
            return null;
        }
        return ofTurn ? agent.beginsTurn() : agent.beginsSession();
    }

    private ByteString rootId() {
        return spanId(DerivedIds.uuid(group, utf8("root")));
    }

    /** Returns the bytes of the record without the time when it was collected, which may differ when it is sent again. */
    private ByteString content() {
        boolean hasOwnTime = record.getTimeUnixNano() != 0;
        return hasOwnTime
                ? record.toBuilder().clearObservedTimeUnixNano().build().toByteString()
                : record.toByteString();
    }

    /** Returns the half of a derived id that is random enough, as a span id, which must not be 0. */
    private static ByteString spanId(UUID id) {
        long low = id.getLeastSignificantBits();
        return ByteString.copyFrom(
                ByteBuffer.allocate(8).putLong(low == 0 ? 1 : low).flip());
    }

    private static boolean isId(ByteString id, int length) {
        if (id.size() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (id.byteAt(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
