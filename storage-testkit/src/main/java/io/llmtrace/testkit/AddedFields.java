package io.llmtrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.filter.QueryFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * For tests of upgrades: the fields that later versions of a schema added. The migration that adds the column of a field is named
 * after it, such as {@code 0007_agent_name.sql}.
 */
public final class AddedFields {

    private static final int MAX_VERSIONS = 100;

    private AddedFields() {}

    /**
     * Returns the fields whose columns were added after a version.
     *
     * @param migrations a class in the package whose resources have the folder {@code migrations}
     */
    public static List<SpanField<?>> since(Class<?> migrations, int version) {
        List<SpanField<?>> added = new ArrayList<>();
        for (int later = version + 1; later < version + MAX_VERSIONS; later++) {
            for (SpanField<?> field : SpanField.properties()) {
                String script = String.format(Locale.ROOT, "migrations/%04d_%s.sql", later, field.name());
                if (migrations.getResource(script) != null) {
                    added.add(field);
                }
            }
        }
        return added;
    }

    /** Requires that a field is absent in a span from before the upgrade, and stored and filtered by in a new one. */
    public static <T> void requireUsable(SpanField<T> field, TraceRepository repository, TraceSpan old) {
        TraceSpan sample = Samples.full(old.tenantId(), UUID.randomUUID(), UUID.randomUUID());
        TraceSpan.Builder edited = old.toBuilder()
                .traceId(sample.traceId())
                .spanId(sample.spanId())
                .operationName(field.name());
        field.set(edited, field.valueOf(sample));
        TraceSpan added = edited.build();
        repository.storeSpan(added);

        assertThat(repository.getSpan(old.tenantId(), old.traceId(), old.spanId()))
                .as("span from before the upgrade, %s", field)
                .contains(old);
        assertThat(repository.getSpan(added.tenantId(), added.traceId(), added.spanId()))
                .as("span with %s", field)
                .contains(added);
        if (field.isFilteredByEquality()) {
            TraceQuery query = TraceQuery.builder(old.tenantId())
                    .filter(QueryFilter.equalTo(field), field.valueOf(sample))
                    .build();
            assertThat(repository.querySpans(query).items())
                    .as("spans by %s", field)
                    .containsExactly(added);
        }
    }
}
