package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import org.jspecify.annotations.Nullable;

/** Stores the properties of the store. */
public class PropertyTable {

    private final Database database;

    public PropertyTable(Database database) {
        this.database = database;
    }

    /** Returns the value of a property; null if there is none. */
    public @Nullable String get(String name) {
        return database.first(Sql.of("store property", """
                                SELECT argMax(value, version) FROM store_properties WHERE name = {name:String}
                                HAVING count() > 0""").with("name", name), RowInput::readText);
    }

    /**
     * Sets a property.
     *
     * @param version higher than those of all earlier values, so that this one counts
     */
    public void set(String name, String value, long version) {
        database.execute(Sql.of(
                        "set store property",
                        "INSERT INTO store_properties (name, value, version) SELECT {name:String}, {value:String}, {version:UInt64}")
                .with("name", name)
                .with("value", value)
                .with("version", version));
    }
}
