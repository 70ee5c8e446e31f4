package io.llmtrace.storage.clickhouse;

/** Where one server listens for HTTP. */
record Endpoint(String host, int port) {

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
