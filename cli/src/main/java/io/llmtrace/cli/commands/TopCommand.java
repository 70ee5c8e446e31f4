package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.output.AnalyticsTables;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.TraceAnalytics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "top",
        description = {
            "List the models, users, tools, … with the most spans, errors, tokens or cost, or with the longest durations.",
            "All filters must match the same span."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace top models --since 7d --by cost",
            "  llmtrace top users --by tokens --limit 20",
            "  llmtrace top operations --kind tool --by p95",
            "  llmtrace top tools",
            "  llmtrace top findings --json",
            "  llmtrace top tag.env --by errors"
        })
final class TopCommand implements Callable<Integer>, FilterOptions.Filtered {

    private static final int DEFAULT_LIMIT = 10;

    private static final String SESSIONS = "sessions";
    private static final String TOOLS = "tools";
    private static final String FINDINGS = "findings";

    private static final Map<String, SpanField<?>> FIELDS = new LinkedHashMap<>();
    private static final Map<String, Measure> MEASURES = new LinkedHashMap<>();
    private static final Map<String, SessionOrder> SESSION_ORDERS = new LinkedHashMap<>();

    static {
        SpanField.all().stream()
                .filter(field -> field.isSuggested() && !field.isMultiValued())
                .filter(field -> !field.equals(SpanField.SESSION_ID)) // sessions have an order of their own
                .forEach(field -> FIELDS.put(pluralOf(field.shortNames().get(0)), field));
        MEASURES.put("spans", Measure.SPANS);
        MEASURES.put("errors", Measure.ERRORS);
        MEASURES.put("tokens", Measure.TOTAL_TOKENS);
        MEASURES.put("cost", Measure.COST_USD);
        MEASURES.put("p50", Measure.DURATION_P50);
        MEASURES.put("p95", Measure.DURATION_P95);
        MEASURES.put("p99", Measure.DURATION_P99);
        SESSION_ORDERS.put("time", SessionOrder.LAST_TIME);
        SESSION_ORDERS.put("spans", SessionOrder.SPANS);
        SESSION_ORDERS.put("errors", SessionOrder.ERRORS);
        SESSION_ORDERS.put("tokens", SessionOrder.TOTAL_TOKENS);
        SESSION_ORDERS.put("cost", SessionOrder.COST_USD);
    }

    private final CliContext context;

    @Parameters(
            paramLabel = "WHAT",
            description =
                    "A field in the plural, such as models, providers, users, services, operations or kinds; sessions, tools,"
                            + " findings, or tag.KEY.")
    String what = "";

    @Option(
            names = "--by",
            paramLabel = "MEASURE",
            description =
                    "spans (default), errors, tokens, cost, p50, p95 or p99 of the duration; sessions: time (default),"
                            + " spans, errors, tokens or cost.")
    @Nullable
    String by;

    @Mixin
    FilterOptions filters = new FilterOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Largest number of results, up to 10000 (default: ${DEFAULT-VALUE}).")
    int limit = DEFAULT_LIMIT;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    TopCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public FilterOptions filters() {
        return filters;
    }

    @Override
    public Integer call() {
        Ranking ranking = ranking();
        try (Store store = options.openForReading(context)) {
            TraceQuery query =
                    FilterOptions.checked(filters.query(store.tenant()).limit(limit));
            print(ranking.rank(TraceAnalytics.of(store.repository()), query));
        }
        return ExitCode.OK;
    }

    private interface Ranking {
        List<?> rank(TraceAnalytics analytics, TraceQuery query);
    }

    private Ranking ranking() {
        if (what.equals(TOOLS) || what.equals(FINDINGS)) {
            if (by != null) {
                throw new UsageException(
                        "--by does not apply to " + what + ", which are always ordered by their number");
            }
            return what.equals(TOOLS) ? TraceAnalytics::actions : TraceAnalytics::findings;
        }
        if (what.equals(SESSIONS)) {
            SessionOrder order = chosen(SESSION_ORDERS, SessionOrder.LAST_TIME);
            return (analytics, query) -> analytics.sessions(query, order).items();
        }
        SpanField<?> field = field();
        Measure order = chosen(MEASURES, Measure.SPANS);
        return (analytics, query) -> analytics.top(query, field, order);
    }

    private SpanField<?> field() {
        if (what.startsWith("tag.")) {
            return SpanField.suggestedNamed(what);
        }
        return Optional.ofNullable(FIELDS.get(what))
                .orElseThrow(() ->
                        new UsageException("no top list of this name, there are [" + String.join(", ", FIELDS.keySet())
                                + ", " + SESSIONS + ", " + TOOLS + ", " + FINDINGS + ", tag.KEY]: '" + what + "'"));
    }

    private static String pluralOf(String name) {
        return name.endsWith("s") ? name + "es" : name + "s";
    }

    private <T> T chosen(Map<String, T> known, T otherwise) {
        if (by == null) {
            return otherwise;
        }
        return Optional.ofNullable(known.get(by))
                .orElseThrow(() ->
                        new UsageException("--by not in [" + String.join(", ", known.keySet()) + "]: '" + by + "'"));
    }

    private void print(List<?> rows) {
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(Map.of("data", rows));
            return;
        }
        if (rows.isEmpty()) {
            terminal.err().println("no " + (what.startsWith("tag.") ? "spans" : what) + " match");
            return;
        }
        Table table = AnalyticsTables.table(what, rows, terminal.outStyle());
        table.lines(terminal.outStyle(), terminal.outColumns()).forEach(terminal.out()::println);
    }
}
