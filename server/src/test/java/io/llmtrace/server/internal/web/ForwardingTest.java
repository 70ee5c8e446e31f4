package io.llmtrace.server.internal.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import io.llmtrace.server.WebConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingTest {

    private static final Forwarding TRUSTING = new Forwarding(
            WebConfig.builder().trustedProxies(List.of("10.0.0.0/8", "fd00::1")).build());

    @Test
    void unknownPeer_isTheClient() {
        ForwardedRequest request = request(
                "192.0.2.9", "x-forwarded-for: 1.2.3.4", "x-forwarded-host: a.example", "forwarded: host=b.example");

        assertThat(request)
                .isEqualTo(new ForwardedRequest(List.of("127.0.0.1:8080"), "127.0.0.1:8080", null, "", "192.0.2.9"));
    }

    @Test
    void loopback_isNotTrustedUnlessNamed() {
        assertThat(request("127.0.0.1", "x-forwarded-proto: https", "x-forwarded-prefix: /x"))
                .isEqualTo(new ForwardedRequest(List.of("127.0.0.1:8080"), "127.0.0.1:8080", null, "", "127.0.0.1"));
    }

    @Test
    void trustedProxy_saysWhatTheClientAskedFor() {
        ForwardedRequest request = request(
                "10.0.0.1",
                "x-forwarded-for: 192.0.2.9",
                "x-forwarded-host: Traces.Example.com",
                "x-forwarded-proto: HTTPS",
                "x-forwarded-prefix: /llmtrace/");

        assertThat(request)
                .isEqualTo(new ForwardedRequest(
                        List.of("127.0.0.1:8080", "traces.example.com"),
                        "traces.example.com",
                        "https",
                        "/llmtrace",
                        "192.0.2.9"));
    }

    /** Apache appends to what the client sent. */
    @Test
    void whatTheClientSent_doesNotCount() {
        ForwardedRequest request = request(
                "10.0.0.1",
                "x-forwarded-for: 10.9.9.9, 192.0.2.9",
                "x-forwarded-host: evil.example, traces.example.com",
                "x-forwarded-proto: http, https");

        assertThat(request.authority()).isEqualTo("traces.example.com");
        assertThat(request.scheme()).isEqualTo("https");
        assertThat(request.client()).isEqualTo("192.0.2.9");
    }

    @Test
    void twoTrustedProxies_theOuterOneCounts() {
        ForwardedRequest request = request(
                "10.0.0.1",
                "x-forwarded-for: 6.6.6.6, 192.0.2.9",
                "x-forwarded-for: 10.0.0.2",
                "x-forwarded-host: evil.example, traces.example.com, inner.example",
                "x-forwarded-proto: https",
                "x-forwarded-prefix: /outer",
                "x-forwarded-prefix: /inner");

        assertThat(request.authority()).isEqualTo("traces.example.com");
        assertThat(request.scheme()).isEqualTo("https");
        assertThat(request.prefix()).isEqualTo("/outer/inner");
        assertThat(request.client()).isEqualTo("192.0.2.9");
    }

    /** Where the client's own address is trusted, nothing tells its value from that of a proxy. */
    @Test
    void hostsNamedByAnybody_areAllChecked() {
        ForwardedRequest request = request(
                "10.0.0.1",
                "x-forwarded-for: 10.0.0.1",
                "x-forwarded-host: traces.example.com",
                "x-forwarded-host: evil.example");

        assertThat(request.authorities()).containsExactly("127.0.0.1:8080", "traces.example.com", "evil.example");
    }

    @Test
    void forwarded_isReadAsInTheStandard() {
        ForwardedRequest request = request(
                "fd00::1",
                "forwarded: for=6.6.6.6;host=evil.example, for=\"[2001:db8::7]:4711\";Host=\"traces.example.com:8443\";proto=https",
                "forwarded: for=10.0.0.2;proto=http");

        assertThat(request)
                .isEqualTo(new ForwardedRequest(
                        List.of("127.0.0.1:8080", "evil.example", "traces.example.com:8443"),
                        "traces.example.com:8443",
                        "https",
                        "",
                        "2001:db8::7"));
    }

    @Test
    void forwarded_withHiddenClients_endsTheChain() {
        ForwardedRequest request =
                request("10.0.0.1", "forwarded: for=10.0.0.3;host=evil.example, for=_hidden;host=traces.example.com");

        assertThat(request.authority()).isEqualTo("traces.example.com");
        assertThat(request.client()).isEqualTo("_hidden");
    }

    @Test
    void garbage_isNoChain() {
        for (String garbage : List.of("", ",", ";=", "for", "for=;host=", "=x;;=", "[", "for=\"[\"", "1:2:3:", "%")) {
            ForwardedRequest request = request("10.0.0.1", "x-forwarded-for: " + garbage, "forwarded: " + garbage);

            assertThat(request.authority()).as(garbage).isEqualTo("127.0.0.1:8080");
        }
    }

    private static ForwardedRequest request(String peer, String... lines) {
        RequestHeadersBuilder headers =
                RequestHeaders.builder(HttpMethod.GET, "/").authority("127.0.0.1:8080");
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            headers.add(parts[0], parts[1]);
        }
        return TRUSTING.read(address(peer), headers.build());
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
