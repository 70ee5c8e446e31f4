package io.llmtrace.server.internal.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.WebConfig;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.Problems;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginGuardTest {

    private static final Set<String> EXPORTS = Set.of("/v1/traces");
    private static final WebConfig PUBLIC = WebConfig.builder()
            .publicUrl(URI.create("https://traces.example.com/llmtrace"))
            .allowedHosts(List.of("traces.internal"))
            .build();
    private static final WebConfig TRUSTING = WebConfig.builder()
            .allowedHosts(List.of("traces.example.com"))
            .trustedProxies(List.of("127.0.0.1"))
            .build();

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
        assertThat(refusal(WebConfig.defaults(), request(method, host, origin)) == null)
                .isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, traces.example.com, , true",
        "GET, traces.example.com:8443, , true",
        "GET, Traces.Internal, , true",
        "GET, evil.example, , false",
        "GET, traces.example.com.evil.example, , false",
        "GET, sub.traces.example.com, , false",
        "POST, traces.example.com, https://traces.example.com, true",
        "POST, traces.example.com:443, https://traces.example.com, true",
        // A proxy that replaces Host: only the public URL tells that the page is the server's own.
        "POST, 127.0.0.1:8080, https://traces.example.com, true",
        "POST, 127.0.0.1:8080, https://traces.example.com:443, true",
        "POST, 127.0.0.1:8080, http://traces.example.com, false",
        "POST, 127.0.0.1:8080, https://traces.example.com:8443, false",
        "POST, 127.0.0.1:8080, https://traces.internal, false",
        "POST, traces.internal, http://traces.internal, true",
        "POST, evil.example, http://evil.example, false",
    })
    void guard_servesPublicUrlAndAllowedHosts(String method, String host, String origin, boolean passes) {
        assertThat(refusal(PUBLIC, request(method, host, origin)) == null).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, traces.example.com, https, https://traces.example.com, true",
        "127.0.0.1, traces.example.com, https, http://traces.example.com, false",
        "127.0.0.1, traces.example.com, , http://traces.example.com, true",
        "127.0.0.1, evil.example, https, https://evil.example, false",
        "127.0.0.1, traces.example.com, https, http://127.0.0.1:8080, false",
        // Not a trusted proxy: what it says is ignored.
        "127.0.0.2, traces.example.com, https, https://traces.example.com, false",
        "127.0.0.2, evil.example, https, http://127.0.0.1:8080, true",
    })
    void guard_believesTrustedProxiesOnly(
            String peer, String forwardedHost, String scheme, String origin, boolean passes) throws Exception {
        RequestHeadersBuilder headers =
                request("POST", "127.0.0.1:8080", origin).toBuilder().set("x-forwarded-host", forwardedHost);
        if (scheme != null) {
            headers.set("x-forwarded-proto", scheme);
        }

        assertThat(refusal(TRUSTING, InetAddress.getByName(peer), headers.build()) == null)
                .isEqualTo(passes);
    }

    /** A page whose host name was made to point here can send any header but {@code Host}, which only the proxy then reports. */
    @Test
    void guard_checksEveryHostThatARequestNames() {
        RequestHeaders headers = request("GET", "127.0.0.1:8080", null).toBuilder()
                .set("x-forwarded-host", "evil.example")
                .set("forwarded", "host=traces.example.com")
                .build();
        RequestHeaders other = request("GET", "127.0.0.1:8080", null).toBuilder()
                .set("x-forwarded-host", "traces.example.com")
                .set("forwarded", "host=evil.example")
                .build();

        assertThat(refusal(TRUSTING, headers)).isNotNull();
        assertThat(refusal(TRUSTING, other)).isNotNull();
    }

    @Test
    void guard_namesTheSettingThatWouldAllowIt() {
        assertThat(detail(request("GET", "traces.example.com", null)))
                .isEqualTo("Host is not a name of this server: 'traces.example.com';"
                        + " use localhost, or set allowed-hosts or public-url to serve this one");
        assertThat(detail(request("DELETE", "localhost", "https://app.example.com")))
                .isEqualTo("Origin is another site: 'https://app.example.com', and its pages may not write here;"
                        + " if it is the address of this server at a proxy, set public-url to that address");
        assertThat(detail(request("POST", "localhost", "https://app.example.com").toBuilder()
                        .path("/v1/traces")
                        .build()))
                .isEqualTo("Origin is another site: 'https://app.example.com';"
                        + " add it to allowed-origins to let its pages send traces");
        assertThat(detail(request("GET", "<script>", null))).doesNotContain("<");
    }

    @ParameterizedTest
    @CsvSource({"//evil.example", "/a/../b", "evil", "/a b", "/%2e%2e", "/a\"><script>"})
    void guard_refusesAPrefixThatIsNoPath(String prefix) {
        RequestHeaders headers = request("GET", "localhost", null).toBuilder()
                .set("x-forwarded-prefix", prefix)
                .build();

        Failure failure = refusal(TRUSTING, headers);

        assertThat(failure).isNotNull();
        assertThat(failure.status().code()).isEqualTo(400);
        assertThat(failure.detail()).startsWith("X-Forwarded-Prefix is not a path such as /llmtrace");
        assertThat(refusal(WebConfig.defaults(), headers)).isNull();
    }

    @Test
    void guard_otherHost_passesWhenInsecure() {
        ServerConfig config =
                ServerConfig.builder().host("0.0.0.0").insecure(true).build();

        assertThat(refusal(config, InetAddress.getLoopbackAddress(), request("GET", "traces.example", null)))
                .isNull();
    }

    private static RequestHeaders request(String method, String host, String origin) {
        RequestHeadersBuilder headers = RequestHeaders.builder(HttpMethod.valueOf(method), "/api/v1/traces")
                .authority(host);
        if (origin != null) {
            headers.set("origin", origin);
        }
        return headers.build();
    }

    private static String detail(RequestHeaders headers) {
        Failure failure = refusal(WebConfig.defaults(), headers);
        assertThat(failure).isNotNull();
        return failure.detail();
    }

    private static Failure refusal(WebConfig web, RequestHeaders headers) {
        return refusal(web, InetAddress.getLoopbackAddress(), headers);
    }

    private static Failure refusal(WebConfig web, InetAddress peer, RequestHeaders headers) {
        return refusal(ServerConfig.builder().web(web).build(), peer, headers);
    }

    private static Failure refusal(ServerConfig config, InetAddress peer, RequestHeaders headers) {
        return new OriginGuard(config, EXPORTS, Problems.FORM)
                .check(headers, new Forwarding(config.web()).read(peer, headers));
    }
}
