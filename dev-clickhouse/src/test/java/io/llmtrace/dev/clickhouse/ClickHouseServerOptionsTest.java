package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClickHouseServerOptionsTest {

    private static ClickHouseServerOptions.Builder builder() {
        return ClickHouseServerOptions.builder();
    }

    @Test
    void build_refusesWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().httpPort(-1).build())
                .withMessage("httpPort not in [0, 65535]: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().nativePort(65_536).build())
                .withMessage("nativePort not in [0, 65535]: 65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().memoryLimitBytes(0).build())
                .withMessage("memoryLimitBytes <= 0: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().password("").build())
                .withMessage("password is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().logLevel("loud").build())
                .withMessageEndingWith(": loud");
    }

    @Test
    void external_willDoUnlessSomethingIsSet() {
        assertThat(ClickHouseServerOptionsValues.allowExternal(builder().build()))
                .isTrue();
        assertThat(ClickHouseServerOptionsValues.allowExternal(builder()
                        .progress(System.out::println)
                        .variables(Map.of())
                        .build()))
                .isTrue();
        assertThat(ClickHouseServerOptionsValues.allowExternal(
                        builder().ownProcess().build()))
                .isFalse();
        assertThat(ClickHouseServerOptionsValues.allowExternal(
                        builder().folder(Path.of("x")).build()))
                .isFalse();
        assertThat(ClickHouseServerOptionsValues.allowExternal(
                        builder().memoryLimitBytes(1).build()))
                .isFalse();
    }

    @Test
    void toBuilder_keepsAll() {
        ClickHouseServerOptions options = builder()
                .folder(Path.of("x"))
                .httpPort(1)
                .nativePort(2)
                .password("secret")
                .configXml("<clickhouse/>")
                .usersXml("<clickhouse/>", "<clickhouse/>")
                .memoryLimitBytes(3)
                .logLevel("trace")
                .ownProcess()
                .variables(Map.of("A", "b"))
                .build();

        assertThat(options.toBuilder().build()).isEqualTo(options);
        assertThat(options.toString()).doesNotContain("secret");
    }
}
