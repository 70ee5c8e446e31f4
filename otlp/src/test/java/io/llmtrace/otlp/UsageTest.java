package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.llmtrace.model.TraceSpan;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens as SDKs report them, each bucket once. */
class UsageTest {

    /** Usage objects, and the tokens in them: input, output, read from and written to a cache, reasoning; then the rule. */
    static Stream<Arguments> objects() {
        return Stream.of(
                arguments(
                        "{'input': 120, 'input_cached_tokens': 1800, 'output': 60, 'output_reasoning_tokens': 20}",
                        "1920 80 1800 - 20 cache_apart:buckets,reasoning_apart"),
                arguments(
                        "{'prompt_tokens': 1920, 'completion_tokens': 80, 'total_tokens': 2000,"
                                + " 'prompt_tokens_details': {'cached_tokens': 1800, 'audio_tokens': 0},"
                                + " 'completion_tokens_details': {'reasoning_tokens': 20, 'accepted_prediction_tokens': 7}}",
                        "1920 80 1800 - 20 cache_included,copies"),
                arguments(
                        "{'input_tokens': 1920, 'output_tokens': 80, 'total_tokens': 2000,"
                                + " 'input_tokens_details': {'cached_tokens': 1800}, 'output_tokens_details': {'reasoning_tokens': 20}}",
                        "1920 80 1800 - 20 cache_included"),
                // Anthropic counts the cache beside the input, and writes once more by their lifetime.
                arguments(
                        "{'input_tokens': 5, 'output_tokens': 10, 'cache_read_input_tokens': 3, 'cache_creation_input_tokens': 2,"
                                + " 'cache_creation': {'ephemeral_5m_input_tokens': 1, 'ephemeral_1h_input_tokens': 1},"
                                + " 'server_tool_use': {'web_search_requests': 4}, 'service_tier': 'standard'}",
                        "10 10 3 2 - cache_apart:buckets"),
                arguments(
                        "{'inputTokens': 5, 'outputTokens': 10, 'totalTokens': 27, 'cacheReadInputTokens': 8,"
                                + " 'cacheWriteInputTokens': 4}",
                        "17 10 8 4 - cache_apart:buckets"),
                // Bedrock's writes once more by their lifetime
                arguments(
                        "{'inputTokens': 5, 'outputTokens': 10, 'totalTokens': 27, 'cacheReadInputTokens': 8,"
                                + " 'cacheWriteInputTokens': 4, 'cacheDetails': [{'ttl': '5m', 'inputTokens': 1},"
                                + " {'ttl': '1h', 'inputTokens': 3}]}",
                        "17 10 8 4 - cache_apart:buckets"),
                arguments(
                        "{'input_tokens': 5, 'output_tokens': 10, 'total_tokens': 19, 'cache_details': [{'ttl': '1h',"
                                + " 'input_tokens': 4}]}",
                        "9 10 - 4 - cache_apart:buckets"),
                arguments(
                        "{'inputTokens': 100, 'outputTokens': 10, 'totalTokens': 110, 'cachedInputTokens': 60}",
                        "100 10 60 - - cache_included"),
                // LangChain counts the cache in the input.
                arguments(
                        "{'input_tokens': 100, 'output_tokens': 10, 'total_tokens': 110,"
                                + " 'input_token_details': {'cache_read': 60, 'cache_creation': 20}, 'output_token_details':"
                                + " {'reasoning': 4}}",
                        "100 10 60 20 4 cache_included"),
                arguments(
                        "{'input': 20, 'output': 10, 'total': 110, 'input_cache_read': 60, 'input_ephemeral_5m_input_tokens': 15,"
                                + " 'input_ephemeral_1h_input_tokens': 5, 'input_cache_creation': 0}",
                        "100 10 60 20 - cache_apart:buckets"),
                arguments(
                        "{'input': 10, 'input_cache_creation_5m': 100, 'input_cache_creation_1h': 50, 'output': 5}",
                        "160 5 - 150 - cache_apart:buckets"),
                arguments(
                        "{'input': 10, 'output': 5, 'cache_creation_5m': 100, 'cache_creation_1h': 50}",
                        "160 5 - 150 - cache_apart:buckets"),
                // The priority tier repeats the input without the cache, and the cache.
                arguments(
                        "{'input': 1200, 'output': 80, 'total': 1280, 'input_audio': 0, 'input_priority_cache_read': 200,"
                                + " 'input_priority': 1000, 'output_audio': 0, 'output_priority_reasoning': 30,"
                                + " 'output_priority': 50}",
                        "1200 80 200 - 30 cache_included,copies"),
                arguments(
                        "{'input': 1200, 'output': 80, 'input_flex_cache_read': 200, 'input_flex': 1000,"
                                + " 'output_flex_reasoning': 30, 'output_flex': 50}",
                        "1200 80 200 - 30 cache_included,copies"),
                arguments(
                        "{'input': 0, 'output': 0, 'total': 1280, 'input_priority_cache_read': 200, 'input_priority': 1000,"
                                + " 'output_priority_reasoning': 30, 'output_priority': 50}",
                        "1200 80 200 - 30 cache_apart:buckets,reasoning_apart"),
                // Modalities, in which the cache may be or not.
                arguments(
                        "{'cached_content_token_count': 800, 'input': 0, 'output': 0, 'total': 1050, 'input_modality_TEXT': 200,"
                                + " 'output_modality_TEXT': 50, 'cached_modality_TEXT': 800}",
                        "1000 50 800 - - cache_apart:buckets"),
                arguments(
                        "{'input': 0, 'output': 80, 'total': 1280, 'input_text_tokens': 1200, 'input_cached_tokens': 200}",
                        "1200 80 200 - - cache_included"),
                arguments("{'input': 100, 'output': 10, 'input_audio': 900}", "1000 10 - - - null"),
                arguments(
                        "{'cache_creation_input_tokens': 0, 'cache_read_input_tokens': 200, 'total': 1280, 'input': 0, 'output': 80,"
                                + " 'input_cached_tokens': 200, 'input_text_tokens': 1000}",
                        "1200 80 200 0 - cache_apart:buckets"),
                arguments(
                        "{'input': 17903, 'output': 100, 'total': 18003, 'input_cached_tokens': 17817}",
                        "17903 100 17817 - - cache_included"),
                // Gemini counts thoughts beside the candidates, and lists modalities.
                arguments(
                        "{'prompt_token_count': 1000, 'candidates_token_count': 50, 'thoughts_token_count': 30,"
                                + " 'cached_content_token_count': 800, 'total_token_count': 1080,"
                                + " 'prompt_tokens_details': [{'modality': 'TEXT', 'token_count': 1000}]}",
                        "1000 80 800 - 30 cache_included,reasoning_apart,copies"),
                arguments(
                        "{'promptTokenCount': 10, 'candidatesTokenCount': 5, 'toolUsePromptTokenCount': 7, 'totalTokenCount': 22}",
                        "17 5 - - - null"),
                arguments(
                        "{'prompt_tokens': 100, 'completion_tokens': 10, 'prompt_cache_hit_tokens': 64,"
                                + " 'prompt_cache_miss_tokens': 36}",
                        "100 10 64 - - cache_included"),
                // Numbers that count something else.
                arguments(
                        "{'input': 10, 'output': 5, 'inputCharacters': 44, 'inputImages': 2, 'tokens_per_second': 9.5,"
                                + " 'input_cost': 3}",
                        "10 5 - - - null"),
                arguments("{'input': 10, 'output': 5, 'total': 99}", "10 5 - - - total_differs"),
                arguments(
                        "{'input_tokens': 5, 'output_tokens': 10, 'total_tokens': 15, 'cache_read_input_tokens': 1000}",
                        "1005 10 1000 - - cache_apart:buckets,total_differs"),
                arguments("{'total': 15}", "- - - - - null"));
    }

    @ParameterizedTest
    @MethodSource("objects")
    void map_usageObject_countsEachBucketOnce(String usage, String expected) {
        assertThat(tokens(langfuse(usage.replace('\'', '"')))).isEqualTo(expected);
        assertThat(tokens(langfuse(usage))).describedAs("as Python writes it").isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Sentry
                "gen_ai.usage.input_tokens.cached=700 gen_ai.usage.input_tokens.cache_write=200"
                        + " gen_ai.usage.output_tokens.reasoning=40 | 700 200 40",
                // LangSmith
                "gen_ai.usage.input_token_details={'cache_read':700,'cache_creation':200}"
                        + " gen_ai.usage.output_token_details={'reasoning':40} | 700 200 40",
                "gen_ai.usage.input_token_details={\"cache_read\":700,\"ephemeral_1h_input_tokens\":200} | 700 200 -",
                // pydantic-ai
                "gen_ai.usage.details.cache_read_tokens=700 gen_ai.usage.details.cache_write_tokens=200"
                        + " gen_ai.usage.details.reasoning_tokens=40 | 700 200 40",
                "gen_ai.usage.details.cache_read_input_tokens=700 gen_ai.usage.details.cache_creation_input_tokens=200"
                        + " gen_ai.usage.details.thoughts_tokens=40 | 700 200 40",
                // flattened objects
                "gen_ai.usage.prompt_tokens_details.cached_tokens=700"
                        + " gen_ai.usage.completion_tokens_details.reasoning_tokens=40 | 700 - 40",
                "gen_ai.usage.input_tokens_details.cached_tokens=700"
                        + " gen_ai.usage.output_tokens_details.reasoning_tokens=40 | 700 - 40",
                "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens=150"
                        + " gen_ai.usage.cache_creation.ephemeral_1h_input_tokens=50 | - 200 -",
                // LiveKit
                "gen_ai.usage.input_cached_tokens=700 gen_ai.usage.input_text_tokens=1000 gen_ai.usage.reasoning_tokens=40 | 700 - 40",
                // OpenInference
                "llm.token_count.prompt_details.cache_input=700 llm.token_count.completion_details.reasoning=40 | 700 - 40",
                // the AI SDK's metadata of providers
                "ai.response.providerMetadata={\"openai\":{\"cachedPromptTokens\":700,\"reasoningTokens\":40}} | 700 - 40",
                "ai.response.providerMetadata={\"anthropic\":{\"cacheCreationInputTokens\":200,\"usage\":{\"cache_read_input_tokens\":700}}}"
                        + " | 700 200 -",
                "ai.response.providerMetadata={\"google\":{\"usageMetadata\":{\"cachedContentTokenCount\":700,\"thoughtsTokenCount\":40}}}"
                        + " | 700 - 40",
                "ai.response.providerMetadata={\"bedrock\":{\"usage\":{\"cacheReadInputTokens\":700,\"cacheWriteInputTokens\":200}}}"
                        + " | 700 200 -",
                // a count that is zero where it is expected, and not elsewhere
                "gen_ai.usage.cache_creation.input_tokens=0 gen_ai.usage.input_ephemeral_5m_input_tokens=200 | - 200 -",
            })
    void map_detailsInAnySpelling_areRead(String attributes, String expected) {
        Object[] all = Stream.concat(
                        Stream.of(
                                "gen_ai.operation.name", "chat",
                                "gen_ai.usage.input_tokens", 1000L,
                                "gen_ai.usage.output_tokens", 100L),
                        Arrays.stream(attributes.split(" ")).flatMap(UsageTest::keyAndValue))
                .toArray();

        TraceSpan span = Fixtures.mapOne(Fixtures.span(all));

        assertThat(texts(span.cacheReadTokens(), span.cacheWriteTokens(), span.reasoningTokens()))
                .isEqualTo(expected);
        assertThat(texts(span.promptTokens(), span.completionTokens())).isEqualTo("1000 100");
    }

    private static Stream<Object> keyAndValue(String attribute) {
        String[] parts = attribute.split("=", 2);
        boolean number = parts[1].chars().allMatch(Character::isDigit);
        return Stream.of(parts[0], number ? (Object) Long.valueOf(parts[1]) : parts[1]);
    }

    @Test
    void map_separateCounts_sayIfTheTotalIsAnother() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.usage.input_tokens", 100L,
                "gen_ai.usage.output_tokens", 10L,
                "gen_ai.usage.total_tokens", 500L));

        assertThat(mapping(span)).contains(" usage=total_differs");
        assertThat(span.totalTokens()).isEqualTo(500);
    }

    @Test
    void map_totalBelowTheSum_isTheSum() {
        TraceSpan span = Fixtures.mapOne(
                langfuse(
                        "{\"input_tokens\": 5, \"output_tokens\": 10, \"total_tokens\": 15, \"cache_read_input_tokens\": 1000}"));

        assertThat(span.totalTokens()).isEqualTo(1015);
    }

    @Test
    void map_genkit_readsTheUsageOfTheOutput() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "genkit:metadata:subtype",
                "model",
                "genkit:output",
                "{\"usage\": {\"inputTokens\": 10, \"outputTokens\": 7, \"thoughtsTokens\": 20, \"cachedContentTokens\": 4,"
                        + " \"inputCharacters\": 40, \"totalTokens\": 37}}"));

        assertThat(tokens(span)).isEqualTo("10 27 4 - 20 cache_included,reasoning_apart");
        assertThat(mapping(span)).contains("prompt_tokens=genkit:output#/usage");
    }

    @Test
    void map_genkit_prefersTheUsageOfTheProvider_whichAloneHasTheCache() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "genkit:metadata:subtype",
                "model",
                "genkit:output",
                "{\"usage\": {\"inputTokens\": 6, \"outputTokens\": 4, \"totalTokens\": 10}, \"raw\": {\"model\": \"gpt-4o-2024-08-06\","
                        + " \"usage\": {\"prompt_tokens\": 6, \"completion_tokens\": 4, \"total_tokens\": 10,"
                        + " \"prompt_tokens_details\": {\"cached_tokens\": 2}}}}"));

        assertThat(tokens(span)).isEqualTo("6 4 2 - - cache_included");
        assertThat(span.modelName()).isEqualTo("gpt-4o-2024-08-06");
    }

    @Test
    void map_hugeObject_isReadInPart() {
        StringBuilder usage = new StringBuilder("{\"input\": 1, \"output\": 2");
        for (int i = 0; i < 100_000; i++) {
            usage.append(", \"input_x").append(i).append("\": 1");
        }

        assertThat(tokens(langfuse(usage.append("}").toString()))).matches("\\d+ 2 - - - null");
    }

    private static io.opentelemetry.proto.trace.v1.Span.Builder langfuse(String usage) {
        return Fixtures.span("langfuse.observation.type", "generation", "langfuse.observation.usage_details", usage);
    }

    private static String tokens(io.opentelemetry.proto.trace.v1.Span.Builder span) {
        return tokens(Fixtures.mapOne(span));
    }

    private static String tokens(TraceSpan span) {
        TokenBuckets buckets = TokenBuckets.of(span);
        return texts(
                        span.promptTokens(),
                        span.completionTokens(),
                        span.cacheReadTokens(),
                        span.cacheWriteTokens(),
                        span.reasoningTokens())
                + " " + (buckets == null ? null : buckets.rule());
    }

    private static String texts(Long... counts) {
        return Arrays.stream(counts)
                .map(count -> count == null ? "-" : count.toString())
                .collect(Collectors.joining(" "));
    }

    private static String mapping(TraceSpan span) {
        return String.valueOf(span.attributes().get("llmtrace.mapping"));
    }
}
