package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRepositoryProvider;

/** Opens stores by their URL {@code clickhouse://…}, see {@link ClickHouseSettings#parse}. */
public final class ClickHouseProvider implements TraceRepositoryProvider {

    @Override
    public String scheme() {
        return "clickhouse";
    }

    @Override
    public String urlPattern() {
        return "clickhouse://USER:PASSWORD@HOST:PORT/DATABASE";
    }

    @Override
    public TraceRepository open(String url) {
        return ClickHouseTraceRepository.open(ClickHouseSettings.parse(url));
    }
}
