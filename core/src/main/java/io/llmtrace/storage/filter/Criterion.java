package io.llmtrace.storage.filter;

import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A filter of a query with its value, such as {@code min_cost_usd} with 0.1.
 *
 * @param <T> the type of the value
 * @param filter the filter, which says how the value is compared
 * @param value the value to compare with
 */
public record Criterion<T>(QueryFilter<T> filter, T value) implements FilterExpression {

    /** Requires both, and takes the value in its canonical form. */
    public Criterion {
        Objects.requireNonNull(filter, "filter");
        value = filter.normalize(Objects.requireNonNull(value, "value"));
    }

    /** Returns the value in its text form, as in a request. */
    public String valueText() {
        return filter.type().format(value);
    }

    /** Returns the distinct terms of a text to search for; empty if the filter is another. */
    public Set<SearchTerm> terms() {
        return filter.comparison() == QueryFilter.Comparison.WORDS ? SearchTerm.of(valueText()) : Set.of();
    }

    /** Returns the distinct phrases of a text to search for; empty if the filter is another. */
    public Set<SearchPhrase> phrases() {
        return filter.comparison() == QueryFilter.Comparison.WORDS ? SearchPhrase.of(valueText()) : Set.of();
    }

    /** Returns the ranges of ids that pass; empty unless the filter is for the beginnings of ids. */
    public List<IdPrefix.Range> idRanges() {
        SpanField<?> field = filter.field();
        return filter.comparison() == QueryFilter.Comparison.MATCHES
                        && field.type().isId()
                ? IdPrefix.ofPattern(valueText(), field).ranges(field)
                : List.of();
    }

    @Override
    public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
        return filter.passes(span, value);
    }

    @Override
    public boolean asksForOtherSpans() {
        return false;
    }

    @Override
    public boolean isAboutFinding() {
        return filter.field().equals(SpanField.FINDING_TYPE) || filter.field().equals(SpanField.FINDING_SEVERITY);
    }

    @Override
    public boolean passes(SecurityFinding finding) {
        if (!isAboutFinding()) {
            throw new IllegalStateException("not about findings: " + this);
        }
        String text = filter.field().equals(SpanField.FINDING_TYPE)
                ? finding.findingType()
                : finding.severity().text();
        return filter.comparison() == QueryFilter.Comparison.MATCHES
                ? Wildcards.of(valueText()).matches(text)
                : valueText().equals(text);
    }

    @Override
    public String text() {
        return FilterFormat.format(this);
    }

    @Override
    public void check() {
        filter.check(value);
    }

    @Override
    public List<Criterion<?>> criteria() {
        return List.of(this);
    }

    @Override
    public List<AttributeCriterion> attributes() {
        return List.of();
    }

    @Override
    public String toString() {
        return text();
    }
}
