package io.llmtrace.dev.clickhouse.internal.engine;

import java.util.Optional;

/**
 * A package of the npm registry that contains {@code libchdb.so}, all of ClickHouse as a shared library (Apache-2.0).
 *
 * @param scope scope of the package, with its {@code @}
 * @param sha256 SHA-256 of the archive, in hex
 * @param megabytes size of the archive, for progress messages
 */
record EnginePackage(String scope, String name, String version, String sha256, int megabytes) {

    /** Contains ClickHouse 26.7.2.1. This is the only platform whose archive has been verified. */
    private static final EnginePackage LINUX_X64 = new EnginePackage(
            "@chdb",
            "lib-linux-x64-gnu",
            "26.7.3-stable.1",
            "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad",
            178);

    static Optional<EnginePackage> of(String platform) {
        return platform.equals("linux-x64-glibc") ? Optional.of(LINUX_X64) : Optional.empty();
    }

    /** Returns the package specification for npm. */
    String specification() {
        return scope + "/" + name + "@" + version;
    }

    /** Returns the path of the archive below the URL of a registry. */
    String path() {
        return scope + "/" + name + "/-/" + name + "-" + version + ".tgz";
    }
}
