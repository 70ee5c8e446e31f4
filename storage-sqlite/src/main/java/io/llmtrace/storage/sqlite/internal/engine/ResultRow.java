package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.model.Ids;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The current row of a result. Values are read by the name of their column, or, in loops over many rows, by the position that a
 * {@link SelectList} gave them. Methods for texts, blobs and ids fail on null unless their
 * name ends with {@code OrNull}: they are for columns that are {@code NOT NULL} in the schema.
 */
public final class ResultRow {

    private final ResultSet rows;

    ResultRow(ResultSet rows) {
        this.rows = rows;
    }

    /** Returns an integer; 0 if the column is null. */
    public long number(String column) throws SQLException {
        return rows.getLong(column);
    }

    /** Returns an integer; 0 if the column is null. */
    public long number(int position) throws SQLException {
        return rows.getLong(position);
    }

    /** Returns an integer, or null. */
    public @Nullable Long numberOrNull(String column) throws SQLException {
        return numberOrNull(rows.findColumn(column));
    }

    /** Returns an integer, or null. */
    public @Nullable Long numberOrNull(int position) throws SQLException {
        long value = rows.getLong(position);
        return rows.wasNull() ? null : value;
    }

    /** Returns whether an integer is 1. */
    public boolean flag(String column) throws SQLException {
        return rows.getLong(column) == 1;
    }

    /** Returns a floating point number; 0 if the column is null. */
    public double real(int position) throws SQLException {
        return rows.getDouble(position);
    }

    /** Returns a floating point number, or null. */
    public @Nullable Double realOrNull(int position) throws SQLException {
        double value = rows.getDouble(position);
        return rows.wasNull() ? null : value;
    }

    /** Returns a text. */
    public String text(String column) throws SQLException {
        return Objects.requireNonNull(rows.getString(column), column);
    }

    /** Returns a text. */
    public String text(int position) throws SQLException {
        return Objects.requireNonNull(rows.getString(position));
    }

    /** Returns a text, or null. */
    public @Nullable String textOrNull(int position) throws SQLException {
        return rows.getString(position);
    }

    /** Returns a blob. */
    public byte[] bytes(String column) throws SQLException {
        return Objects.requireNonNull(rows.getBytes(column), column);
    }

    /** Returns a blob. */
    public byte[] bytes(int position) throws SQLException {
        return Objects.requireNonNull(rows.getBytes(position));
    }

    /** Returns a blob of 16 bytes as an id. */
    public UUID id(String column) throws SQLException {
        return Ids.ofBytes(bytes(column));
    }

    /** Returns a blob of 16 bytes as an id, or null. */
    public @Nullable UUID idOrNull(int position) throws SQLException {
        byte[] bytes = rows.getBytes(position);
        return bytes == null ? null : Ids.ofBytes(bytes);
    }
}
