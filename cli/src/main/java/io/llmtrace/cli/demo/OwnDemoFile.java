package io.llmtrace.cli.demo;

import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The demo's own file. A marker file beside it says that the demo created it; without the marker, the demo deletes nothing.
 *
 * <pre>
 *   llmtrace-demo/
 *     demo.db       emptied at each start
 *     demo.txt      the marker
 * </pre>
 */
public final class OwnDemoFile implements DemoStore {

    private static final String NOTE =
            "'llmtrace demo' made demo.db in this folder, and empties it whenever it starts. The folder may be deleted.\n";

    private final Path file;
    private final Path note;
    private final Function<String, TraceRepository> stores;

    OwnDemoFile(Path folder, Function<String, TraceRepository> stores) {
        this.file = folder.resolve("demo.db");
        this.note = folder.resolve("demo.txt");
        this.stores = stores;
    }

    public String url() {
        return "sqlite:" + file;
    }

    @Override
    public String description() {
        return file + ", empty at each start of the demo; no other store is touched";
    }

    @Override
    public TraceRepository openEmpty() {
        try {
            if (Files.exists(file)) {
                requireOurs();
                // Opening fails if another process writes to the store, so that the store of a running demo is not
                // deleted.
                stores.apply(url()).close();
                for (String suffix : List.of("", "-wal", "-shm")) {
                    Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
                }
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(note, NOTE);
        } catch (IOException e) {
            throw new CommandFailedException("cannot prepare the demo store " + file + ": " + e, e);
        }
        return stores.apply(url());
    }

    private void requireOurs() throws IOException {
        if (Files.notExists(note) || !Files.readString(note).equals(NOTE)) {
            throw new CommandFailedException(
                    file + " was not made by the demo, so it is not emptied: choose another folder"
                            + " with --data, or move the file away");
        }
    }
}
