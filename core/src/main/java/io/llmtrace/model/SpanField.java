package io.llmtrace.model;

import static io.llmtrace.model.SpanField.Trait.COMPARED;
import static io.llmtrace.model.SpanField.Trait.EQUALITY;
import static io.llmtrace.model.SpanField.Trait.LISTED;
import static io.llmtrace.model.SpanField.Trait.PRESENCE;
import static io.llmtrace.model.SpanField.Trait.RANGE;
import static io.llmtrace.model.SpanField.Trait.REQUIRED;
import static io.llmtrace.model.SpanField.Trait.SEARCHED;
import static io.llmtrace.model.SpanField.Trait.SUGGESTED;
import static io.llmtrace.model.SpanField.Trait.SUMMARIZED;
import static io.llmtrace.model.SpanField.Trait.WORDS;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A field of a span. The constants are the only list of fields: filters, columns of stores, request parameters, command-line
 * options and the explorer's filters are derived from it.
 *
 * <p>A <i>property</i> is stored with a span and is part of its JSON, such as {@code model_name}. A <i>derived field</i> is
 * computed from properties, such as {@code status} or {@code finding_type}; a span can have several values of it. In addition,
 * each key of a tag is a derived field, such as {@code tag.env}.
 *
 * <p>To add a property, declare it here, add an accessor and a builder method to {@link TraceSpan}, and a column to each store.
 *
 * @param <T> the type of one value
 */
public final class SpanField<T> {

    /** A use of a field. */
    enum Trait {
        /** Every span has a value. */
        REQUIRED,
        /** A filter selects spans by one value. */
        EQUALITY,
        /** A filter selects spans whose value lies between two bounds. */
        RANGE,
        /** An expression compares the value, beyond what filters with a name of their own do. */
        COMPARED,
        /** A filter selects spans that have, or lack, a value. */
        PRESENCE,
        /** A filter selects spans that contain all words of a text. */
        WORDS,
        /** The text search reads the value. */
        SEARCHED,
        /** Lists of spans carry the value. */
        LISTED,
        /** The summary of a trace is computed from the value. */
        SUMMARIZED,
        /** A store can list the values, as suggestions for a filter. */
        SUGGESTED
    }

    private static final List<SpanField<?>> ALL = new ArrayList<>();

    public static final SpanField<UUID> TRACE_ID = property(
            "trace_id",
            FieldType.TRACE_ID,
            TraceSpan::traceId,
            TraceSpan.Builder::traceId,
            described("Trace ID", "Trace, as a UUID or 32 hex digits.", "trace"),
            REQUIRED,
            EQUALITY,
            LISTED);

    public static final SpanField<UUID> SPAN_ID = property(
            "span_id",
            FieldType.SPAN_ID,
            TraceSpan::spanId,
            TraceSpan.Builder::spanId,
            described("Span ID", "ID within the trace: 16 hex digits, or a UUID.", "span"),
            REQUIRED,
            COMPARED,
            LISTED,
            SUMMARIZED);

    public static final SpanField<UUID> PARENT_SPAN_ID = property(
            "parent_span_id",
            FieldType.SPAN_ID,
            TraceSpan::parentSpanId,
            TraceSpan.Builder::parentSpanId,
            described("Parent span ID", "The span that this one is part of; empty for the root of a trace.", "parent"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<String> TRACE_NAME = property(
            "trace_name",
            FieldType.TEXT,
            TraceSpan::traceName,
            TraceSpan.Builder::traceName,
            described("Trace name", "Name that the application gave the trace.", "trace-name"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<UUID> TENANT_ID = property(
            "tenant_id",
            FieldType.TRACE_ID,
            TraceSpan::tenantId,
            TraceSpan.Builder::tenantId,
            described("Tenant", "Tenant that owns the span; may be left out in a request.", "tenant"),
            REQUIRED);

    public static final SpanField<String> OPERATION_NAME = property(
            "operation_name",
            FieldType.TEXT,
            TraceSpan::operationName,
            TraceSpan.Builder::operationName,
            described("Operation", "Name of the span, such as 'chat gpt-4o'.", "operation", "name"),
            REQUIRED,
            EQUALITY,
            SEARCHED,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<SpanKind> KIND = property(
            "kind",
            FieldType.KIND,
            TraceSpan::kind,
            TraceSpan.Builder::kind,
            described("Kind", "Kind of the span.", "kind"),
            EQUALITY,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<Instant> START_TIME = property(
            "start_time",
            FieldType.TIME,
            TraceSpan::startTime,
            TraceSpan.Builder::startTime,
            described("Start", "When the span started.", "start"),
            REQUIRED,
            RANGE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<Instant> END_TIME = property(
            "end_time",
            FieldType.TIME,
            TraceSpan::endTime,
            TraceSpan.Builder::endTime,
            described("End", "When the span ended.", "end"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<Long> DURATION_MS = property(
            "duration_ms",
            FieldType.DURATION_MS,
            TraceSpan::durationMs,
            TraceSpan.Builder::durationMs,
            described("Duration", "From start to end.", "duration"),
            RANGE,
            PRESENCE,
            LISTED);

    public static final SpanField<LlmProvider> PROVIDER = property(
            "provider",
            FieldType.PROVIDER,
            TraceSpan::provider,
            TraceSpan.Builder::provider,
            described("Provider", "Provider of the model, such as OpenAI or Anthropic.", "provider"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<String> MODEL_NAME = property(
            "model_name",
            FieldType.TEXT,
            TraceSpan::modelName,
            TraceSpan.Builder::modelName,
            described("Model", "Model, such as gpt-4o.", "model"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<String> PROMPT = property(
            "prompt",
            FieldType.TEXT,
            TraceSpan::prompt,
            TraceSpan.Builder::prompt,
            described("Prompt", "Input: text, or JSON such as an array of chat messages.", "prompt"),
            SEARCHED);

    public static final SpanField<String> RESPONSE = property(
            "response",
            FieldType.TEXT,
            TraceSpan::response,
            TraceSpan.Builder::response,
            described("Response", "Output, in the form of the prompt.", "response"),
            SEARCHED);

    public static final SpanField<Long> PROMPT_TOKENS = property(
            "prompt_tokens",
            FieldType.COUNT,
            TraceSpan::promptTokens,
            TraceSpan.Builder::promptTokens,
            described("Prompt tokens", "Tokens of the input, as the provider counts them.", "prompt-tokens"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<Long> COMPLETION_TOKENS = property(
            "completion_tokens",
            FieldType.COUNT,
            TraceSpan::completionTokens,
            TraceSpan.Builder::completionTokens,
            described("Completion tokens", "Tokens of the output, as the provider counts them.", "completion-tokens"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<Long> TOTAL_TOKENS = property(
            "total_tokens",
            FieldType.COUNT,
            TraceSpan::totalTokens,
            TraceSpan.Builder::totalTokens,
            described("Total tokens", "Tokens of input and output.", "tokens"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<Long> CACHE_READ_TOKENS = property(
            "cache_read_tokens",
            FieldType.COUNT,
            TraceSpan::cacheReadTokens,
            TraceSpan.Builder::cacheReadTokens,
            described("Cache read tokens", "Input tokens read from the provider's cache.", "cache-read-tokens"),
            COMPARED,
            PRESENCE,
            LISTED);

    public static final SpanField<Long> CACHE_WRITE_TOKENS = property(
            "cache_write_tokens",
            FieldType.COUNT,
            TraceSpan::cacheWriteTokens,
            TraceSpan.Builder::cacheWriteTokens,
            described("Cache write tokens", "Input tokens written to the provider's cache.", "cache-write-tokens"),
            COMPARED,
            PRESENCE);

    public static final SpanField<Long> REASONING_TOKENS = property(
            "reasoning_tokens",
            FieldType.COUNT,
            TraceSpan::reasoningTokens,
            TraceSpan.Builder::reasoningTokens,
            described("Reasoning tokens", "Output tokens that the model spent on reasoning.", "reasoning-tokens"),
            COMPARED,
            PRESENCE,
            LISTED);

    public static final SpanField<Long> TIME_TO_FIRST_TOKEN_MS = property(
            "time_to_first_token_ms",
            FieldType.DURATION_MS,
            TraceSpan::timeToFirstTokenMs,
            TraceSpan.Builder::timeToFirstTokenMs,
            described("Time to first token", "From start to the first token of the response.", "time-to-first-token"),
            COMPARED,
            PRESENCE,
            LISTED);

    public static final SpanField<Integer> STATUS_CODE = property(
            "status_code",
            FieldType.STATUS_CODE,
            TraceSpan::statusCode,
            TraceSpan.Builder::statusCode,
            described("Status code", "HTTP status of the call; 400 and above is an error.", "status-code"),
            COMPARED,
            PRESENCE,
            LISTED);

    public static final SpanField<String> ERROR_MESSAGE = property(
            "error_message",
            FieldType.TEXT,
            TraceSpan::errorMessage,
            TraceSpan.Builder::errorMessage,
            described("Error", "Present, even if empty, on a call that failed.", "error"),
            PRESENCE,
            SEARCHED);

    public static final SpanField<SpanLevel> LEVEL = property(
            "level",
            FieldType.LEVEL,
            TraceSpan::level,
            TraceSpan.Builder::level,
            described("Level", "How much attention the span asks for.", "level"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<String> LEVEL_MESSAGE = property(
            "level_message",
            FieldType.TEXT,
            TraceSpan::levelMessage,
            TraceSpan.Builder::levelMessage,
            described("Level message", "Message that explains the level.", "level-message"),
            PRESENCE);

    public static final SpanField<Map<String, @Nullable Object>> REQUEST_SETTINGS = property(
            "request_settings",
            FieldType.JSON_OBJECT,
            TraceSpan::requestSettings,
            TraceSpan.Builder::requestSettings,
            described(
                    "Settings",
                    "Settings of the request, such as temperature and max_tokens, by one name whatever the source calls them.",
                    "settings"),
            PRESENCE);

    public static final SpanField<String> FINISH_REASON = property(
            "finish_reason",
            FieldType.TEXT,
            TraceSpan::finishReason,
            TraceSpan.Builder::finishReason,
            described("Finish reason", "Why the model stopped, such as stop or length.", "finish-reason"),
            COMPARED,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<String> PROMPT_NAME = property(
            "prompt_name",
            FieldType.TEXT,
            TraceSpan::promptName,
            TraceSpan.Builder::promptName,
            described("Prompt name", "Name of the prompt template in a prompt registry.", "prompt-name"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<String> PROMPT_VERSION = property(
            "prompt_version",
            FieldType.TEXT,
            TraceSpan::promptVersion,
            TraceSpan.Builder::promptVersion,
            described("Prompt version", "Version of the prompt template in a prompt registry.", "prompt-version"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<Double> ESTIMATED_COST_USD = property(
            "estimated_cost_usd",
            FieldType.COST_USD,
            TraceSpan::estimatedCostUsd,
            TraceSpan.Builder::estimatedCostUsd,
            described("Cost", "Cost in US dollars.", "cost"),
            RANGE,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<String> SESSION_ID = property(
            "session_id",
            FieldType.TEXT,
            TraceSpan::sessionId,
            TraceSpan.Builder::sessionId,
            described("Session", "Session, such as a conversation.", "session"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<String> USER_ID = property(
            "user_id",
            FieldType.TEXT,
            TraceSpan::userId,
            TraceSpan.Builder::userId,
            described("User", "User of the application.", "user"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<String> AGENT_NAME = property(
            "agent_name",
            FieldType.TEXT,
            TraceSpan::agentName,
            TraceSpan.Builder::agentName,
            described("Agent", "Name of the agent that the span is part of.", "agent"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<String> SERVICE_NAME = property(
            "service_name",
            FieldType.TEXT,
            TraceSpan::serviceName,
            TraceSpan.Builder::serviceName,
            described("Service", "Service that sent the span.", "service"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUMMARIZED,
            SUGGESTED);

    public static final SpanField<String> ENVIRONMENT = property(
            "environment",
            FieldType.TEXT,
            TraceSpan::environment,
            TraceSpan.Builder::environment,
            described("Environment", "Environment that sent the span, such as production.", "environment"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<String> RELEASE = property(
            "release",
            FieldType.TEXT,
            TraceSpan::release,
            TraceSpan.Builder::release,
            described("Release", "Version of the application that sent the span.", "release"),
            EQUALITY,
            PRESENCE,
            LISTED,
            SUGGESTED);

    public static final SpanField<Integer> SECURITY_SCORE = property(
            "security_score",
            FieldType.SCORE,
            TraceSpan::securityScore,
            TraceSpan.Builder::securityScore,
            described("Security score", "Security score, 0 to 100.", "score"),
            RANGE,
            PRESENCE,
            LISTED,
            SUMMARIZED);

    public static final SpanField<List<SecurityFinding>> SECURITY_FINDINGS = property(
            "security_findings",
            FieldType.FINDINGS,
            TraceSpan::securityFindings,
            TraceSpan.Builder::securityFindings,
            described("Findings", "Results of security checks.", "findings"),
            PRESENCE,
            SEARCHED);

    public static final SpanField<Map<String, String>> TAGS = property(
            "tags",
            FieldType.TAGS,
            TraceSpan::tags,
            TraceSpan.Builder::tags,
            described("Tags", "Labels with their values.", "tags"),
            PRESENCE);

    public static final SpanField<List<SpanEvent>> EVENTS = property(
            "events",
            FieldType.EVENTS,
            TraceSpan::events,
            TraceSpan.Builder::events,
            described("Events", "Events during the span.", "events"),
            SEARCHED);

    public static final SpanField<List<AgentAction>> AGENT_ACTIONS = property(
            "agent_actions",
            FieldType.ACTIONS,
            TraceSpan::agentActions,
            TraceSpan.Builder::agentActions,
            described("Actions", "Actions that an agent executed or requested.", "actions"),
            PRESENCE,
            SEARCHED);

    public static final SpanField<Map<String, @Nullable Object>> ATTRIBUTES = property(
            "attributes",
            FieldType.ATTRIBUTES,
            TraceSpan::attributes,
            TraceSpan.Builder::attributes,
            described("Attributes", "Everything else that the source reported, as typed JSON.", "attributes"),
            SEARCHED);

    /** The outcome, derived from the error message and the status code. */
    public static final SpanField<SpanStatus> STATUS = derived(
            "status",
            FieldType.STATUS,
            TraceSpan::status,
            described("Status", "Whether the call succeeded.", "status"),
            EQUALITY,
            SUGGESTED);

    /** The types of the security findings; a span has one value for each type. */
    public static final SpanField<String> FINDING_TYPE = multiValued(
            "finding_type",
            FieldType.TEXT,
            span -> span.securityFindings().stream()
                    .map(SecurityFinding::findingType)
                    .toList(),
            described("Finding", "Type of a security finding, such as prompt_injection.", "finding"),
            EQUALITY,
            SUGGESTED);

    /** The severities of the security findings; a span has one value for each severity. */
    public static final SpanField<Severity> FINDING_SEVERITY = multiValued(
            "finding_severity",
            FieldType.SEVERITY,
            span -> span.securityFindings().stream()
                    .map(SecurityFinding::severity)
                    .toList(),
            described("Severity", "Severity of a security finding; with a type, one finding has both.", "severity"),
            EQUALITY,
            SUGGESTED);

    /**
     * The names of the agent actions, such as tools, whether executed or only requested; a span has one value for each name.
     */
    public static final SpanField<String> ACTION_NAME = multiValued(
            "action_name",
            FieldType.TEXT,
            span -> span.agentActions().stream().map(AgentAction::name).toList(),
            described("Action", "Agent action, such as the name of a tool that was called.", "action", "tool"),
            EQUALITY,
            SUGGESTED);

    /** The keys of the tags. For the values of one key, see {@link #tag(String)}. */
    public static final SpanField<String> TAG = multiValued(
            "tag", FieldType.TEXT, span -> span.tags().keySet(), described("Tag", "Key of a tag.", "tag"), SUGGESTED);

    /** The words by which the text search finds a span, see {@link SearchText}. */
    public static final SpanField<String> TEXT = multiValued(
            "text",
            FieldType.TEXT,
            SearchText::wordsOf,
            described(
                    "Text",
                    "Words that must all be in the name, the messages, the instructions, the error, an action or a finding; refun* finds words that begin so, \"late refund\" these words one after the other.",
                    "text"),
            WORDS);

    private static final String TAG_PREFIX = "tag.";

    private static final List<SpanField<?>> PROPERTIES =
            ALL.stream().filter(SpanField::isProperty).toList();

    private final String name;
    private final FieldType<T> type;
    private final Description description;
    private final Set<Trait> traits;

    /** Null for a multi-valued field. */
    private final @Nullable Function<TraceSpan, @Nullable T> getter;

    /** Null for a field with a single value. */
    private final @Nullable Function<TraceSpan, Collection<T>> valuesGetter;

    private final @Nullable BiConsumer<TraceSpan.Builder, @Nullable T> setter;
    private final @Nullable String tagKey;

    private record Description(String label, String text, List<String> shortNames) {}

    private SpanField(
            String name,
            FieldType<T> type,
            @Nullable Function<TraceSpan, @Nullable T> getter,
            @Nullable Function<TraceSpan, Collection<T>> valuesGetter,
            @Nullable BiConsumer<TraceSpan.Builder, @Nullable T> setter,
            Description description,
            Set<Trait> traits,
            @Nullable String tagKey) {
        this.name = name;
        this.type = type;
        this.getter = getter;
        this.valuesGetter = valuesGetter;
        this.setter = setter;
        this.description = description;
        this.traits = traits;
        this.tagKey = tagKey;
    }

    private static Description described(String label, String text, String... shortNames) {
        return new Description(label, text, List.of(shortNames));
    }

    private static <T> SpanField<T> property(
            String name,
            FieldType<T> type,
            Function<TraceSpan, @Nullable T> getter,
            BiConsumer<TraceSpan.Builder, @Nullable T> setter,
            Description description,
            Trait... traits) {
        SpanField<T> field = new SpanField<>(name, type, getter, null, setter, description, setOf(traits), null);
        ALL.add(field);
        return field;
    }

    private static <T> SpanField<T> derived(
            String name,
            FieldType<T> type,
            Function<TraceSpan, @Nullable T> getter,
            Description description,
            Trait... traits) {
        SpanField<T> field = new SpanField<>(name, type, getter, null, null, description, setOf(traits), null);
        ALL.add(field);
        return field;
    }

    private static <T> SpanField<T> multiValued(
            String name,
            FieldType<T> type,
            Function<TraceSpan, Collection<T>> values,
            Description description,
            Trait... traits) {
        SpanField<T> field = new SpanField<>(name, type, null, values, null, description, setOf(traits), null);
        ALL.add(field);
        return field;
    }

    private static Set<Trait> setOf(Trait... traits) {
        Set<Trait> set = EnumSet.noneOf(Trait.class);
        set.addAll(Arrays.asList(traits));
        return set;
    }

    /** Returns all declared fields: properties in the order of the JSON members, then derived fields. */
    public static List<SpanField<?>> all() {
        return List.copyOf(ALL);
    }

    /** Returns the properties, in the order of the JSON members of a span. */
    public static List<SpanField<?>> properties() {
        return PROPERTIES;
    }

    /** Returns the derived field {@code tag.KEY}, whose value is that of one tag. */
    public static SpanField<String> tag(String key) {
        Objects.requireNonNull(key, "key");
        return new SpanField<>(
                TAG_PREFIX + key,
                FieldType.TEXT,
                span -> span.tags().get(key),
                null,
                null,
                described(key, "Value of the tag " + key + ".", TAG_PREFIX + key),
                setOf(EQUALITY, PRESENCE, SUGGESTED),
                key);
    }

    /** Returns the declared field with a name, or the field of a tag for {@code tag.KEY}; empty if there is none. */
    public static Optional<SpanField<?>> named(String name) {
        if (name.startsWith(TAG_PREFIX) && name.length() > TAG_PREFIX.length()) {
            return Optional.of(tag(name.substring(TAG_PREFIX.length())));
        }
        return ALL.stream().filter(field -> field.name.equals(name)).findFirst();
    }

    /**
     * Returns the field with a name whose values a store can list.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names of those fields
     */
    public static SpanField<?> suggestedNamed(String name) {
        return named(name)
                .filter(SpanField::isSuggested)
                .orElseThrow(() -> new IllegalArgumentException("not a field ["
                        + ALL.stream()
                                .filter(SpanField::isSuggested)
                                .map(SpanField::name)
                                .collect(Collectors.joining(", "))
                        + ", tag.{key}]: '" + name + "'"));
    }

    /** Returns the name in JSON and in requests, such as {@code model_name} or {@code tag.env}. */
    public String name() {
        return name;
    }

    /** Returns the type of the values. */
    public FieldType<T> type() {
        return type;
    }

    /** Returns the label that people read, such as {@code Model}. */
    public String label() {
        return description.label;
    }

    /** Returns the names that people type, such as {@code model}; the first is the one to show. */
    public List<String> shortNames() {
        return description.shortNames;
    }

    /** Returns the meaning of the field, in one sentence for people. */
    public String description() {
        return description.text;
    }

    /** Returns the key of the tag whose value this field is; null for any other field. */
    public @Nullable String tagKey() {
        return tagKey;
    }

    /** Returns whether the field is stored with a span and is part of its JSON, rather than derived. */
    public boolean isProperty() {
        return setter != null;
    }

    /** Returns whether every span has a value. */
    public boolean isRequired() {
        return traits.contains(REQUIRED);
    }

    /** Returns whether a filter selects spans by one value. */
    public boolean isFilteredByEquality() {
        return traits.contains(EQUALITY);
    }

    /** Returns whether a filter selects spans whose value lies between two bounds. */
    public boolean isFilteredByRange() {
        return traits.contains(RANGE);
    }

    /** Returns whether an expression can compare the value with another. */
    public boolean isComparable() {
        return traits.contains(COMPARED) || traits.contains(EQUALITY) || traits.contains(RANGE);
    }

    /** Returns whether an expression can ask for greater and lesser values. */
    public boolean isOrdered() {
        return isComparable() && type.isOrdered();
    }

    /** Returns whether a filter selects spans that have, or lack, a value. */
    public boolean isFilteredByPresence() {
        return traits.contains(PRESENCE);
    }

    /** Returns whether a filter selects spans that contain all words of a text. */
    public boolean isFilteredByWords() {
        return traits.contains(WORDS);
    }

    /** Returns whether the text search reads the value. */
    public boolean isSearched() {
        return traits.contains(SEARCHED);
    }

    /** Returns whether lists of spans carry the value. */
    public boolean isListed() {
        return traits.contains(LISTED);
    }

    /** Returns whether the summary of a trace is computed from the value. */
    public boolean isSummarized() {
        return traits.contains(SUMMARIZED);
    }

    /** Returns whether a store can list the values, as suggestions for a filter. */
    public boolean isSuggested() {
        return traits.contains(SUGGESTED);
    }

    /** Returns whether a span can have several values. */
    public boolean isMultiValued() {
        return valuesGetter != null;
    }

    /**
     * Returns the value of a span, or null if it has none.
     *
     * @throws IllegalStateException if the field is multi-valued
     */
    public @Nullable T valueOf(TraceSpan span) {
        if (getter == null) {
            throw new IllegalStateException(name + " has several values");
        }
        return getter.apply(span);
    }

    private Collection<T> valuesOf(TraceSpan span) {
        if (valuesGetter != null) {
            return valuesGetter.apply(span);
        }
        T value = valueOf(span);
        return value == null ? List.of() : List.of(value);
    }

    /** Returns whether the span has the value, alone or among several. */
    public boolean hasValue(TraceSpan span, T value) {
        return valuesOf(span).contains(value);
    }

    /** Returns whether the span has a value. An empty text is a value; an empty list or object is none. */
    public boolean isPresent(TraceSpan span) {
        return valuesOf(span).stream().anyMatch(value -> !isEmptyStructure(value));
    }

    private static boolean isEmptyStructure(Object value) {
        return value instanceof Collection<?> list ? list.isEmpty() : value instanceof Map<?, ?> map && map.isEmpty();
    }

    /** Returns the texts of the values of a span, possibly none. They define what stores list and group by. */
    public Set<String> textsOf(TraceSpan span) {
        return valuesOf(span).stream().map(type::format).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Returns the text of the value of a span, or null if it has none.
     *
     * @throws IllegalStateException if the field is multi-valued
     */
    public @Nullable String textOf(TraceSpan span) {
        T value = valueOf(span);
        return value == null ? null : type.format(value);
    }

    /** Returns the texts that the text search reads from a span; none if the field is not {@link #isSearched() searched}. */
    public Stream<String> searchedTextsOf(TraceSpan span) {
        return traits.contains(SEARCHED) ? valuesOf(span).stream().flatMap(type::searchedTexts) : Stream.empty();
    }

    /**
     * Sets the value of a span that is being built.
     *
     * @param value null for none; the builder refuses null if the field is required
     * @throws IllegalStateException if the field is not a property
     */
    public void set(TraceSpan.Builder span, @Nullable T value) {
        if (setter == null) {
            throw new IllegalStateException(name + " is not a property of a span");
        }
        setter.accept(span, value);
    }

    /**
     * Checks the value of a span.
     *
     * @throws IllegalArgumentException if the value is out of range; the message begins with the name of the field
     * @throws IllegalStateException if the field is multi-valued
     */
    void check(TraceSpan span) {
        T value = valueOf(span);
        if (value != null) {
            type.check(value, name);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpanField<?> field && name.equals(field.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
