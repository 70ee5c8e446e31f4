package io.llmtrace.dev.clickhouse;

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
 * Keeps the engine of each version, fetched once for all processes of the user.
 *
 * <pre>
 * ~/.cache/llmtrace/clickhouse/VERSION/libchdb.so     complete and verified, if it is there
 *                              VERSION.partial/       what a fetch under way, or a broken one, has so far
 *                              VERSION.lock           held by who fetches
 * </pre>
 */
final class EngineCache {

    static final String LIBRARY = "libchdb.so";

    /** A file lock keeps other processes away, but not other threads of this one. */
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

    /** @throws ClickHouseNotFoundException if it is not here and cannot be fetched */
    Path library(EnginePackage enginePackage, Consumer<String> progress) {
        Path library = root.resolve(enginePackage.version()).resolve(LIBRARY);
        if (Files.exists(library)) {
            return library;
        }
        try {
            Files.createDirectories(root);
            synchronized (THIS_PROCESS) {
                fetchUnlessThere(enginePackage, library, progress);
            }
            return library;
        } catch (IOException e) {
            throw EngineFinder.notFound("its engine could not be fetched into " + root + " (" + e + ")", e);
        }
    }

    private void fetchUnlessThere(EnginePackage enginePackage, Path library, Consumer<String> progress)
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
                    + " is not the one that is expected: its sha256 is " + sha256 + ", not " + enginePackage.sha256()
                    + ". It was not used; look at the registry that npm is set to.");
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
