package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerStartTest {

    @Test
    void start_portTaken_namesPortAndSetting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, ServerConfigValues.addressOf(ServerConfig.defaults()))) {
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
                        + " Set host to 127.0.0.1, with public-url if a proxy on this machine passes requests on,"
                        + " or set insecure if that is intended");
        assertThat(ServerConfig.builder().host("0.0.0.0").insecure(true).build().loopbackOnly())
                .isFalse();
        assertThatThrownBy(() -> ServerConfig.builder().port(70_000).build())
                .hasMessage("port not in [0, 65535]: 70000");
        assertThatThrownBy(() -> ServerConfig.builder().maxBodyBytes(0).build()).hasMessage("max-body-bytes <= 0: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "[::1]", "0:0:0:0:0:0:0:1"})
    void start_onIpv6_hasAUrlThatAnswers(String host) {
        ServerConfig.Builder config = RunningServer.config().host(host);
        try (RunningServer server = RunningServer.over(new InMemoryTraceRepository(), config)) {
            URI uri = server.server().uri();
            assertThat(uri.toString()).matches("http://\\[[0:]*:1]:\\d+");
            assertThat(server.send(HttpRequest.newBuilder(uri.resolve("/health")))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void config_hostThatIsEmptyIsRefused() {
        assertThatThrownBy(() -> ServerConfig.builder().host(" ").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host is empty; give an address of this machine");
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
