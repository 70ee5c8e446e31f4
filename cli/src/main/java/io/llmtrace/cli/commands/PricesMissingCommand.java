package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "missing",
        description = {
            "List the models of stored calls that have tokens but no cost, with the number of calls and of tokens.",
            "These models have no price. After you added one to the file that 'prices' names, 'llmtrace remap' estimates the cost of"
                    + " stored calls. All filters must match the same call."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace prices missing",
            "  llmtrace prices missing --since 7d",
            "  llmtrace prices missing --json --server http://localhost:8080"
        })
final class PricesMissingCommand implements Callable<Integer>, FilterOptions.Filtered {

    private final CliContext context;

    @Mixin
    FilterOptions filters = new FilterOptions();

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    PricesMissingCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public FilterOptions filters() {
        return filters;
    }

    @Override
    public Integer call() {
        try (Store store = options.openForReading(context)) {
            TraceQuery query =
                    FilterOptions.checked(filters.query(store.tenant()).limit(TraceQuery.MAX_LIMIT));
            print(UnpricedModels.of(TraceAnalytics.of(store.repository()), query));
        }
        return ExitCode.OK;
    }

    private void print(List<UnpricedModels.Model> models) {
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(Map.of("data", models));
            return;
        }
        if (models.isEmpty()) {
            terminal.err().println("every call with tokens has a cost");
            return;
        }
        Table table = new Table(List.of(
                Column.flexible("MODEL", 16, Integer.MAX_VALUE),
                Column.fixed("SPANS", Align.RIGHT),
                Column.fixed("TOKENS", Align.RIGHT)));
        for (UnpricedModels.Model model : models) {
            table.add(
                    model.model() == null
                            ? Cell.of("(none)", terminal.outStyle()::dim)
                            : Cell.of(Display.oneLine(model.model())),
                    Cell.of(Formats.count(model.spans())),
                    Cell.of(Formats.count(model.tokens())));
        }
        table.lines(terminal.outStyle(), terminal.outColumns()).forEach(terminal.out()::println);
    }
}
