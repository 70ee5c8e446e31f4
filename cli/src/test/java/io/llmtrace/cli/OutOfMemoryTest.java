package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.llmtrace.cli.context.UncaughtErrors;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import io.netty.channel.DefaultEventLoop;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A lack of memory in threads whose code does not expect it. */
@Timeout(60)
class OutOfMemoryTest {

    @TempDir
    Path folder;

    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final Logger logger = (Logger) LoggerFactory.getLogger(UncaughtErrors.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final long met = OutOfMemoryErrors.met();

    @BeforeEach
    void readLog() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void restore() {
        logger.detachAppender(log);
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    @Test
    void threadOfAServerThatEndsWithIt_isLogged_andCounted() throws Exception {
        CliRun server = new CliRun(folder);
        server.stop.request(); // so that it ends once it has started; Awaitility would replace the handler meanwhile
        assertThat(server.runLine("serve --port 0 --otlp-ports false").code()).isZero();

        Thread thread = new Thread(OutOfMemoryTest::runOutOfMemory, "some-thread");
        thread.start();
        thread.join();

        assertThat(OutOfMemoryErrors.met()).isGreaterThan(met);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("the thread some-thread has ended, so a part of the process may not work: restart it,"
                        + " with a larger heap (-Xmx) if that happens again");
    }

    /** It catches the error, logs it, and goes on. */
    @Test
    void eventLoopThatMeetsIt_isCounted() {
        DefaultEventLoop loop = new DefaultEventLoop();
        try {
            loop.execute(OutOfMemoryTest::runOutOfMemory);

            await().until(() -> OutOfMemoryErrors.met() > met);
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static void runOutOfMemory() {
        throw new OutOfMemoryError("Java heap space");
    }
}
