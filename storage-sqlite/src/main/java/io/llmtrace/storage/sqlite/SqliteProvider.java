package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.TraceRepositoryProvider;

/** Opens {@code sqlite:FILE}, see {@link SqliteSettings#parse}. */
public final class SqliteProvider implements TraceRepositoryProvider {

    @Override
    public String scheme() {
        return "sqlite";
    }

    @Override
    public String urlPattern() {
        return "sqlite:FILE";
    }

    @Override
    public TraceRepository open(String url) {
        return SqliteTraceRepository.open(SqliteSettings.parse(url));
    }
}
