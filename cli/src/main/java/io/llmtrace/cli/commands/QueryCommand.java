package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.output.ListTables;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "query",
        description = {"List traces, or spans with --spans, newest first.", "All filters must match the same span."},
        footer = {
            "",
            "Examples:",
            "  llmtrace query --since 1h --status error",
            "  llmtrace query --model gpt-4o --min-cost 0.05 --limit 20",
            "  llmtrace query --text \"refund order\" --tag env=prod",
            "  llmtrace query --spans --kind tool --min-duration 2s",
            "  llmtrace query --finding prompt_injection --json | jq -r '.data[].trace_id'"
        })
final class QueryCommand implements Callable<Integer>, FilterOptions.Filtered {

    private final CliContext context;

    @Mixin
    FilterOptions filters = new FilterOptions();

    @Option(names = "--spans", description = "List spans instead of traces.")
    boolean spans;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Largest number of results, up to 10000 (default: ${DEFAULT-VALUE}).")
    int limit = TraceQuery.DEFAULT_LIMIT;

    @Option(
            names = "--order",
            paramLabel = "ORDER",
            converter = Arguments.Ordering.class,
            description = "newest_first (default) or oldest_first.")
    Order order = Order.NEWEST_FIRST;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Continue where the previous page ended.")
    @Nullable
    String cursor;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    QueryCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public FilterOptions filters() {
        return filters;
    }

    @Override
    public Integer call() {
        try (Store store = options.openForReading(context)) {
            TraceQuery.Builder query = filters.query(store.tenant());
            TraceQuery page =
                    FilterOptions.checked(query.limit(limit).order(order).cursor(cursor));
            if (spans) {
                TraceRepository repository = store.repository();
                print(output.json() ? repository.querySpans(page) : repository.querySpanOutlines(page), "span");
            } else {
                print(store.repository().queryTraceSummaries(page), "trace");
            }
        }
        return ExitCode.OK;
    }

    private void print(Page<?> page, String noun) {
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(new JsonPage(page));
            return;
        }
        if (page.items().isEmpty()) {
            terminal.err().println("no " + noun + "s match");
            return;
        }
        Table table = ListTables.table(page.items(), terminal.outStyle());
        table.lines(terminal.outStyle(), terminal.outColumns()).forEach(terminal.out()::println);
        if (page.nextCursor() != null) {
            terminal.err()
                    .println(terminal.errStyle()
                            .dim("the first " + Formats.count(page.items().size(), noun)
                                    + "; for the next, repeat with --cursor " + Display.oneLine(page.nextCursor())));
        }
    }

    /** A page in the shape of the REST API's response. */
    private record JsonPage(Object data, @Nullable String nextCursor) {
        JsonPage(Page<?> page) {
            this(page.items(), page.nextCursor());
        }
    }
}
