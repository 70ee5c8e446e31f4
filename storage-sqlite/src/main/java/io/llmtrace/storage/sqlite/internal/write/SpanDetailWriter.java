package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a span's findings and actions, which filters and sums read instead of the span's body. */
public final class SpanDetailWriter {

    private static final String INSERT_FINDING =
            "INSERT INTO findings (span, finding_type, severity, findings) VALUES (?, ?, ?, ?)";
    private static final String INSERT_ACTION =
            "INSERT INTO actions (span, place, action_type, name, requested, failed, duration_ms)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?)";

    private SpanDetailWriter() {}

    /** Inserts the details of a span that has none yet, under the span's row id. */
    public static void insert(SqliteConnection connection, DictionaryWriter dictionary, long row, TraceSpan span)
            throws SQLException {
        record Key(String type, Severity severity) {}
        Map<Key, Integer> findings = new LinkedHashMap<>();
        for (SecurityFinding finding : span.securityFindings()) {
            findings.merge(new Key(finding.findingType(), finding.severity()), 1, Integer::sum);
        }
        for (Map.Entry<Key, Integer> finding : findings.entrySet()) {
            Key key = finding.getKey();
            connection.update(
                    INSERT_FINDING,
                    row,
                    dictionary.name(connection, key.type),
                    key.severity.text(),
                    finding.getValue());
        }
        List<@Nullable Object[]> actions = new ArrayList<>();
        for (AgentAction action : span.agentActions()) {
            actions.add(new @Nullable Object[] {
                row,
                actions.size(),
                action.actionType().text(),
                dictionary.name(connection, action.name()),
                action.onlyRequested() ? 1 : 0,
                action.success() ? 0 : 1,
                action.durationMs()
            });
        }
        connection.updateAll(INSERT_ACTION, actions);
    }

    /** Removes the details of a span. */
    static void remove(SqliteConnection connection, long row) throws SQLException {
        connection.update("DELETE FROM findings WHERE span = ?", row);
        connection.update("DELETE FROM actions WHERE span = ?", row);
    }
}
