package io.llmtrace.benchmarks;

import io.llmtrace.benchmarks.suites.Part;
import io.llmtrace.benchmarks.suites.Suites;
import io.llmtrace.benchmarks.tasks.Scale;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of the command line.
 *
 * @param parts the parts of the suite to measure
 * @param quick whether this is a smoke test, whose numbers mean nothing
 * @param folder the parent of the stores while they are measured
 * @param results the file for the report; null to print it only
 */
record Options(
        Suites suite,
        Scale scale,
        Set<Part> parts,
        boolean quick,
        Path folder,
        @Nullable Path results) {

    static final String USAGE = """
            Usage: benchmarks/run SUITE [--quick] [--only PART] [--percent N] [--rounds N] [--folder DIR] [--results FILE]

              SUITE           sqlite, clickhouse, ingest or explorer
              --quick         little data, one round: shows that everything works, its numbers mean nothing
              --only PART     sqlite: only chat, agent (writes of such spans) or reads
                              clickhouse: only writes, bytes (on disk) or reads
                              ingest, explorer: only sqlite or clickhouse (behind the server)
              --percent N     how many percent of the spans to use, for a first impression (100)
              --rounds N      how often each pair is measured (3)
              --folder DIR    where the stores go, on a real disk with 4 GB free, 20 GB for clickhouse (benchmarks/target/stores)
              --results FILE  where the report goes (benchmarks/results/SUITE.md; no file unless everything is measured)
            """;

    /**
     * Parses the arguments.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static Options parse(List<String> arguments) {
        Deque<String> words = new ArrayDeque<>(arguments);
        if (words.isEmpty() || words.peek().startsWith("-")) {
            throw new IllegalArgumentException("SUITE is missing");
        }
        String name = words.remove();
        Suites suite = Suites.ofId(name)
                .orElseThrow(() -> new IllegalArgumentException("no suite '" + name + "', there are " + Suites.ids()));
        boolean quick = false;
        Set<Part> parts = EnumSet.copyOf(suite.parts());
        int percent = 100;
        int rounds = 0;
        Path folder = Path.of("benchmarks", "target", "stores");
        Path results = null;
        while (!words.isEmpty()) {
            String option = words.remove();
            switch (option) {
                case "--quick" -> quick = true;
                case "--only" -> parts = EnumSet.of(Part.ofText(suite.parts(), value(words, option)));
                case "--percent" -> percent = positive(option, value(words, option));
                case "--rounds" -> rounds = positive(option, value(words, option));
                case "--folder" -> folder = Path.of(value(words, option));
                case "--results" -> results = Path.of(value(words, option));
                default -> throw new IllegalArgumentException("unknown option '" + option + "'");
            }
        }
        Scale scale = quick ? Scale.QUICK : suite.full();
        boolean whole =
                !quick && percent == 100 && parts.size() == suite.parts().size();
        if (results == null && whole) {
            results = Path.of("benchmarks", "results", suite.id() + ".md");
        }
        scale = percent == 100 ? scale : scale.withPercent(percent);
        scale = rounds == 0 ? scale : scale.withRounds(rounds);
        return new Options(suite, scale, parts, quick, folder, results);
    }

    private static String value(Deque<String> words, String option) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.remove();
    }

    private static int positive(String option, String value) {
        if (!value.matches("[1-9]\\d{0,3}")) {
            throw new IllegalArgumentException(option + " not in [1, 9999]: '" + value + "'");
        }
        return Integer.parseInt(value);
    }
}
