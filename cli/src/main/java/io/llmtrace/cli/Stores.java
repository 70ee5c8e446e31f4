package io.llmtrace.cli;

import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Opens stores by URL in the way that a command needs: for reading beside a running server, or for writing. */
final class Stores {

    private static final String SQLITE = "sqlite:";

    private Stores() {}

    /**
     * A file beside its writer; a server as for writing, since its tables are made there by whoever comes first.
     *
     * @throws UnavailableException if there is no such file; none is created
     */
    static TraceRepository openForReading(CliContext context, String url) {
        requireExisting(url);
        return open(context, readOnly(url));
    }

    /** @throws UnavailableException if there is no such file; none is created */
    static void requireExisting(String url) {
        Optional<Path> file = sqliteFile(url);
        if (file.isPresent() && Files.notExists(file.get())) {
            throw new UnavailableException(
                    "no store at " + file.get()
                            + ": start 'llmtrace serve' or 'llmtrace import' to create it, or name another with --storage or --data");
        }
    }

    /** Creates the store when it is missing. */
    static TraceRepository openForWriting(CliContext context, String url) {
        return open(context, url);
    }

    /** As for writing; a database that is away is waited for behind the server, which keeps in its spool what comes. */
    static TraceRepository openForServing(CliContext context, String url) {
        if (sqliteFile(url).isPresent()) {
            return open(context, url); // a file does not come back by itself
        }
        TraceRepository repository = TraceRepositories.openWhenReachable(() -> open(context, url));
        StoreHealth health = repository.check();
        if (health.state() == StoreHealth.State.DOWN) {
            context.terminal().err().println("warning: " + health.message());
        }
        return repository;
    }

    /** A wrong URL is a wrong setting. */
    private static TraceRepository open(CliContext context, String url) {
        try {
            return context.stores().apply(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException("storage: " + e.getMessage(), e);
        }
    }

    /** Of a URL that names a SQLite file: the file. */
    static Optional<Path> sqliteFile(String url) {
        if (!url.toLowerCase(Locale.ROOT).startsWith(SQLITE)) {
            return Optional.empty();
        }
        int question = url.indexOf('?');
        String file = question < 0 ? url.substring(SQLITE.length()) : url.substring(SQLITE.length(), question);
        return file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file));
    }

    /**
     * Without what may be a password: {@code clickhouse://user:secret@host} loses it. All up to the last {@code @} goes, also
     * when a password was not encoded as it should be.
     */
    static String displayed(String url) {
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
