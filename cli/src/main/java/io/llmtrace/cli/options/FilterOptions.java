package io.llmtrace.cli.options;

import io.llmtrace.cli.context.UsageException;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Options for the filters of a query, one for each {@link QueryFilter}. All of them must match the same span. A command that has
 * them is {@link Filtered}, so that {@link #addTo} is called for it.
 */
public final class FilterOptions {

    @Option(
            names = "--where",
            paramLabel = "EXPRESSION",
            converter = Expression.class,
            description = {
                "Filter expression, such as 'model:gpt-4* (status:error OR cost:>0.01) -session:*'.",
                "It holds on the same span as the other filters."
            })
    @Nullable
    FilterExpression where;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "Tag; may be repeated.")
    Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--has",
            paramLabel = "FIELD",
            converter = PresentField.class,
            description = "Field that spans have a value of, such as session or tag.env; may be repeated.")
    List<SpanField<?>> present = new ArrayList<>();

    @Option(
            names = "--lacks",
            paramLabel = "FIELD",
            converter = PresentField.class,
            description = "Field that spans have no value of; may be repeated.")
    List<SpanField<?>> absent = new ArrayList<>();

    private final Map<QueryFilter<?>, Object> values = new HashMap<>();

    /** A command with these options. */
    public interface Filtered {
        FilterOptions filters();
    }

    /** Adds an option for each filter to a command. */
    public void addTo(CommandSpec command) {
        QueryFilter.all().forEach(filter -> command.addOption(option(filter)));
    }

    private <T> OptionSpec option(QueryFilter<T> filter) {
        ITypeConverter<T> converter = text -> {
            try {
                return parse(filter, text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
        ISetter setter = new ISetter() {
            @Override
            public <V> V set(V value) {
                if (value == null) {
                    values.remove(filter);
                } else {
                    values.put(filter, value);
                }
                return value;
            }
        };
        return OptionSpec.builder(namesOf(filter))
                .paramLabel(labelOf(filter))
                .description(descriptionOf(filter))
                .type(filter.type().javaType())
                .converters(converter)
                .setter(setter)
                .build();
    }

    /** Returns the names of the option for a filter, such as {@code --model} or {@code --min-cost}. */
    static String[] namesOf(QueryFilter<?> filter) {
        String name = filter.field().shortNames().get(0);
        boolean time = filter.field().equals(SpanField.START_TIME);
        return switch (filter.comparison()) {
            case EQUAL, WORDS -> new String[] {"--" + name};
            case AT_LEAST -> time ? new String[] {"--since", "--start-time"} : new String[] {"--min-" + name};
            case AT_MOST -> time ? new String[] {"--until", "--end-time"} : new String[] {"--max-" + name};
            case MATCHES, PRESENT -> throw new IllegalArgumentException("no option of its own: " + filter);
        };
    }

    @SuppressWarnings("unchecked") // each type is parsed to its values
    private static <T> T parse(QueryFilter<T> filter, String text) {
        if (filter.type() == FieldType.TIME) {
            return (T) Arguments.parseTime(text, Instant.now());
        }
        if (filter.type() == FieldType.DURATION_MS) {
            return (T) Long.valueOf(Arguments.parseMillis(text));
        }
        return filter.type().parse(text);
    }

    private static String labelOf(QueryFilter<?> filter) {
        FieldType<?> type = filter.type();
        if (filter.comparison() == QueryFilter.Comparison.WORDS) {
            return "WORDS";
        }
        if (type == FieldType.TIME || type == FieldType.DURATION_MS) {
            return "TIME";
        }
        if (!type.allowed().isEmpty()) {
            return filter.field().shortNames().get(0).toUpperCase(Locale.ROOT);
        }
        return switch (type.json()) {
            case INTEGER -> "N";
            case NUMBER -> "USD";
            case STRING -> filter.name().endsWith("_id") ? "ID" : filter.name().endsWith("_type") ? "TYPE" : "NAME";
            case BOOLEAN, ARRAY, OBJECT -> throw new IllegalStateException("no option for " + filter);
        };
    }

    private static String descriptionOf(QueryFilter<?> filter) {
        if (filter.type() == FieldType.TIME) {
            return filter.comparison() == QueryFilter.Comparison.AT_LEAST
                    ? "Spans that start at or after this time: 2026-01-31T09:30:00Z, 2026-01-31, or 2h for two hours ago."
                    : "Spans that start at or before this time.";
        }
        if (filter.type() == FieldType.DURATION_MS) {
            String bound = filter.comparison() == QueryFilter.Comparison.AT_LEAST ? "At least" : "At most";
            return bound + " this " + filter.field().label().toLowerCase(Locale.ROOT) + ", such as 250ms or 2.5s.";
        }
        if (!filter.type().allowed().isEmpty()) {
            return filter.description() + " One of "
                    + String.join(", ", filter.type().allowed()) + ".";
        }
        return filter.description();
    }

    /**
     * Returns a query with the filters that are set.
     *
     * @throws UsageException if the filters contradict each other
     */
    public TraceQuery.Builder query(UUID tenant) {
        TraceQuery.Builder query = TraceQuery.builder(tenant).where(where).tags(tags);
        QueryFilter.all().forEach(filter -> set(query, filter));
        present.forEach(query::has);
        absent.forEach(query::lacks);
        checked(query);
        return query;
    }

    @SuppressWarnings("unchecked") // values are those that the option of the filter parsed
    private <T> void set(TraceQuery.Builder query, QueryFilter<T> filter) {
        query.filter(filter, (@Nullable T) values.get(filter));
    }

    /** Reads an expression in the filter language. */
    public static final class Expression implements ITypeConverter<FilterExpression> {
        @Override
        public FilterExpression convert(String text) {
            return Arguments.convert(text, FilterExpression::parse);
        }
    }

    /** Reads the name of a field that spans may lack, as people type it or as in JSON. */
    static final class PresentField implements ITypeConverter<SpanField<?>> {
        @Override
        public SpanField<?> convert(String name) {
            return SpanField.all().stream()
                    .filter(field -> field.shortNames().contains(name))
                    .findFirst()
                    .<SpanField<?>>map(Function.identity())
                    .or(() -> SpanField.named(name))
                    .filter(SpanField::isFilteredByPresence)
                    .orElseThrow(() -> new TypeConversionException("not a field that a span may lack ["
                            + SpanField.all().stream()
                                    .filter(SpanField::isFilteredByPresence)
                                    .map(field -> field.shortNames().get(0))
                                    .collect(Collectors.joining(", "))
                            + ", tag.KEY]: '" + name + "'"));
        }
    }

    /** Builds the query, and reports a wrong one as wrong usage. */
    public static TraceQuery checked(TraceQuery.Builder query) {
        try {
            return query.build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }
}
