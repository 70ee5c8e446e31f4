package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All requests of {@link ConventionsTest} and {@link CapturedTest}, mapped. */
public final class Samples {

    private static final List<String> CAPTURED = List.of(
            "java-langchain4j",
            "java-openai-opentelemetry",
            "java-spring-ai",
            "javascript-anthropic-openinference",
            "javascript-anthropic-openllmetry",
            "javascript-genkit",
            "javascript-langfuse",
            "javascript-langgraph-openinference",
            "javascript-openai-openinference",
            "javascript-openai-openllmetry",
            "javascript-opentelemetry-0.57",
            "javascript-vercel-ai-sdk",
            "javascript-vercel-ai-sdk-6",
            "javascript-vercel-ai-sdk-6-anthropic",
            "python-anthropic-openinference",
            "python-anthropic-openllmetry",
            "python-google-adk",
            "python-google-adk-schema-1",
            "python-langfuse-langchain",
            "python-langfuse-openai",
            "python-langgraph-openinference",
            "python-livekit-agents",
            "python-openai-agents-openinference",
            "python-openai-openinference",
            "python-openai-openllmetry",
            "python-openai-opentelemetry",
            "python-openai-opentelemetry-latest",
            "python-pydantic-ai-agent",
            "python-pydantic-ai-agent-3",
            "python-pydantic-ai-agent-6");

    /** The conventions, and the programs whose requests were captured, which start with a slash. */
    public static final List<String> NAMES = Stream.concat(
                    Fixtures.SAMPLES.stream(), CAPTURED.stream().map(program -> "/" + program))
            .toList();

    private Samples() {}

    /** Returns the spans of one sample in the order in which they were sent. */
    public static List<TraceSpan> spans(String name) {
        return name.startsWith("/") ? captured(name.substring(1)) : List.of(ConventionsTest.mapSample(name));
    }

    /** Returns the spans of a captured program in the order in which they were sent. */
    static List<TraceSpan> captured(String program) {
        List<TraceSpan> spans = new ArrayList<>();
        for (JsonNode body : Json.tree(new String(resource(program, "index.json"), StandardCharsets.UTF_8))) {
            if (body.path("path").asText().endsWith("/v1/traces")) {
                String file = body.path("file").asText();
                OtlpDecoder.Encoding encoding =
                        file.endsWith(".json") ? OtlpDecoder.Encoding.JSON : OtlpDecoder.Encoding.PROTOBUF;
                spans.addAll(SpanMapper.map(OtlpDecoder.traces(resource(program, file), encoding), Fixtures.TENANT)
                        .spans());
            }
        }
        return spans;
    }

    private static byte[] resource(String program, String file) {
        return Fixtures.resource("/captured/" + program + "/" + file);
    }
}
