package io.llmtrace.benchmarks;

import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.environment.Machine;
import io.llmtrace.benchmarks.report.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a suite and reports its results: see {@link Options#USAGE}. */
public final class BenchmarkMain {

    private BenchmarkMain() {}

    public static void main(String[] arguments) throws IOException {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** Returns the exit status: 0, or 2 for invalid arguments. A ratio that is not met is a result, not a failure. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) throws IOException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage() + "\n\n" + Options.USAGE);
            return 2;
        }
        Path folder = Folders.create(options.folder().toAbsolutePath());
        if (!options.quick() && Machine.isInMemory(folder)) {
            err.println("--folder " + folder
                    + " is in memory: what a commit costs needs a real disk, choose another folder");
            return 2;
        }
        Report report = options.suite()
                .make(options.scale(), options.parts(), folder, err)
                .run();
        publish(options, report.markdown(title(options), Machine.describe(folder)), out);
        return 0;
    }

    private static String title(Options options) {
        String suite = options.suite().title();
        return options.quick() ? suite + ", quick run: the numbers mean nothing" : suite;
    }

    private static void publish(Options options, String markdown, PrintStream out) throws IOException {
        out.println(markdown);
        Path results = options.results();
        if (results != null) {
            Folders.create(results.toAbsolutePath().resolveSibling("."));
            Files.writeString(results, markdown);
        }
    }
}
