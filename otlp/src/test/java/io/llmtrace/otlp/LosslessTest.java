package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.testkit.Seeds;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Tests that every attribute, event, link, resource and scope value can be restored with its type from the JSON that the server
 * returns, without using the mapped fields.
 */
class LosslessTest {

    @Test
    void servedJson_ofAnyRequest_holdsAllThatWasSent() {
        Seeds.run(1_000, seed -> {
            ExportTraceServiceRequest request = new RandomRequests(seed).request();

            assertThat(rebuilt(served(request))).isEqualTo(SpanEncoderTest.withoutAdditions(request));
        });
    }

    @ParameterizedTest
    @FieldSource("io.llmtrace.otlp.Fixtures#SAMPLES")
    void servedJson_ofSample_holdsAllThatWasSent(String name) {
        ExportTraceServiceRequest request = Fixtures.sample(name + "-traces.json");

        assertThat(rebuilt(served(request))).isEqualTo(SpanEncoderTest.withoutAdditions(request));
    }

    /** Returns a span as a client receives it: stored, read, and written as JSON. */
    private static String served(ExportTraceServiceRequest request) {
        try (InMemoryTraceRepository repository = new InMemoryTraceRepository()) {
            repository.storeSpans(SpanMapper.map(request, Fixtures.TENANT).spans());
            List<TraceSpan> stored = repository
                    .querySpans(TraceQuery.builder(Fixtures.TENANT).build())
                    .items();
            assertThat(stored).hasSize(1);
            return TraceJson.write(stored.get(0));
        }
    }

    /** Restores the OTLP span from the attributes in the JSON, without the mapping. */
    private static ExportTraceServiceRequest rebuilt(String json) {
        TraceSpan span = TraceJson.readSpan(json);
        return SpanEncoderTest.withoutAdditions(SpanEncoder.encode(List.of(span)));
    }
}
