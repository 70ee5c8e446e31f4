package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanMapperTest {

    @ParameterizedTest
    @CsvSource({
        "openinference.span.kind, llm, llm",
        "openinference.span.kind, RERANKER, reranker",
        "openinference.span.kind, PROMPT, chain",
        "gen_ai.operation.name, chat, llm",
        "gen_ai.operation.name, Embeddings, embedding",
        "gen_ai.operation.name, execute_tool, tool",
        "gen_ai.operation.name, invoke_agent, agent",
        "gen_ai.operation.name, invoke_workflow, chain",
        "gen_ai.operation.name, retrieval, retriever",
        "gen_ai.operation.name, something new, other",
        "mcp.method.name, tools/call, tool",
        "mcp.method.name, tools/list, other",
        "tool.name, search, tool",
        "retrieval.documents.0.document.id, 1, retriever",
        "reranker.top_k, 3, reranker",
        "embedding.model_name, e, embedding",
        "gen_ai.request.model, gpt-4o, llm",
        "gen_ai.agent.name, planner, agent",
        "http.request.method, GET, other",
    })
    void map_kind(String key, String value, String kind) {
        assertThat(Fixtures.mapOne(Fixtures.span(key, value)).kind()).isEqualTo(SpanKind.ofText(kind));
    }

    @ParameterizedTest
    @CsvSource({
        "openai, , gpt-4o, OpenAI",
        "openai, acme.openai.azure.com, gpt-4o, AzureOpenAI",
        "openai, https://api.groq.com/v1, llama, groq",
        "az.ai.openai, , gpt-4o, AzureOpenAI",
        "aws.bedrock, , anthropic.claude, Bedrock",
        "vllm, , llama, VLLm",
        "gcp.gemini, , gemini-2.5, gcp.gemini",
        "My Company, , x, My Company",
        "api.openai.com, , gpt-4o, OpenAI",
        "api.groq.com, , gpt-oss-120b, groq",
        "127.0.0.1:8000, , gpt-4o, OpenAI",
        "localhost:11434, , unheard-of, ",
        "langchain, , claude-3, Anthropic",
        "none, api.anthropic.com, x, Anthropic",
        ", , us.anthropic.claude-sonnet-4, Bedrock",
        ", , unheard-of, ",
    })
    void map_provider(String provider, String address, String model, String expected) {
        Span.Builder span = Fixtures.span("gen_ai.operation.name", "chat", "gen_ai.request.model", model);
        if (provider != null) {
            span.addAttributes(Fixtures.attribute("gen_ai.provider.name", provider));
        }
        if (address != null) {
            span.addAttributes(Fixtures.attribute("server.address", address));
        }

        assertThat(Fixtures.mapOne(span).provider()).isEqualTo(expected == null ? null : new LlmProvider(expected));
    }

    @ParameterizedTest
    @CsvSource({
        // input, output, total, cache read, cache write, reasoning -> prompt, completion, total
        "100, 20, 120, 40, 0, 0, 100, 20, 120",
        "100, 20, 120, 400, 0, 0, 500, 20, 520",
        "100, 20, 170, 40, 10, 0, 150, 20, 170",
        "100, 20, 150, 0, 0, 30, 100, 50, 150",
        "100, 20, 120, 0, 0, 10, 100, 20, 120",
    })
    void map_tokensThatWereCountedApart_areAdded(
            long input, long output, long total, long read, long write, long reasoning, long p, long c, long t) {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.usage.input_tokens", input,
                "gen_ai.usage.output_tokens", String.valueOf(output),
                "gen_ai.usage.total_tokens", total,
                "gen_ai.usage.cache_read.input_tokens", read,
                "gen_ai.usage.cache_creation.input_tokens", write,
                "gen_ai.usage.reasoning.output_tokens", reasoning));

        assertThat(List.of(span.promptTokens(), span.completionTokens(), span.totalTokens()))
                .containsExactly(p, c, t);
    }

    @Test
    void map_valuesThatAreNone_countAsAbsent() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.response.model", "none",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", -1L,
                "gen_ai.usage.output_tokens", Double.NaN,
                "gen_ai.conversation.id", "N/A",
                "gen_ai.output.messages", "none"));

        assertThat(span.modelName()).isEqualTo("m");
        assertThat(span.promptTokens()).isNull();
        assertThat(span.completionTokens()).isNull();
        assertThat(span.sessionId()).isNull();
        assertThat(span.response()).isEqualTo("none"); // a legitimate answer, not a missing one
    }

    @Test
    void map_structuredMessages_becomeJson() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.input.messages",
                Fixtures.array(Fixtures.any(Map.of("role", "user"))),
                "gen_ai.output.messages",
                "  [ {\"role\" : \"assistant\"} ] "));

        assertThat(span.prompt()).isEqualTo("[{\"role\":\"user\"}]");
        assertThat(span.response()).isEqualTo("  [ {\"role\" : \"assistant\"} ] ");
    }

    /** The response tells two things: why it ended, and which calls it requests. Each parse of it creates a node for the id. */
    @ParameterizedTest
    @CsvSource({"chat, llm", "invoke_agent, agent"})
    void map_response_isParsedAsChatOnce(String operation, String kind) {
        Span.Builder source = Fixtures.span("gen_ai.operation.name", operation, "gen_ai.output.messages", """
                [{"role": "assistant", "finish_reason": "tool_call", "parts": [
                  {"type": "tool_call", "id": "call-parsed-once", "name": "add", "arguments": {"a": 1}}]}]""");
        AtomicInteger parsed = new AtomicInteger();
        JsonNodeFactory original = Json.MAPPER.getNodeFactory();
        TraceSpan span;

        Json.MAPPER.setNodeFactory(new JsonNodeFactory(true) {
            private static final long serialVersionUID = 1L;

            @Override
            public TextNode textNode(String text) {
                parsed.addAndGet(text.equals("call-parsed-once") ? 1 : 0);
                return super.textNode(text);
            }
        });
        try {
            span = Fixtures.mapOne(source);
        } finally {
            Json.MAPPER.setNodeFactory(original);
        }

        assertThat(span.kind()).isEqualTo(SpanKind.ofText(kind));
        assertThat(span.finishReason()).isEqualTo("tool_call");
        assertThat(span.agentActions()).extracting(AgentAction::name).containsExactly("add");
        assertThat(parsed).hasValue(1);
    }

    @Test
    void map_promptAsAttribute_isStoredOnce() {
        String prompt = "x".repeat(300);
        TraceSpan span = Fixtures.mapOne(Fixtures.span("input.value", prompt, "copy", prompt));

        assertThat(span.prompt()).isEqualTo(prompt);
        assertThat(span.attributes().get("input.value")).isEqualTo(Map.of("$ref", "prompt"));
        assertThat(span.attributes().get("copy")).isEqualTo(Map.of("$ref", "prompt"));
    }

    @Test
    void map_indexedMessages_areOrderedByNumber() {
        Span.Builder span = Fixtures.span("openinference.span.kind", "LLM");
        for (int i : new int[] {10, 2, 9}) {
            span.addAttributes(Fixtures.attribute("llm.input_messages." + i + ".message.role", "user"));
            span.addAttributes(Fixtures.attribute("llm.input_messages." + i + ".message.content", "m" + i));
        }
        span.addAttributes(Fixtures.attribute("llm.input_messages.x.message.content", "no number"));

        assertThat(Fixtures.mapOne(span).prompt())
                .isEqualTo("[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"m2\"}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"m9\"}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"m10\"}]}]");
    }

    @Test
    void map_openInferenceRetriever_takesQueryAndDocuments() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "openinference.span.kind", "RETRIEVER",
                "input.value", "what?",
                "retrieval.documents.0.document.id", 7L,
                "retrieval.documents.0.document.content", "text",
                "retrieval.documents.0.document.score", 0.5,
                "retrieval.documents.0.document.metadata", "{\"a\":1}"));

        assertThat(span.prompt()).isEqualTo("what?");
        assertThat(span.response()).isEqualTo("[{\"id\":7,\"content\":\"text\",\"score\":0.5,\"metadata\":{\"a\":1}}]");
    }

    @Test
    void map_errorTypeWithoutStatus_isAnError() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span("error.type", "429"));

        assertThat(span.status()).isEqualTo(SpanStatus.ERROR);
        assertThat(span.statusCode()).isEqualTo(429);
        assertThat(span.errorMessage()).isEqualTo("429");
    }

    @Test
    void map_statusOk_isFinal() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span("error.type", "x", "http.response.status_code", 500L)
                .setStatus(Status.newBuilder().setCodeValue(1)));

        assertThat(span.status()).isEqualTo(SpanStatus.OK);
        assertThat(span.attributes()).containsEntry("http.response.status_code", 500L);
    }

    @Test
    void map_recordedException_isAnErrorOnlyWithTheStatus() {
        Span.Builder span = Fixtures.span()
                .addEvents(Span.Event.newBuilder()
                        .setName("exception")
                        .addAttributes(Fixtures.attribute("exception.message", "Error code: 503 - busy")));
        TraceSpan handled = Fixtures.mapOne(span);
        TraceSpan failed = Fixtures.mapOne(span.setStatus(Status.newBuilder().setCodeValue(2)));

        assertThat(handled.status()).isEqualTo(SpanStatus.OK);
        assertThat(failed.errorMessage()).isEqualTo("Error code: 503 - busy");
        assertThat(failed.statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "429: Rate limit reached | 429",
                "500: | none",
                "Error code: 503 - busy | 503",
                "Request failed with status code 404 | 404",
                "399: odd | none",
                "4291: odd | none",
                "429 requests | none",
                "429 Rate limit reached | 429",
                "RESOURCE_EXHAUSTED: 429 Rate limit reached | 429",
                "RESOURCE_EXHAUSTED: 429 requests | none",
                "'How to mitigate this:\n\n429 RESOURCE_EXHAUSTED. {\"error\": {}}' | 429",
                "'How to mitigate this:\n\n429 Items in stock.' | none",
                "line 429: odd | none",
                "time: 12:429: odd | none",
            })
    void map_httpStatus_isReadFromTheMessage(String message, Integer expected) {
        Span.Builder span =
                Fixtures.span().setStatus(Status.newBuilder().setCodeValue(2).setMessage(message));

        assertThat(Fixtures.mapOne(span).statusCode()).isEqualTo(expected);
        assertThat(Fixtures.mapOne(span).errorMessage()).isEqualTo(message);
    }

    @Test
    void map_httpStatusOfItsOwn_goesBeforeTheMessage() {
        Span.Builder span = Fixtures.span("http.response.status_code", 502L)
                .setStatus(Status.newBuilder().setCodeValue(2).setMessage("429: Rate limit reached"));

        assertThat(Fixtures.mapOne(span).statusCode()).isEqualTo(502);
    }

    @Test
    void map_timeToFirstChunk_isDroppedWhenLongerThanTheSpan() {
        assertThat(Fixtures.mapOne(Fixtures.span("gen_ai.response.time_to_first_chunk", 0.9996))
                        .timeToFirstTokenMs())
                .isEqualTo(1000L);
        assertThat(Fixtures.mapOne(Fixtures.span("gen_ai.response.time_to_first_chunk", 912.0))
                        .timeToFirstTokenMs())
                .isNull();
    }

    @Test
    void map_endBeforeStart_endsAtTheStartAndSaysSo() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span().setEndTimeUnixNano(5));

        assertThat(span.endTime()).isEqualTo(span.startTime());
        assertThat(span.attributes().get("otel.span")).isEqualTo(Map.of("clock_skew", true, "end_time_unix_nano", "5"));
    }

    @Test
    void map_withoutEnd_hasNone() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span().setEndTimeUnixNano(0));

        assertThat(span.endTime()).isNull();
        assertThat(span.durationMs()).isNull();
    }

    @Test
    void map_badSpans_areRejectedOneByOne() {
        Span.Builder good = Fixtures.span();
        MappedRequest mapped = SpanMapper.map(
                Fixtures.request(
                        Fixtures.span().setTraceId(ByteString.EMPTY),
                        Fixtures.span().setTraceId(Fixtures.hex("00000000000000000000000000000000")),
                        good,
                        Fixtures.span().setSpanId(Fixtures.hex("ab")),
                        Fixtures.span().setSpanId(Fixtures.hex("0000000000000000")),
                        Fixtures.span().setStartTimeUnixNano(-1),
                        Fixtures.span().setEndTimeUnixNano(Long.MIN_VALUE),
                        Fixtures.span().setName("\ud800"),
                        Fixtures.span("gen_ai.input.messages", "x".repeat((16 << 20) + 1)),
                        Fixtures.span("llmtrace.tags", "[1]"),
                        Fixtures.span("llmtrace.kind", "nothing"),
                        Fixtures.span("llmtrace.events", "{broken")),
                Fixtures.TENANT);

        assertThat(mapped.spans()).containsExactly(Fixtures.mapOne(good));
        assertThat(mapped.rejected().stream().map(MappedRequest.RejectedSpan::index))
                .containsExactly(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(mapped.rejected().stream()
                        .map(rejected -> rejected.reason().split("[:(]")[0].strip()))
                .containsExactly(
                        "length of trace_id != 16 bytes",
                        "trace_id is all zero",
                        "length of span_id != 8 bytes",
                        "span_id is all zero",
                        "start_time_unix_nano > 9223372036854775807",
                        "end_time_unix_nano > 9223372036854775807",
                        "operation_name is not valid Unicode",
                        "prompt > 16777216 bytes of UTF-8",
                        "tags",
                        "kind",
                        "llmtrace.events");
        assertThat(mapped.rejected().get(2).id()).isEqualTo("5b8efff798038103d269b633813fc60c/ab");
    }

    @Test
    void map_nativeFields_overruleTheConventions() {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "gen_ai.operation.name", "chat",
                "gen_ai.request.model", "a",
                "gen_ai.input.messages", "hidden",
                "llmtrace.model_name", "b",
                "llmtrace.tags", "{\"env\":\"prod\"}",
                "llmtrace.estimated_cost_usd", 0.25,
                "llmtrace.security_findings",
                        "[{\"id\":\"00000000-0000-0000-0000-000000000007\",\"severity\":\"High\","
                                + "\"finding_type\":\"pii\",\"detected_at\":\"2026-01-01T00:00:00Z\",\"confidence_score\":1}]",
                "llmtrace.absent", Fixtures.array("prompt"),
                "llmtrace.unheard_of", 1L));

        assertThat(span.modelName()).isEqualTo("b");
        assertThat(span.tags()).isEqualTo(Map.of("env", "prod"));
        assertThat(span.estimatedCostUsd()).isEqualTo(0.25);
        assertThat(span.securityScore()).isEqualTo(80);
        assertThat(span.prompt()).isNull();
        assertThat(Fixtures.sent(span))
                .containsOnlyKeys(
                        "gen_ai.operation.name",
                        "gen_ai.request.model",
                        "gen_ai.input.messages",
                        "llmtrace.unheard_of");
    }

    @Test
    void map_attributesWithReservedOrRepeatedKeys_areKept() {
        TraceSpan span = Fixtures.mapOne(
                Fixtures.span("otel.scope", "mine", "a", 1L, "a", 2L).setKindValue(2));

        assertThat(Fixtures.sent(span))
                .isEqualTo(Map.of(
                        "a",
                        2L,
                        "otel.span",
                        Map.of(
                                "kind", "server",
                                "reserved_attributes", Map.of("otel.scope", "mine"),
                                "earlier_attributes", List.of(Map.of("key", "a", "value", 1L)))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[Stop, Length]                          | stop",
                "stop,length                             | stop",
                "[\"ToolCalls\"]                           | tool_call",
                "FinishReason.STOP                       | stop",
                "FinishReason.TOOL_CALLS                 | tool_call",
                "end_turn                                | stop",
                "of its own                              | of its own",
                "[\"N/A\"]                                 |",
                "[]                                      |"
            })
    void map_finishReason_isTheFirstOfAList(String sent, String reason) {
        assertThat(Fixtures.mapOne(Fixtures.span("gen_ai.response.finish_reason", sent))
                        .finishReason())
                .isEqualTo(reason);
    }

    @Test
    void map_events_keepTimeAndTypes() {
        Span.Builder span = Fixtures.span()
                .addEvents(Span.Event.newBuilder()
                        .setName("retry")
                        .setTimeUnixNano(Fixtures.START_NANOS + 7)
                        .addAttributes(Fixtures.attribute("attempt", 2L)))
                .addEvents(Span.Event.newBuilder()
                        .setName("late")
                        .setTimeUnixNano(-1)
                        .setDroppedAttributesCount(3));
        TraceSpan mapped = Fixtures.mapOne(span);

        assertThat(mapped.events().get(0).eventType()).isEqualTo("retry");
        assertThat(mapped.events().get(0).timestamp()).isEqualTo(Instant.parse("2026-01-05T10:00:00.000000007Z"));
        assertThat(mapped.events().get(0).data()).isEqualTo(Map.of("attempt", 2L));
        assertThat(mapped.events().get(1).data()).isNull();
        assertThat(mapped.attributes().get("otel.span"))
                .isEqualTo(Map.of(
                        "events",
                        List.of(Map.of(
                                "index",
                                1L,
                                "dropped_attributes_count",
                                3L,
                                "time_unix_nano",
                                "18446744073709551615"))));
        assertThat(Fixtures.mapOne(span)).isEqualTo(mapped);
    }
}
