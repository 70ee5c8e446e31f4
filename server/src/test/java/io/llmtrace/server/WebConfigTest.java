package io.llmtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebConfigTest {

    @ParameterizedTest
    @CsvSource({
        "https://traces.example.com, https://traces.example.com, ''",
        "https://traces.example.com/, https://traces.example.com, ''",
        "HTTPS://Traces.Example.com:8443/LLMtrace/, https://traces.example.com:8443/LLMtrace, /LLMtrace",
        "http://10.0.0.5/a/b-c_d.e~f, http://10.0.0.5/a/b-c_d.e~f, /a/b-c_d.e~f",
        "http://[fd00::1]:8080, http://[fd00::1]:8080, ''",
    })
    void publicUrl_hasABasePath(String text, String url, String path) {
        WebConfig web =
                WebConfig.builder().publicUrl(WebConfig.parsePublicUrl(text)).build();

        assertThat(web.publicUrl()).contains(URI.create(url));
        assertThat(web.basePath()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "traces.example.com",
                "ftp://traces.example.com",
                "https://me:secret@traces.example.com",
                "https://traces.example.com/?a=b",
                "https://traces.example.com/#a",
                "https://traces.example.com/a/../b",
                "https://traces.example.com//a",
                "https://traces.example.com/a%20b",
                "https://traces.example.com/a b",
                "https:///a",
                "https://traces.example.com/api",
                "https://traces.example.com/api/v1",
                "https://traces.example.com/v1",
                "https://traces.example.com/traces/a",
                "https://traces.example.com/health",
            })
    void publicUrl_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> WebConfig.parsePublicUrl(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "not a URL such as https://traces.example.com or https://example.com/llmtrace,"
                                + " without user, query and fragment; the path must not begin as the server's own do, such as /api, /v1 and /traces");
    }

    @Test
    void values_areNormalised() {
        WebConfig web = WebConfig.builder()
                .allowedHosts(List.of("Traces.Example.com", "fd00::1", "[FD00::2]", "llm_trace"))
                .allowedOrigins(
                        List.of("HTTPS://App.Example.com:443", "http://localhost:3000", "*", "capacitor://localhost"))
                .build();

        assertThat(web.allowedHosts()).containsExactly("traces.example.com", "[fd00::1]", "[fd00::2]", "llm_trace");
        assertThat(web.allowedOrigins())
                .containsExactly("https://app.example.com", "http://localhost:3000", "*", "capacitor://localhost");
        assertThat(web)
                .hasToString(
                        "WebConfig[public-url=null allowed-hosts=[traces.example.com, [fd00::1], [fd00::2], llm_trace]"
                                + " trusted-proxies=[] allowed-origins=[https://app.example.com, http://localhost:3000, *,"
                                + " capacitor://localhost]]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "*.example.com", "https://traces.example.com", "traces.example.com:8080", "a/b", "a b"})
    void allowedHost_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> WebConfig.parseHost(text))
                .hasMessage("not a host name such as traces.example.com, without scheme, port, path and wildcard");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "app.example.com",
                "https://app.example.com/",
                "https://app.example.com/path",
                "https://*.example.com",
                "https://user@app.example.com",
                "https://"
            })
    void allowedOrigin_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> WebConfig.parseOrigin(text))
                .hasMessage("not an origin such as https://app.example.com or http://localhost:3000,"
                        + " without path and wildcard, nor *");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "192.0.2.1/32, 192.0.2.1, true",
        "192.0.2.1/32, 192.0.2.2, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "::1, ::1, true",
        "::1, 127.0.0.1, false",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fe80::1, false",
        "10.0.0.0/8, ::1, false",
        "::/0, fd12::1, true",
    })
    void trustedProxy_isAnAddressOrABlock(String proxy, String address, boolean trusted) throws Exception {
        WebConfig web = WebConfig.builder().trustedProxies(List.of(proxy)).build();

        assertThat(web.trustsProxy().test(InetAddress.getByName(address))).isEqualTo(trusted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "localhost",
                "proxy.example.com",
                "10.0.0.0/33",
                "10.0.0",
                "10.0.0.256",
                "fd00::/129",
                "1:2"
            })
    void trustedProxy_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> WebConfig.requireProxy(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an address or a block of addresses such as 127.0.0.1, ::1 or 10.0.0.0/8");
    }

    @Test
    void defaults_trustNobody() throws Exception {
        WebConfig web = WebConfig.defaults();

        assertThat(web.trustsProxy().test(InetAddress.getLoopbackAddress())).isFalse();
        assertThat(web.publicUrl()).isEmpty();
        assertThat(web.basePath()).isEmpty();
    }
}
