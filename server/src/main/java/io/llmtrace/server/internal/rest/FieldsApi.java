package io.llmtrace.server.internal.rest;

import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.model.SpanField;
import io.llmtrace.server.internal.http.Call;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.storage.filter.SearchedWords;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Serves {@code /api/v1/fields}, the fields of spans from which the trace explorer builds its filters, and {@code /api/v1/filter}, which
 * reads what people type as an expression.
 */
public final class FieldsApi {

    private static final Responses.Items FIELDS =
            new Responses.Items(SpanField.all().stream().map(Field::of).toList());

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                Route.get("/api/v1/fields", List.of(), FieldsApi::fields),
                Route.get("/api/v1/filter", List.of(QueryParameters.EXPRESSION), FieldsApi::filter));
    }

    /** Responds with an expression as the parameters of other requests, so that each of its filters can be shown and removed alone. */
    private static HttpResponse filter(Call call) {
        FilterExpression expression = call.parameters()
                .optional(QueryParameters.EXPRESSION, FilterExpression.all(List.of()), FilterExpression::parse);
        TraceQuery query = TraceQuery.builder(call.tenant()).where(expression).build();
        return Call.json(new ReadFilter(query.filterParameters(), SearchedWords.of(expression)));
    }

    /** An expression in the response. */
    record ReadFilter(Map<String, String> parameters, Set<String> words) {}

    private static HttpResponse fields(Call call) {
        call.parameters();
        return Call.json(FIELDS);
    }

    /** A field in the response; openapi.json explains the members. */
    record Field(
            String name,
            String label,
            List<String> shortNames,
            String description,
            String type,
            String unit,
            List<String> values,
            List<String> filters,
            boolean property,
            boolean multiValued,
            boolean suggested,
            boolean listed,
            boolean searched) {

        static Field of(SpanField<?> field) {
            return new Field(
                    field.name(),
                    field.label(),
                    field.shortNames(),
                    field.description(),
                    field.type().name(),
                    field.type().unit().name().toLowerCase(Locale.ROOT),
                    field.type().allowed(),
                    filtersBy(field),
                    field.isProperty(),
                    field.isMultiValued(),
                    field.isSuggested(),
                    field.isListed(),
                    field.isSearched());
        }

        private static List<String> filtersBy(SpanField<?> field) {
            Stream<QueryFilter<?>> byValue =
                    QueryFilter.all().stream().filter(filter -> filter.field().equals(field));
            Stream<QueryFilter<?>> byPresence =
                    field.isFilteredByPresence() ? Stream.of(QueryFilter.present(field)) : Stream.empty();
            return Stream.concat(byValue, byPresence).map(QueryFilter::name).toList();
        }
    }
}
