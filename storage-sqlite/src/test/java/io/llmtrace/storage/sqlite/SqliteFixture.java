package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.TraceRepository;
import io.llmtrace.testkit.RepositoryFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Creates each repository on a file in a folder of its own. */
final class SqliteFixture implements RepositoryFixture {

    private final Map<TraceRepository, Path> files = new ConcurrentHashMap<>();

    @Override
    public TraceRepository newRepository() {
        try {
            return open(Files.createTempDirectory("llmtrace-sqlite").resolve("traces.db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public TraceRepository restart(TraceRepository repository) {
        repository.close();
        return open(Objects.requireNonNull(files.remove(repository)));
    }

    @Override
    public boolean isRestartable() {
        return true;
    }

    @Override
    public void compact(TraceRepository repository) {
        ((SqliteTraceRepository) repository).compact();
    }

    @Override
    public void clear(TraceRepository repository) {
        repository.close();
        deleteFolder(Objects.requireNonNull(files.remove(repository)).getParent());
    }

    static void deleteFolder(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TraceRepository open(Path file) {
        TraceRepository repository = SqliteTraceRepository.open(file);
        files.put(repository, file);
        return repository;
    }
}
