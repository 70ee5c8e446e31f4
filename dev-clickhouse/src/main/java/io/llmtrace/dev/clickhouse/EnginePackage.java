package io.llmtrace.dev.clickhouse;

import java.util.Optional;

/**
 * A package of the npm registry that holds {@code libchdb.so}: all of ClickHouse as a shared library (Apache-2.0).
 *
 * @param scope with its {@code @}
 * @param sha256 of the archive, in hex
 * @param megabytes of the archive, for the eyes of a person who waits
 */
record EnginePackage(String scope, String name, String version, String sha256, int megabytes) {

    /** Holds ClickHouse 26.7.2.1. The only platform for which an archive was there to be looked at. */
    private static final EnginePackage LINUX_X64 = new EnginePackage(
            "@chdb",
            "lib-linux-x64-gnu",
            "26.7.3-stable.1",
            "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad",
            178);

    static Optional<EnginePackage> of(String platform) {
        return platform.equals("linux-x64-glibc") ? Optional.of(LINUX_X64) : Optional.empty();
    }

    /** What npm calls it. */
    String specification() {
        return scope + "/" + name + "@" + version;
    }

    /** Where a registry keeps it, below the URL of the registry. */
    String path() {
        return scope + "/" + name + "/-/" + name + "-" + version + ".tgz";
    }
}
