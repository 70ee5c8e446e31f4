package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerStartTest {

    @Test
    void start_portTaken_namesPortAndSetting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, ServerConfig.defaults().address())) {
            int port = taken.getLocalPort();
            ServerConfig main =
                    ServerConfig.builder().port(port).otlpPorts(List.of()).build();
            ServerConfig otlp =
                    ServerConfig.builder().port(0).otlpPorts(List.of(port)).build();

            assertThatThrownBy(() -> LlmTraceServer.start(main, new InMemoryTraceRepository()))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessage("port " + port + " on 127.0.0.1 is taken by another program; choose another port");
            assertThatThrownBy(() -> LlmTraceServer.start(otlp, new InMemoryTraceRepository()))
                    .isInstanceOf(ServerStartException.class)
                    .hasMessage("port " + port + " on 127.0.0.1 is taken by another program;"
                            + " set otlp-ports to false to do without it");
        }
    }

    @Test
    void start_otlpPorts_serveTheSame() {
        ServerConfig.Builder config = RunningServer.config().otlpPorts(List.of(0, 0));
        try (RunningServer server = RunningServer.over(new InMemoryTraceRepository(), config)) {
            assertThat(server.server().otlpPorts())
                    .hasSize(2)
                    .doesNotContain(0, server.server().port());
            for (int port : server.server().otlpPorts()) {
                String url = "http://127.0.0.1:" + port + "/health";
                assertThat(server.send(HttpRequest.newBuilder(URI.create(url))).status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void config_hostOfOthers_needsInsecure() {
        assertThatThrownBy(() -> ServerConfig.builder().host("0.0.0.0").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host is not loopback: '0.0.0.0'; everyone who reaches it could read and delete all traces."
                        + " Set host to 127.0.0.1, or insecure if that is meant");
        assertThat(ServerConfig.builder().host("0.0.0.0").insecure(true).build().loopbackOnly())
                .isFalse();
        assertThatThrownBy(() -> ServerConfig.builder().port(70_000).build())
                .hasMessage("port not in [0, 65535]: 70000");
        assertThatThrownBy(() -> ServerConfig.builder().maxBodyBytes(0).build()).hasMessage("max-body-bytes <= 0: 0");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, localhost:8080, , true",
        "GET, 127.0.0.1, , true",
        "GET, [::1]:8080, , true",
        "GET, app.localhost, , true",
        "GET, evil.example, , false",
        "GET, 127.0.0.1.evil.example, , false",
        "GET, localhost:8080, https://evil.example, true",
        "POST, localhost:8080, https://evil.example, false",
        "POST, localhost:8080, null, false",
        "POST, localhost:8080, http://localhost:3000, false",
        "POST, localhost:8080, http://localhost:8080, true",
        "DELETE, localhost:8080, http://evil.localhost:8080, false",
        "POST, localhost:8080, , true",
    })
    void guard_keepsPagesOfOthersOut(String method, String host, String origin, boolean passes) {
        var headers = RequestHeaders.builder(HttpMethod.valueOf(method), "/api/v1/traces")
                .authority(host);
        if (origin != null) {
            headers.set("origin", origin);
        }

        assertThat(new OriginGuard(ServerConfig.defaults()).check(headers.build()) == null)
                .isEqualTo(passes);
    }

    @Test
    void guard_otherHost_passesWhenInsecure() {
        ServerConfig config =
                ServerConfig.builder().host("0.0.0.0").insecure(true).build();
        RequestHeaders headers = RequestHeaders.builder(HttpMethod.GET, "/")
                .authority("traces.example")
                .build();

        assertThat(new OriginGuard(config).check(headers)).isNull();
    }

    @Test
    void guard_isBeforeEveryRoute() {
        try (RunningServer server = RunningServer.inMemory()) {
            for (String path : List.of("/api/v1/traces", "/v1/traces", "/nowhere")) {
                assertThat(server.send(server.request(path)
                                        .header("Origin", "https://evil.example")
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString("[]")))
                                .status())
                        .isEqualTo(403);
            }
        }
    }
}
