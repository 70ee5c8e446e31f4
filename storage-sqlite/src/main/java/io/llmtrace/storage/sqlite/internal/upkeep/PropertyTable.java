package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The properties of a store. */
public final class PropertyTable {

    private final Database database;

    /** Creates the properties of a file. */
    public PropertyTable(Database database) {
        this.database = database;
    }

    /** Returns the value of a property; null if there is none. */
    public @Nullable String get(String name) {
        return database.read(connection -> Optional.ofNullable(connection.first(
                        "SELECT value FROM store_properties WHERE name = ?", row -> row.text("value"), name)))
                .orElse(null);
    }

    /** Sets a property, in place of an earlier value. */
    public void set(String name, String value) {
        database.write(
                WriteKind.DELETES,
                connection -> connection.update(
                        "INSERT OR REPLACE INTO store_properties (name, value) VALUES (?, ?)", name, value));
    }
}
