package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

    private static final String DEMO = "demo --exit --port 0 --traces 60 --data demo";

    @TempDir
    Path folder;

    @Test
    void demo_storesVerifiesAndPrintsCommandsThatWork() {
        CliRun cli = new CliRun(folder);

        CliRun.Result result = cli.runLine(DEMO);

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("sent      60 traces, ", "verified  every span came back over REST equal to what was sent")
                .contains("stored    60 traces, ", "models    ", "errors    ", "findings  ", "Try next:")
                .doesNotContain("\u001b");
        List<String> commands = result.lines().stream()
                .filter(line -> line.startsWith("  ./llmtrace "))
                .map(line -> line.substring("  ./llmtrace ".length()))
                .toList();
        assertThat(commands).hasSize(3);
        for (String command : commands) {
            CliRun.Result next = cli.runLine(command);
            assertThat(next.code()).as(command).isZero();
            assertThat(next.out()).as(command).isNotEmpty();
        }
    }

    @Test
    void demo_startsEmptyUnlessAnotherHasItsStoreOpen() {
        CliRun cli = new CliRun(folder);
        cli.runLine(DEMO);

        try (TraceRepository other = TraceRepositories.open("sqlite:" + folder.resolve("demo/demo.db"))) {
            assertThat(cli.runLine(DEMO).err()).contains("is open for writing");
            assertThat(other.stats(Fixture.TENANT).totalTraces()).isEqualTo(60);
        }
        assertThat(cli.runLine("demo --exit --port 0 --traces 20 --data demo").out())
                .contains("stored    20 traces, ");
    }

    @Test
    void demo_neverEmptiesAStoreThatIsNotItsOwn() throws IOException {
        Files.createDirectories(folder.resolve("demo"));
        Fixture.storeOf(folder.resolve("demo/demo.db"), Fixture.chat());

        CliRun cli = new CliRun(folder);
        CliRun.Result result = cli.runLine(DEMO);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("was not made by the demo, so it is not emptied");
        assertThat(cli.runLine("stats --storage sqlite:" + folder.resolve("demo/demo.db"))
                        .lines())
                .contains("traces        1");
    }

    @Test
    void demo_endsWith1WhenASpanComesBackDifferent() {
        CliRun cli = new CliRun(folder);
        cli.stores = url -> changing(
                TraceRepositories.open(url),
                span -> span.promptTokens() == null
                        ? span
                        : span.toBuilder().promptTokens(span.promptTokens() + 1).build());

        CliRun.Result result = cli.runLine(DEMO);

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out())
                .contains("NOT everything came back as it was sent")
                .contains("differs in prompt_tokens");
    }

    /** A store that changes spans before it stores them. */
    private static TraceRepository changing(TraceRepository store, UnaryOperator<TraceSpan> change) {
        return (TraceRepository) Proxy.newProxyInstance(
                DemoTest.class.getClassLoader(), new Class<?>[] {TraceRepository.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("storeSpans")) {
                        Collection<?> spans = (Collection<?>) arguments[0];
                        store.storeSpans(spans.stream()
                                .map(TraceSpan.class::cast)
                                .map(change)
                                .toList());
                        return null;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
