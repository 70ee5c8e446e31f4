package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.TraceRetention;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "retention",
        description = {
            "Print or set how many days traces are kept.",
            "",
            "Older traces are deleted: within a minute, and from then on at least once a day, by the process that has the store"
                    + " open. Says how many that are, and asks, before it sets the days. The times in a trace count, even if it was"
                    + " stored only now."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace retention",
            "  llmtrace retention 30 --dry-run",
            "  llmtrace retention 30 --server http://localhost:8080",
            "  llmtrace retention 30 --by end --yes",
            "  llmtrace retention none"
        })
final class RetentionCommand implements Callable<Integer> {

    private static final String NONE = "none";

    private final CliContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "DAYS",
            description = "Days of 24 hours; 'none' keeps traces until they are deleted.")
    @Nullable
    String days;

    @Option(
            names = "--by",
            paramLabel = "start|end",
            converter = Arguments.Age.class,
            description =
                    "Count the days from when a trace started (default), or from the end of the span in it that ended last.")
    @Nullable
    RetentionBasis by;

    @Option(names = "--dry-run", description = "Only say what would be deleted.")
    boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Required where traces would be deleted and nobody can answer.")
    boolean yes;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    RetentionCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (days == null) {
            requireWithDays();
            try (Store store = options.openForReading(context)) {
                print(TraceRetention.of(store.repository()).retention(store.tenant()));
            }
            return ExitCode.OK;
        }
        RetentionRule rule = ruleOf(days);
        if (dryRun) {
            try (Store store = options.openForReading(context)) {
                printExpired(countExpired(store, rule));
            }
            return ExitCode.OK;
        }
        try (Store store = options.openForWriting(context)) {
            if (rule != null && !mayDelete(store, rule)) {
                context.terminal().err().println("nothing was changed");
                return ExitCode.OK;
            }
            set(store, rule);
            print(TraceRetention.of(store.repository()).retention(store.tenant()));
        }
        return ExitCode.OK;
    }

    private void requireWithDays() {
        if (by != null || dryRun || yes) {
            throw new UsageException("--by, --dry-run and --yes are for a number of days: add it, such as 30");
        }
    }

    private @Nullable RetentionRule ruleOf(String text) {
        if (!text.equals(NONE)) {
            try {
                return RetentionRule.of(number(text), by == null ? RetentionBasis.START : by);
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            }
        }
        if (by != null) {
            throw new UsageException("--by is for a number of days: leave it out, or give a number instead of " + NONE);
        }
        return null;
    }

    private static int number(String text) {
        if (text.matches("-?[0-9]{1,9}")) {
            return Integer.parseInt(text);
        }
        throw new UsageException("neither a number of days nor '" + NONE + "': '" + text + "'");
    }

    private static ExpiredTraces countExpired(Store store, @Nullable RetentionRule rule) {
        return rule == null
                ? ExpiredTraces.NONE
                : TraceRetention.of(store.repository()).countExpired(store.tenant(), rule, Instant.now());
    }

    /** Says which traces the rule deletes, and asks whether it may. There is no question if it deletes none. */
    private boolean mayDelete(Store store, RetentionRule rule) {
        Terminal terminal = context.terminal();
        ExpiredTraces expired = countExpired(store, rule);
        if (expired.traces() == 0) {
            return true;
        }
        String which = described(expired) + ", are older than " + Formats.count(rule.days(), "day")
                + ", counted from their " + rule.by().text();
        if (!yes && !terminal.interactive()) {
            throw new UsageException(
                    which + ": retention asks before it deletes them, and nobody can answer here: add --yes");
        }
        terminal.err().println(which);
        return yes
                || terminal.confirm("Delete these from " + store.name() + ", and keep traces for "
                        + Formats.count(rule.days(), "day") + " from now on?");
    }

    private static void set(Store store, @Nullable RetentionRule rule) {
        TraceRetention retention = TraceRetention.of(store.repository());
        retention.setRetention(store.tenant(), rule);
        if (rule != null && !(store.repository() instanceof RemoteTraceRepository)) {
            retention.deleteExpired(Instant.now()); // of every tenant: there may be no server that does so
        }
    }

    private void print(@Nullable RetentionRule rule) {
        if (output.json()) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("retention_days", rule == null ? null : rule.days());
            if (rule != null) {
                json.put("retention_by", rule.by().text());
            }
            context.terminal().printJson(json);
            return;
        }
        context.terminal().out().println(rule == null ? "kept until they are deleted" : described(rule));
    }

    private static String described(RetentionRule rule) {
        return "kept for " + Formats.count(rule.days(), "day")
                + (rule.by() == RetentionBasis.START ? "" : " after their end");
    }

    private void printExpired(ExpiredTraces expired) {
        if (output.json()) {
            context.terminal().printJson(expired);
            return;
        }
        context.terminal().out().println("would delete " + (expired.traces() == 0 ? "no traces" : described(expired)));
    }

    private static String described(ExpiredTraces expired) {
        return Formats.count(expired.traces(), "trace") + " with " + Formats.count(expired.spans(), "span")
                + ", created from " + Formats.time(expired.oldestTrace()) + " to "
                + Formats.time(expired.newestTrace());
    }
}
