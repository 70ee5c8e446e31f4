package io.llmtrace.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class SampleSpansTest {

    @Test
    void streams_sameSeed_sameSpans() {
        assertThat(SampleSpans.chat(7).limit(200))
                .containsExactlyElementsOf(SampleSpans.chat(7).limit(200).toList());
        assertThat(SampleSpans.agent(7).limit(200))
                .containsExactlyElementsOf(SampleSpans.agent(7).limit(200).toList());
        assertThat(SampleSpans.narrow(7).limit(200))
                .containsExactlyElementsOf(SampleSpans.narrow(7).limit(200).toList());
        assertThat(SampleSpans.chat(7).limit(200))
                .doesNotContainAnyElementsOf(SampleSpans.chat(8).limit(200).toList());
    }

    @Test
    void chat_hasAboutThreeKilobytesAndATraceForEachSpan() {
        List<TraceSpan> spans = SampleSpans.chat(1).limit(3_000).toList();

        assertThat(meanBytes(spans)).isBetween(2_700.0, 3_600.0);
        assertThat(spans.stream().map(TraceSpan::traceId).distinct()).hasSize(3_000);
        assertThat(spans).allSatisfy(span -> assertThat(span.kind()).isEqualTo(SpanKind.LLM));
    }

    @Test
    void chat_compressesLikeRealText() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        List<TraceSpan> spans = SampleSpans.chat(1).limit(3_000).toList();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            spans.forEach(span -> writeTo(gzip, span));
        }

        // Gzip reduces prose to about 0.38 of its size, and prose with system prompts and code to less.
        assertThat(compressed.size() / (meanBytes(spans) * spans.size())).isBetween(0.25, 0.45);
    }

    @Test
    void agent_resendsItsHistoryInTracesOfTenToTwentyFiveCalls() {
        List<TraceSpan> spans = SampleSpans.agent(1).limit(5_000).toList();
        UUID lastTrace = spans.get(spans.size() - 1).traceId();
        Map<UUID, List<TraceSpan>> calls = spans.stream()
                .filter(span -> span.kind() == SpanKind.LLM && !span.traceId().equals(lastTrace))
                .filter(span -> span.errorMessage() == null)
                .collect(Collectors.groupingBy(TraceSpan::traceId));

        assertThat(meanBytes(spans)).isBetween(17_000.0, 23_000.0);
        assertThat(calls.values().stream().mapToInt(List::size).average().orElseThrow())
                .isBetween(13.0, 20.0);
        assertThat(calls.values()).allSatisfy(trace -> {
            assertThat(trace.size()).isLessThanOrEqualTo(25);
            for (int i = 1; i < trace.size(); i++) {
                String before = trace.get(i - 1).prompt();
                assertThat(trace.get(i).prompt()).startsWith(before.substring(0, before.length() - 1));
            }
        });
    }

    @Test
    void narrow_hasEightSpansATraceAndHardlyAnyText() {
        List<TraceSpan> spans = SampleSpans.narrow(1).limit(20_000).toList();

        long traces = spans.stream().map(TraceSpan::traceId).distinct().count();
        assertThat((double) spans.size() / traces).isBetween(7.0, 9.0);
        assertThat(meanBytes(spans)).isLessThan(150);
    }

    @Test
    void streams_identitiesAreDistinctAndOfTheTenant() {
        Stream.of(SampleSpans.chat(2), SampleSpans.agent(2), SampleSpans.narrow(2))
                .forEach(stream -> {
                    Set<List<UUID>> ids = new HashSet<>();
                    stream.limit(2_000).forEach(span -> {
                        assertThat(span.tenantId()).isEqualTo(SampleSpans.TENANT);
                        assertThat(ids.add(List.of(span.traceId(), span.spanId())))
                                .isTrue();
                    });
                });
    }

    private static double meanBytes(List<TraceSpan> spans) {
        return spans.stream().mapToInt(span -> bytes(span).length).average().orElseThrow();
    }

    private static byte[] bytes(TraceSpan span) {
        String prompt = span.prompt() == null ? "" : span.prompt();
        String response = span.response() == null ? "" : span.response();
        return (prompt + response).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeTo(GZIPOutputStream gzip, TraceSpan span) {
        try {
            gzip.write(bytes(span));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
