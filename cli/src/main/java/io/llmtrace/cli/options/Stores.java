package io.llmtrace.cli.options;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.NativeLibraryDirectory;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.ReconnectingRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Opens stores by URL, for reading alongside a running server or for writing. */
public final class Stores {

    private static final String SQLITE = "sqlite:";

    private Stores() {}

    /**
     * Opens a store for reading. Another process may have a file open for writing at the same time. A database server is opened
     * for writing, since its first client has to create the tables.
     *
     * @throws UnavailableException if there is no such file; none is created
     */
    public static TraceRepository openForReading(CliContext context, String url) {
        requireExisting(url);
        return open(context, readOnly(url));
    }

    /**
     * Checks that the file of a store exists; a store that is not a file passes.
     *
     * @throws UnavailableException if it does not
     */
    public static void requireExisting(String url) {
        Optional<Path> file = sqliteFile(url);
        if (file.isPresent() && Files.notExists(file.get())) {
            throw new UnavailableException(
                    "no store at " + file.get()
                            + ": run 'llmtrace serve' or 'llmtrace import' to create it, or name another with --storage or --data");
        }
    }

    /** Opens a store for writing, and creates it if it is missing. */
    public static TraceRepository openForWriting(CliContext context, String url) {
        return open(context, url);
    }

    /**
     * Opens a store for a server. A database server that is unavailable is opened as soon as it is reachable; until then, requests
     * wait in the spool.
     */
    public static TraceRepository openForServing(CliContext context, String url) {
        if (sqliteFile(url).isPresent()) {
            return open(context, url); // a file does not become usable by waiting
        }
        TraceRepository repository = ReconnectingRepository.open(() -> open(context, url));
        StoreHealth health = repository.check();
        if (health.state() == StoreHealth.State.DOWN) {
            context.terminal().err().println("warning: " + Display.message(health.message()));
        }
        return repository;
    }

    /** Opens a repository, and reports a wrong URL as a wrong setting. */
    private static TraceRepository open(CliContext context, String url) {
        // A ClickHouse store does without native libraries, only slower.
        sqliteFile(url).ifPresent(file -> NativeLibraryDirectory.choose(context.variables(), file));
        try {
            return context.stores().apply(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException("storage: " + e.getMessage(), e);
        }
    }

    /** Returns the file that a SQLite URL names; empty for another URL. */
    public static Optional<Path> sqliteFile(String url) {
        if (!url.toLowerCase(Locale.ROOT).startsWith(SQLITE)) {
            return Optional.empty();
        }
        int question = url.indexOf('?');
        String file = question < 0 ? url.substring(SQLITE.length()) : url.substring(SQLITE.length(), question);
        return file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file));
    }

    /**
     * Returns the URL without anything that may be a password: {@code clickhouse://user:secret@host} becomes
     * {@code clickhouse://***@host}. Everything up to the last {@code @} is removed, in case a password is not encoded properly.
     */
    public static String displayed(String url) {
        return url.replaceAll("(?s)^([A-Za-z]+://).*@", "$1***@")
                .replaceAll("(?i)([?&](?:password|token|key)=)[^&]*", "$1***");
    }

    static String readOnly(String url) {
        if (sqliteFile(url).isEmpty() || url.matches(".*[?&]mode=.*")) {
            return url;
        }
        return url + (url.indexOf('?') < 0 ? "?" : "&") + "mode=ro";
    }
}
