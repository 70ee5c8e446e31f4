package io.llmtrace.storage.clickhouse.internal.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The columns of tables as the migrations declare them, for tests without a server. */
public final class DeclaredColumns {

    /** A name and a type, such as {@code Array(LowCardinality(String))}, at the beginning of a line of a table or of what is added to it. */
    private static final Pattern COLUMN = Pattern.compile(
            "^ {4}(?!INDEX |ADD INDEX )(?:ADD COLUMN IF NOT EXISTS )?(\\w+) (\\w+(?:\\((?:[^()]|\\([^()]*\\))*\\))?)",
            Pattern.MULTILINE);

    private DeclaredColumns() {}

    /** Returns the types of the columns of a logical table, by name. */
    public static Map<String, String> of(String table) {
        Map<String, String> columns = new LinkedHashMap<>();
        for (String file : Migrations.FILES) {
            for (String statement : Migrations.statements(file)) {
                if (statement.contains("CREATE TABLE IF NOT EXISTS " + table + "{local}")
                        || statement.contains("ALTER TABLE " + table + "{local}")) {
                    Matcher column = COLUMN.matcher(statement);
                    while (column.find()) {
                        columns.put(column.group(1), column.group(2));
                    }
                }
            }
        }
        return columns;
    }
}
