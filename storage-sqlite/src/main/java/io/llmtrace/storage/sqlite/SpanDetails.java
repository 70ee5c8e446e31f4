package io.llmtrace.storage.sqlite;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Narrow rows of what is in the body of a span: of its findings and actions. */
final class SpanDetails {

    private static final String INSERT_FINDING =
            "INSERT INTO findings (span, finding_type, severity, findings) VALUES (?, ?, ?, ?)";
    private static final String INSERT_ACTION =
            "INSERT INTO actions (span, place, action_type, name, requested, failed, duration_ms)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?)";

    private static final UUID ANY_TENANT = new UUID(0, 0);

    private SpanDetails() {}

    static void insert(Session session, Interner interner, long row, TraceSpan span) throws SQLException {
        record Key(String type, Severity severity) {}
        Map<Key, Integer> findings = new LinkedHashMap<>();
        for (SecurityFinding finding : span.securityFindings()) {
            findings.merge(new Key(finding.findingType(), finding.severity()), 1, Integer::sum);
        }
        for (Map.Entry<Key, Integer> finding : findings.entrySet()) {
            Key key = finding.getKey();
            session.update(
                    INSERT_FINDING, row, interner.name(session, key.type), key.severity.text(), finding.getValue());
        }
        List<@Nullable Object[]> actions = new ArrayList<>();
        for (AgentAction action : span.agentActions()) {
            actions.add(new @Nullable Object[] {
                row,
                actions.size(),
                action.actionType().text(),
                interner.name(session, action.name()),
                action.onlyRequested() ? 1 : 0,
                action.success() ? 0 : 1,
                action.durationMs()
            });
        }
        session.updateAll(INSERT_ACTION, actions);
    }

    /** Distinct, sorted. */
    static List<String> findingTypesOf(Session session, long row) throws SQLException {
        SortedSet<String> types = new TreeSet<>();
        session.each(
                "SELECT finding_type FROM findings WHERE span = ?",
                found -> types.add(session.interned().name(found.getLong(1))),
                row);
        return List.copyOf(types);
    }

    /** How many actions a span has, and how many of them without success. */
    record ActionCounts(long all, long failed) {
        static final ActionCounts NONE = new ActionCounts(0, 0);
    }

    static ActionCounts actionsOf(Session session, long row) throws SQLException {
        return Objects.requireNonNull(session.first(
                "SELECT count(*), coalesce(sum(failed), 0) FROM actions WHERE span = ?",
                counts -> new ActionCounts(counts.getLong(1), counts.getLong(2)),
                row));
    }

    static void remove(Session session, long row) throws SQLException {
        session.update("DELETE FROM findings WHERE span = ?", row);
        session.update("DELETE FROM actions WHERE span = ?", row);
    }

    /** For the spans of a file that was made before these rows were as they are now; it has none of them any more. */
    static void insertOfAllSpans(Session session) throws SQLException {
        Interner interner = new Interner();
        SpanReader reader = new SpanReader(session);
        List<Long> rows = new ArrayList<>();
        session.each("SELECT id FROM spans ORDER BY block, id", row -> rows.add(row.getLong(1)));
        for (long row : rows) {
            TraceSpan span = reader.byRow(row, ANY_TENANT);
            if (span != null) {
                insert(session, interner, row, span);
                if (!span.agentActions().isEmpty()) {
                    session.update(
                            "UPDATE spans SET action_count = ? WHERE id = ?",
                            span.agentActions().size(),
                            row);
                }
            }
        }
    }

    /** For a file that was made before rows had the first words of an error. */
    static void previewAllErrors(Session session) throws SQLException {
        SpanReader reader = new SpanReader(session);
        List<Long> rows = new ArrayList<>();
        session.each("SELECT id FROM spans WHERE error = 1 ORDER BY block, id", row -> rows.add(row.getLong(1)));
        for (long row : rows) {
            TraceSpan span = reader.byRow(row, ANY_TENANT);
            if (span != null) {
                session.update(
                        "UPDATE spans SET error_preview = ? WHERE id = ?",
                        Preview.ofResponse(span.errorMessage()),
                        row);
            }
        }
    }
}
