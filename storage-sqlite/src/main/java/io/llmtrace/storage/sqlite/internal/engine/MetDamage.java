package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.StorageException;
import java.util.Objects;

/**
 * The damage that calls and background tasks have met since the file was opened.
 *
 * @param count how many of them met any
 * @param last what the last of them met; empty if none did
 */
public record MetDamage(long count, String last) {

    static final MetDamage NONE = new MetDamage(0, "");

    MetDamage and(StorageException failure) {
        return failure instanceof CorruptStoreException
                ? new MetDamage(count + 1, Objects.requireNonNullElse(failure.getMessage(), failure.toString()))
                : this;
    }
}
