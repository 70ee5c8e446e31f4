package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.clickhouse.internal.engine.Endpoint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClickHouseSettingsTest {

    private static final String EXPECTED = "clickhouse://USER:PASSWORD@HOST:PORT,…/DATABASE?parameter=value&…";

    private static ClickHouseSettings parse(String url) {
        return ClickHouseSettings.parse(url);
    }

    private static void assertRefused(String url, String message) {
        assertThatThrownBy(() -> parse(url))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void parse_hostAloneTakesTheDefaults() {
        assertThat(parse("clickhouse://db1"))
                .isEqualTo(ClickHouseSettings.builder(List.of("db1:8123"))
                        .user("default")
                        .password("")
                        .database("llmtrace")
                        .tls(false)
                        .connectTimeout(Duration.ofSeconds(5))
                        .queryTimeout(Duration.ofSeconds(30))
                        .writeTimeout(Duration.ofSeconds(60))
                        .maxQueryMemoryMb(2_048)
                        .maxBatchMb(256)
                        .compress(false)
                        .build());
    }

    @Test
    void parse_everythingGiven() {
        assertThat(parse(
                        "clickhouse://ann:pw@db1:9000,db2/traces?tls=true&tls_ca_file=/etc/ca%20file+1.pem&cluster=main"
                                + "&connect_timeout_ms=1&query_timeout_ms=2&write_timeout_ms=3&max_query_memory_mb=4"
                                + "&max_batch_mb=5&max_read_mb=6&compress=true"))
                .isEqualTo(ClickHouseSettings.builder(List.of("db1:9000", "db2:8443"))
                        .user("ann")
                        .password("pw")
                        .database("traces")
                        .tls(true)
                        .tlsCaFile("/etc/ca file+1.pem")
                        .cluster("main")
                        .connectTimeout(Duration.ofMillis(1))
                        .queryTimeout(Duration.ofMillis(2))
                        .writeTimeout(Duration.ofMillis(3))
                        .maxQueryMemoryMb(4)
                        .maxBatchMb(5)
                        .maxReadMb(6)
                        .compress(true)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        "clickhouse://db1, db1:8123",
        "clickhouse://db1/, db1:8123",
        "clickhouse://db1?tls=true, db1:8443",
        "clickhouse://db1:80?tls=true, db1:80",
        "clickhouse://10.0.0.7:65535, 10.0.0.7:65535",
        "clickhouse://[::1], [::1]:8123",
        "clickhouse://[fe80::1]:9000/db, [fe80::1]:9000",
        "clickhouse://u@[::ffff:10.0.0.7]:1, [::ffff:10.0.0.7]:1"
    })
    void parse_hostAndPort(String url, String endpoint) {
        assertThat(parse(url).endpoints()).containsExactly(endpoint);
        assertThat(parse(url).endpoints())
                .extracting(
                        text -> Endpoint.parse(text, parse(url).tls(), "HOST").toString())
                .containsExactly(endpoint);
    }

    @ParameterizedTest
    @CsvSource({
        "ann:secret, ann, secret",
        "ann, ann, ''",
        "ann:, ann, ''",
        "'', default, ''",
        ":secret, default, secret",
        "an+n:a+b, an+n, a+b",
        "an%2Bn:a%20b, an+n, a b",
        "a%40b%3Ac%2Fd%3Fe%25f:%40%3A%2F%3F%25%2B%26%3D, a@b:c/d?e%f, @:/?%+&=",
        "ann:a:b, ann, a:b",
        "ann:a@b, ann, a@b",
        "ann:a/b, ann, a/b",
        "%C3%BC:%F0%9F%94%91, ü, 🔑"
    })
    void parse_userAndPassword(String credentials, String user, String password) {
        ClickHouseSettings settings = parse("clickhouse://" + credentials + "@db1/traces");

        assertThat(settings.user()).isEqualTo(user);
        assertThat(settings.password()).isEqualTo(password);
        assertThat(settings.database()).isEqualTo("traces");
        assertThat(settings.endpoints()).containsExactly("db1:8123");
    }

    @Test
    void parse_lastValueOfAParameterCounts() {
        assertThat(parse("clickhouse://db1?max_batch_mb=1&max_batch_mb=2").maxBatchMb())
                .isEqualTo(2);
    }

    @Test
    void parse_severalHostsNeedACluster() {
        assertThat(parse("clickhouse://db1,db2:81,[::1]/db?cluster=main").endpoints())
                .containsExactly("db1:8123", "db2:81", "[::1]:8123");
        assertRefused(
                "clickhouse://u:secret@db1,db2:81/db",
                "several hosts without a cluster: add ?cluster=NAME, or give one host: db1:8123,db2:81");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "clickhouse:/db1 | storage URL does not begin with clickhouse://",
                "http://u:secret@db1 | storage URL does not begin with clickhouse://",
                "clickhouse:// | not a host or host:port: ''",
                "clickhouse:///db | not a host or host:port: ''",
                "clickhouse://u:secret@/db | not a host or host:port: ''",
                "clickhouse://u:secret@:8123/db | not a host or host:port: ''",
                "clickhouse://db1:/db | not a host or host:port: 'db1:…'",
                "clickhouse://db1:http/db | not a host or host:port: 'db1:…'",
                "clickhouse://db1:123456/db | not a host or host:port: 'db1:…'",
                "clickhouse://db 1/db | not a host or host:port: 'db 1'",
                "clickhouse://db1,/db | not a host or host:port: ''",
                "clickhouse://::1/db | not a host or host:port: ''",
                "clickhouse://[::1/db | not a host or host:port: '[:…'",
                "clickhouse://ann:secret/db | not a host or host:port: 'ann:…'"
            })
    void parse_badHost(String url, String message) {
        assertRefused(url, message + ", expected " + EXPECTED);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "65536, 65536", "99999, 99999"})
    void parse_badPort(String port, int number) {
        assertRefused("clickhouse://u:secret@db1:" + port, "port not in [1, 65535]: " + number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a`b", "a'b", "a\"b", "a;b", "a b", "a/b", "1a", "-a", "a.b", "ä", "a%20b", "a\\b", "a\nb"})
    void parse_databaseThatWouldNeedQuoting(String database) {
        assertRefused(
                "clickhouse://u:secret@db1/" + database,
                "database not a name of letters, digits, '_' and '-', at most 64: '" + database + "'");
    }

    @Test
    void parse_databaseOf64CharactersIsTheLongest() {
        String longest = "a".repeat(64);

        assertThat(parse("clickhouse://db1/" + longest).database()).isEqualTo(longest);
        assertRefused(
                "clickhouse://db1/" + longest + "a",
                "database not a name of letters, digits, '_' and '-', at most 64: '" + longest + "a'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "cluster=a%60b | cluster not a name of letters, digits, '_' and '-', at most 64: 'a`b'",
                "cluster= | cluster not a name of letters, digits, '_' and '-', at most 64: ''",
                "tls=yes | tls not in [true, false]: 'yes'",
                "tls | tls not in [true, false]: ''",
                "compress=1 | compress not in [true, false]: '1'",
                "connect_timeout_ms=0 | connect_timeout_ms not a whole number > 0: '0'",
                "query_timeout_ms=-1 | query_timeout_ms not a whole number > 0: '-1'",
                "write_timeout_ms=1.5 | write_timeout_ms not a whole number > 0: '1.5'",
                "max_query_memory_mb=1000000000 | max_query_memory_mb not a whole number > 0: '1000000000'",
                "max_batch_mb=2g | max_batch_mb not a whole number > 0: '2g'",
                "tls_ca_file=/ca.pem | tls_ca_file without tls: add tls=true, or leave the file out",
                "tls=true&tls_ca_file=%zz | tls_ca_file has a '%' that two hex digits do not follow: write it as %25"
            })
    void parse_badParameter(String parameters, String message) {
        assertRefused("clickhouse://u:secret@db1/db?" + parameters, message);
    }

    @Test
    void parse_unknownParameterIsNamedWithoutItsValue() {
        assertRefused(
                "clickhouse://db1/db?password=secret",
                "unknown parameter of a clickhouse URL, known are [tls, tls_ca_file, cluster, connect_timeout_ms,"
                        + " query_timeout_ms, write_timeout_ms, max_query_memory_mb, max_batch_mb, max_read_mb,"
                        + " compress]: 'password'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sec?ret", "s@sec?ret", "sec?a=ret", "sec?tls=true&x=ret", "?secret", "sec?@ret"})
    void parse_questionMarkInThePasswordIsNotShown(String password) {
        assertRefused(
                "clickhouse://ann:" + password + "@db1/db",
                "storage URL with an '@' after a '?': write '?' in user and password as %3F, and '@' in parameters as %40");
    }

    @ParameterizedTest
    @CsvSource({"ann:secret%, password", "ann:%secret, password", "ann:%zzsecret, password", "%:secret, user"})
    void parse_badEscapeIsNotShown(String credentials, String what) {
        assertRefused(
                "clickhouse://" + credentials + "@db1/db",
                what + " has a '%' that two hex digits do not follow: write it as %25");
    }

    @Test
    void constructor_refusesWhatParseRefuses() {
        ClickHouseSettings good = parse("clickhouse://db1");

        assertThatThrownBy(() -> with(good, List.of(), Duration.ofSeconds(1), 1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("storage URL without a host, expected " + EXPECTED);
        assertThatThrownBy(() -> with(good, List.of("a b"), Duration.ofSeconds(1), 1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a host or host:port: 'a b', expected " + EXPECTED);
        assertThatThrownBy(() -> with(good, List.of("db1"), Duration.ZERO, 1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("query_timeout_ms <= 0: 0");
        assertThatThrownBy(() -> with(good, List.of("db1"), Duration.ofSeconds(1), -1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("max_batch_mb <= 0: -1");
    }

    private static ClickHouseSettings with(
            ClickHouseSettings other, List<String> endpoints, Duration queryTimeout, int maxBatchMb) {
        return other.toBuilder()
                .endpoints(endpoints)
                .queryTimeout(queryTimeout)
                .maxBatchMb(maxBatchMb)
                .build();
    }

    @Test
    void toString_showsNeitherUserNorPassword() {
        ClickHouseSettings settings = parse("clickhouse://ann:s3cret@db1,[::1]:81/db?cluster=main&tls=true");

        assertThat(settings).hasToString("ClickHouseSettings[clickhouse://db1:8443,[::1]:81/db cluster=main tls]");
        assertThat(settings.displayUrl()).isEqualTo("clickhouse://db1:8443,[::1]:81/db");
        assertThat(parse("clickhouse://ann:s3cret@db1"))
                .hasToString("ClickHouseSettings[clickhouse://db1:8123/llmtrace]");
    }
}
