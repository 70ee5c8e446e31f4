package io.llmtrace.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A clock for processes that are started with {@link #launcher}, which tests can set while the processes run. Requires
 * libfaketime.
 */
final class SteppedClock {

    private static final String LIBRARY = "libfaketimeMT.so.1";

    private final Path library;
    private final Path offset;

    private SteppedClock(Path library, Path offset) {
        this.library = library;
        this.offset = offset;
    }

    /** @param folder the folder of the file that controls it */
    static SteppedClock in(Path folder) throws IOException {
        Path library = library().orElseThrow(() -> new IOException(LIBRARY + " is not here: install faketime"));
        SteppedClock clock = new SteppedClock(library, folder.resolve("clock"));
        clock.set(Duration.ZERO);
        return clock;
    }

    /** Returns the command prefix for a process with this clock. */
    List<String> launcher() {
        return List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAKETIME_TIMESTAMP_FILE=" + offset,
                "FAKETIME_CACHE_DURATION=1",
                // Keeps the monotonic clock correct, on which timeouts and intervals are based.
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                "DONT_FAKE_MONOTONIC=1");
    }

    /** Sets the difference from the true time, which takes effect within two seconds. */
    void set(Duration fromTrueTime) throws IOException {
        Path written = offset.resolveSibling("clock.new");
        Files.writeString(written, "%+d\n".formatted(fromTrueTime.toSeconds()));
        Files.move(written, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Optional<Path> library() {
        Path lib = Path.of("/usr/lib");
        try (Stream<Path> folders = Files.isDirectory(lib) ? Files.list(lib) : Stream.empty()) {
            return Stream.concat(Stream.of(lib, Path.of("/usr/lib64")), folders.sorted())
                    .map(folder -> folder.resolve("faketime").resolve(LIBRARY))
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Marks a test that sets the clock of processes. Without libfaketime, it is skipped with a message; with
     * {@code -DrequireFaketime}, which the gate sets, it fails.
     */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @ExtendWith(Condition.class)
    @interface Needed {}

    /** Enables the test if libfaketime is installed or required. */
    static final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return library().isPresent() || System.getProperty("requireFaketime") != null
                    ? ConditionEvaluationResult.enabled("libfaketime is here, or required")
                    : ConditionEvaluationResult.disabled(LIBRARY + " is not here: install faketime");
        }
    }
}
