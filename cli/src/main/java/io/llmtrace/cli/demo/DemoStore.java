package io.llmtrace.cli.demo;

import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/** The store of a demo. It must be empty: the demo verifies that nothing but its own traces is stored. */
public interface DemoStore {

    /** Returns the description of the store that the demo prints first. */
    String description();

    /**
     * Opens the store, after emptying it if it is the demo's own.
     *
     * @throws CommandFailedException if it holds data that the demo must not delete
     */
    TraceRepository openEmpty();

    /** Returns the demo's own file, which is emptied at each start. */
    static OwnDemoFile ownFile(Path folder, Function<String, TraceRepository> stores) {
        return new OwnDemoFile(folder, stores);
    }

    /**
     * Returns a store that the user named. Nothing in it is deleted.
     *
     * @param name the name of the store in messages
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
