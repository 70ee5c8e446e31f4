package io.llmtrace.cli.demo;

import io.llmtrace.cli.CommandFailedException;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where the demo stores. What it verifies is only right where nothing else is. */
public interface DemoStore {

    /** What the demo says of it first. */
    String description();

    /** @throws CommandFailedException if there is something that is not the demo's to delete */
    TraceRepository openEmpty();

    /** The demo's own file, emptied at each start. */
    static OwnDemoFile ownFile(Path folder, Function<String, TraceRepository> stores) {
        return new OwnDemoFile(folder, stores);
    }

    /**
     * A store that somebody named, in which nothing is deleted.
     *
     * @param name as messages show it
     */
    static DemoStore named(String name, Supplier<TraceRepository> opener) {
        return new DemoStore() {
            @Override
            public String description() {
                return name + ", empty until now";
            }

            @Override
            public TraceRepository openEmpty() {
                TraceRepository repository = opener.get();
                try {
                    requireEmpty(repository, name);
                    return repository;
                } catch (RuntimeException e) {
                    repository.close();
                    throw e;
                }
            }
        };
    }

    private static void requireEmpty(TraceRepository repository, String name) {
        long traces = repository.stats(TenantResolver.DEFAULT_TENANT).totalTraces();
        if (traces > 0) {
            throw new CommandFailedException(name + " has traces already (" + traces
                    + "), which the demo does not delete: name an empty store, or remove them with 'llmtrace delete'");
        }
    }
}
