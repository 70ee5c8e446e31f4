package io.llmtrace.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.sun.net.httpserver.HttpServer;
import io.llmtrace.cli.Fixture;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests responses of servers that fail or are not llmtrace. */
class RemoteTraceRepositoryTest {

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;
    private URI uri;

    private record Answer(int status, String retryAfter, String body) {}

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
            if (!answer.retryAfter.isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", answer.retryAfter);
            }
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({"429", "503"})
    void overload_isAskedAgainAfterTheTimeTheServerSays(int status) {
        answers.add(new Answer(status, "0", ""));
        answers.add(new Answer(status, "0", ""));
        answers.add(new Answer(200, "", "{\"total_traces\":1,\"total_spans\":2,\"storage_size_bytes\":3}"));

        assertThat(RemoteTraceRepository.connect(uri).stats(Fixture.TENANT).totalSpans())
                .isEqualTo(2);
        assertThat(requests).hasSize(3);
    }

    @Test
    void overload_isAskedAgainABoundedNumberOfTimes() {
        answers.add(new Answer(429, "0", "{\"detail\":\"too much\"}"));

        assertThatThrownBy(() -> RemoteTraceRepository.connect(uri).stats(Fixture.TENANT))
                .isInstanceOf(OverloadedException.class)
                .hasMessage("too much");
        assertThat(requests).hasSize(RestClient.MAX_ATTEMPTS);
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidRequestException",
        "413, InvalidRequestException",
        "501, NotSupportedException",
        "500, CorruptStoreException",
        "502, UnavailableException",
    })
    void problem_becomesItsException(int status, String type) {
        answers.add(
                new Answer(status, "", "{\"title\":\"t\",\"detail\":\"limit <= 0: -5\",\"status\":" + status + "}"));
        Class<? extends StorageException> expected = switch (type) {
            case "InvalidRequestException" -> InvalidRequestException.class;
            case "NotSupportedException" -> NotSupportedException.class;
            case "CorruptStoreException" -> CorruptStoreException.class;
            default -> UnavailableException.class;
        };

        assertThatThrownBy(() -> RemoteTraceRepository.connect(uri)
                        .queryTraces(TraceQuery.builder(Fixture.TENANT).build()))
                .isInstanceOf(expected)
                .hasMessage("limit <= 0: -5");
    }

    @ParameterizedTest
    @CsvSource({"200, <html>", "200, []", "404, ''", "200, '{\"data\":[{\"new_field\":1}]}'"})
    void anotherProgram_isNotTakenForAnEmptyStore(int status, String body) {
        answers.add(new Answer(status, "", body));
        RemoteTraceRepository remote = RemoteTraceRepository.connect(uri);

        assertThatThrownBy(() -> remote.queryTraceSummaries(
                        TraceQuery.builder(Fixture.TENANT).build()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(uri + " does not answer as");
        assertThatThrownBy(() -> remote.storeTrace(Fixture.chat())).isInstanceOf(UnavailableException.class);
        assertThat(remote.check().state()).isEqualTo(StoreHealth.State.DOWN);
    }

    /** What is wrong with an item has a place in a text only if the item was written as text again. */
    @ParameterizedTest
    @MethodSource("lists")
    void list_readsItemsWithoutParsingThemAgain(BiConsumer<RemoteTraceRepository, TraceQuery> call) {
        answers.add(new Answer(200, "", "{\"data\":[[]]}"));

        assertThatThrownBy(() -> call.accept(
                        RemoteTraceRepository.connect(uri),
                        TraceQuery.builder(Fixture.TENANT).build()))
                .isInstanceOf(UnavailableException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        MismatchedInputException.class,
                        refusal -> assertThat(refusal.getLocation()).isEqualTo(JsonLocation.NA));
    }

    private static List<BiConsumer<RemoteTraceRepository, TraceQuery>> lists() {
        return List.of(
                RemoteTraceRepository::queryTraces,
                RemoteTraceRepository::queryTraceSummaries,
                RemoteTraceRepository::querySpans,
                RemoteTraceRepository::querySpanOutlines,
                RemoteTraceRepository::findings,
                RemoteTraceRepository::actions,
                (remote, query) -> remote.top(query, SpanField.MODEL_NAME, Measure.COST_USD),
                (remote, query) -> remote.values(query, SpanField.MODEL_NAME, ""),
                (remote, query) -> remote.sessions(query, SessionOrder.LAST_TIME),
                (remote, query) -> remote.rankedTraces(query, Ranking.COST),
                (remote, query) -> remote.rankedSpans(query, Ranking.COST));
    }

    @Test
    void export_thatEndsEarlyIsAnError() {
        answers.add(new Answer(200, "", "{\"trace_id\":"));

        assertThatThrownBy(() -> RemoteTraceRepository.connect(uri)
                        .export(TraceQuery.builder(Fixture.TENANT).build(), trace -> true))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void query_tagTextAndStartTime_areSentEncoded() {
        answers.add(new Answer(200, "", "{\"data\":[]}"));

        RemoteTraceRepository.connect(uri)
                .querySpans(TraceQuery.builder(Fixture.TENANT)
                        .tag("a b", "c&d=é")
                        .text("x+y")
                        .startTime(Fixture.START)
                        .limit(7)
                        .build());

        assertThat(requests)
                .containsExactly("/api/v1/spans?start_time=2026-01-31T09%3A30%3A00.123456789Z"
                        + "&text=x%2By&tag.a+b=c%26d%3D%C3%A9&limit=7&order=newest_first");
    }

    @Test
    void absentServer_saysWhatToCheck() {
        server.stop(0);

        assertThatThrownBy(() -> RemoteTraceRepository.connect(uri).stats(Fixture.TENANT))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot reach " + uri + ": is 'llmtrace serve' running there? Check --server");
    }

    @Test
    void closed_refusesEveryCall() {
        RemoteTraceRepository remote = RemoteTraceRepository.connect(uri);
        remote.close();

        assertThatThrownBy(() -> remote.stats(Fixture.TENANT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(remote::check).isInstanceOf(IllegalStateException.class);
    }
}
