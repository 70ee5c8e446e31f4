package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.UsageException;
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
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.TraceCount;
import java.util.List;
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
            "  llmtrace query --where 'model:gpt-4* (status:error OR cost:>0.01)' --order cost",
            "  llmtrace query --where '@customer.tier:gold @retry.count:>2'",
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
            description = "newest_first (default), oldest_first, or the largest first: duration, cost or tokens.")
    Arguments.ListOrder order = new Arguments.ListOrder(Order.NEWEST_FIRST, null);

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
        Ranking ranking = order.ranking();
        if (ranking != null && cursor != null) {
            throw new UsageException("--cursor goes with orders of time only, and --order is " + ranking.text()
                    + ": raise --limit instead");
        }
        try (Store store = options.openForReading(context)) {
            TraceQuery query = FilterOptions.checked(filters.query(store.tenant())
                    .limit(limit)
                    .order(order.time())
                    .cursor(cursor));
            if (ranking != null) {
                Slice<?> found = ranked(store.repository(), query, ranking);
                boolean more = found.items().size() == limit && found.nextOffset() != null;
                print(found.items(), new JsonSlice(found), more ? "raise --limit for more" : null, store, query);
                return ExitCode.OK;
            }
            Page<?> found = found(store.repository(), query);
            String next = found.nextCursor() == null
                    ? null
                    : "for the next, repeat with --cursor " + Display.oneLine(found.nextCursor());
            print(found.items(), new JsonPage(found), next, store, query);
        }
        return ExitCode.OK;
    }

    private Page<?> found(TraceRepository repository, TraceQuery query) {
        if (!spans) {
            return repository.queryTraceSummaries(query);
        }
        return output.json() ? repository.querySpans(query) : repository.querySpanOutlines(query);
    }

    /** Analytics ranks outlines only, so whole spans are read by their identities. */
    private Slice<?> ranked(TraceRepository repository, TraceQuery query, Ranking ranking) {
        TraceAnalytics analytics = TraceAnalytics.of(repository);
        if (!spans) {
            return analytics.rankedTraces(query, ranking);
        }
        Slice<SpanOutline> outlines = analytics.rankedSpans(query, ranking);
        if (!output.json()) {
            return outlines;
        }
        List<SpanIdentity> identities = outlines.items().stream()
                .map(span -> new SpanIdentity(span.traceId(), span.spanId()))
                .toList();
        return new Slice<>(repository.getSpans(query.tenantId(), identities), outlines.nextOffset());
    }

    /** @param next what to do to see more; null if these are all */
    private void print(List<?> items, Object json, @Nullable String next, Store store, TraceQuery query) {
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(json);
            return;
        }
        String noun = spans ? "span" : "trace";
        if (items.isEmpty()) {
            terminal.err().println("no " + noun + "s match");
            return;
        }
        Table table = ListTables.table(items, terminal.outStyle());
        table.lines(terminal.outStyle(), terminal.outColumns()).forEach(terminal.out()::println);
        if (next != null) {
            String shown = Formats.count((long) items.size()) + " of " + matching(store, query);
            terminal.err().println(terminal.errStyle().dim(shown + "; " + next));
        }
    }

    private String matching(Store store, TraceQuery query) {
        TraceQuery all = query.toBuilder().cursor(null).build();
        TraceAnalytics analytics = TraceAnalytics.of(store.repository());
        if (spans) {
            SpanCount count = analytics.countSpans(all, TraceAnalytics.DEFAULT_COUNT);
            return matching(count.spans(), count.more(), "span");
        }
        TraceCount count = analytics.countTraces(all, TraceAnalytics.DEFAULT_COUNT);
        return matching(count.traces(), count.more(), "trace");
    }

    private static String matching(long count, boolean more, String noun) {
        return (more ? "more than " : "") + Formats.count(count, noun);
    }

    /** A page in the shape of the REST API's response. */
    private record JsonPage(Object data, @Nullable String nextCursor) {
        JsonPage(Page<?> page) {
            this(page.items(), page.nextCursor());
        }
    }

    /** A page of a ranking, in the same shape. */
    private record JsonSlice(Object data, @Nullable Integer nextOffset) {
        JsonSlice(Slice<?> slice) {
            this(slice.items(), slice.nextOffset());
        }
    }
}
