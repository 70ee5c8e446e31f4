package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Searches for words that follow each other. The server finds the rows that have all words, but cannot decode the JSON that they are in.
 * So the texts of these rows are read and compared, and the rows that have the phrase are named in the statement. Their number is limited.
 */
final class PhraseSearch {

    /** The most rows whose texts are read. */
    static final int MAX_CANDIDATES = 20_000;

    /** The most hashes in one parameter: a server accepts about 100 KB as a value. */
    private static final int MAX_HASHES = 4_000;

    /** Tells rows of a tenant apart, also versions of one span. */
    private static final String ROW = "sipHash64(trace_id, span_id, version)";

    private final Database database;
    private final Condition scope;

    /** @param scope a condition that every row fulfils for which a phrase matters */
    PhraseSearch(Database database, Condition scope) {
        this.database = database;
        this.scope = scope;
    }

    /**
     * Returns a condition for the rows that have all phrases.
     *
     * @param words the condition that a row has the words of the phrases
     * @param parameter names a parameter that no other condition of the statement has
     * @throws OverloadedException if too many rows have the words
     */
    Condition of(Set<SearchPhrase> phrases, Condition words, Supplier<String> parameter) {
        record Candidate(String row, boolean passes) {}
        Condition candidates = scope.and(Condition.of("row_kind != 2")).and(words);
        List<Candidate> rows = database.lookUp(
                Sql.of(
                                "candidates of a phrase",
                                "SELECT toString(" + ROW + "), " + SpanColumns.SELECT_SEARCHED + " FROM spans WHERE "
                                        + candidates.sql() + " LIMIT " + (MAX_CANDIDATES + 1))
                        .with(candidates),
                row -> {
                    String hash = row.readText();
                    TraceSpan span = SpanColumns.readSearched(row);
                    return new Candidate(hash, phrases.stream().allMatch(phrase -> phrase.matches(span)));
                });
        if (rows.size() > MAX_CANDIDATES) {
            throw new OverloadedException("more than " + MAX_CANDIDATES + " spans have the words of " + phrases
                    + ", and their texts must be read to find the phrase: narrow the filters, as by start_time");
        }
        List<String> found =
                rows.stream().filter(Candidate::passes).map(Candidate::row).toList();
        if (found.isEmpty()) {
            return SpanConditions.NEVER;
        }
        List<Condition> parts = new ArrayList<>();
        for (int i = 0; i < found.size(); i += MAX_HASHES) {
            String name = parameter.get();
            parts.add(Condition.of(
                    ROW + " IN {" + name + ":Array(UInt64)}",
                    name,
                    found.subList(i, Math.min(found.size(), i + MAX_HASHES)).stream()
                            .collect(Collectors.joining(",", "[", "]"))));
        }
        return words.and(Condition.any(parts));
    }
}
