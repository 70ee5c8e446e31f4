package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRepositoryProvider;

/** Opens stores for URLs such as {@code sqlite:FILE}; {@link SqliteSettings#parse} lists the parameters of such a URL. */
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
