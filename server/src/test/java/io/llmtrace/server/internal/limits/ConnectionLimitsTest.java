package io.llmtrace.server.internal.limits;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what one connection may cost, with frames that no HTTP/2 client library would send. */
class ConnectionLimitsTest {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private static final int REFUSED_STREAM = 7;
    private static final byte[] CANCEL = {0, 0, 0, 8};

    private RunningServer server;

    @BeforeEach
    void start() {
        server = RunningServer.over(
                new InMemoryTraceRepository(), RunningServer.config().requestTimeout(Duration.ofMillis(500)));
    }

    @AfterEach
    void stop() {
        assertThat(server.get("/health/live").status()).isEqualTo(200);
        server.close();
    }

    @Test
    void streams_moreThanTheLimitAtATime_areRefusedOneByOne() throws IOException {
        try (Connection connection = new Connection(server)) {
            assertThat(connection.settings()).containsEntry(3, ConnectionLimits.MAX_STREAMS);

            for (int i = 0; i <= ConnectionLimits.MAX_STREAMS; i++) {
                connection.send(HEADERS, END_HEADERS, 1 + 2 * i, request("POST", "/api/v1/spans"));
            }

            Frame reset = connection.next(RESET);
            assertThat(reset.stream).isEqualTo(1 + 2 * ConnectionLimits.MAX_STREAMS);
            assertThat(reset.number()).isEqualTo(REFUSED_STREAM);
        }
    }

    /** What a client sends again and again, without ever waiting for an answer. */
    private enum Flood {
        RAPID_RESET {
            @Override
            void send(Connection to, int stream) throws IOException {
                to.send(HEADERS, END_HEADERS | END_STREAM, stream, request("GET", "/health/live"));
                to.send(RESET, 0, stream, CANCEL);
            }
        },
        /** The client breaks a rule of the stream, so that the server resets it. */
        MADE_RESET {
            @Override
            void send(Connection to, int stream) throws IOException {
                to.send(HEADERS, END_HEADERS, stream, request("POST", "/api/v1/spans"));
                to.send(WINDOW_UPDATE, 0, stream, new byte[4]);
            }
        },
        CONTINUATION_WITHOUT_END {
            @Override
            void send(Connection to, int stream) throws IOException {
                if (stream == 1) {
                    to.send(HEADERS, 0, 1, request("GET", "/health/live"));
                }
                to.send(CONTINUATION, 0, 1, new byte[0]);
            }
        },
        EMPTY_DATA {
            @Override
            void send(Connection to, int stream) throws IOException {
                if (stream == 1) {
                    to.send(HEADERS, END_HEADERS, 1, request("POST", "/api/v1/spans"));
                }
                to.send(DATA, 0, 1, new byte[0]);
            }
        };

        abstract void send(Connection to, int stream) throws IOException;
    }

    /** The limits of Armeria and Netty that the server relies on. */
    @ParameterizedTest
    @EnumSource
    @Timeout(300)
    void flood_endsTheConnection(Flood flood) throws IOException {
        try (Connection connection = new Connection(server)) {
            assertThatThrownBy(() -> connection.floodUntilClosed(flood)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void body_thatArrivesTooSlowly_endsTheConnection_andTheAnswerNamesTheSetting() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v1/spans HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000\r\n\r\n{")
                    .getBytes(ISO_8859_1));

            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

            assertThat(answer)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("the body did not arrive within 500 ms (request-timeout)");
        }
    }

    @Test
    void body_thatArrivesTooSlowly_leavesOtherRequestsOfAnHttp2ConnectionAlone() throws IOException {
        try (Connection connection = new Connection(server)) {
            connection.send(HEADERS, END_HEADERS, 1, request("POST", "/api/v1/spans"));
            assertThat(connection.nextOf(HEADERS, GOAWAY).type).isEqualTo(HEADERS);

            connection.send(HEADERS, END_HEADERS | END_STREAM, 3, request("GET", "/health/live"));
            assertThat(connection.nextOf(HEADERS, GOAWAY))
                    .returns(HEADERS, Frame::type)
                    .returns(3, Frame::stream);
        }
    }

    @Test
    void connections_leaveFilesForTheStore() {
        assertThat(ConnectionLimits.connectionsFor(1024)).isEqualTo(512);
        assertThat(ConnectionLimits.connectionsFor(1)).isEqualTo(1);
        assertThat(ConnectionLimits.connectionsFor(Long.MAX_VALUE)).isEqualTo(ConnectionLimits.MAX_CONNECTIONS);
    }

    /** Returns the headers of a request, of which only the path and the host are not in HPACK's table. */
    private static byte[] request(String method, String path) {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        headers.write(method.equals("GET") ? 0x82 : 0x83);
        headers.write(0x86);
        write(headers, 0x04, path);
        write(headers, 0x01, "localhost");
        return headers.toByteArray();
    }

    private static void write(ByteArrayOutputStream headers, int name, String value) {
        headers.write(name);
        headers.write(value.length());
        headers.writeBytes(value.getBytes(ISO_8859_1));
    }

    private record Frame(int type, int flags, int stream, byte[] payload) {

        int number() {
            return ByteBuffer.wrap(payload).getInt();
        }
    }

    private static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Connection(RunningServer server) throws IOException {
            socket = new Socket("127.0.0.1", server.server().port());
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
            send(SETTINGS, 0, 0, new byte[0]);
        }

        void send(int type, int flags, int stream, byte[] payload) throws IOException {
            out.write(ByteBuffer.allocate(9 + payload.length)
                    .putInt(payload.length << 8 | type)
                    .put((byte) flags)
                    .putInt(stream)
                    .put(payload)
                    .array());
        }

        Map<Integer, Integer> settings() throws IOException {
            ByteBuffer payload = ByteBuffer.wrap(next(SETTINGS).payload);
            Map<Integer, Integer> settings = new HashMap<>();
            while (payload.hasRemaining()) {
                settings.put((int) payload.getShort(), payload.getInt());
            }
            return settings;
        }

        /** Returns the next frame of a type, and skips those before it; fails when the server closes the connection. */
        Frame next(int type) throws IOException {
            return nextOf(type, type);
        }

        Frame nextOf(int oneType, int otherType) throws IOException {
            while (true) {
                int head = in.readInt();
                Frame frame = new Frame(head & 0xff, in.read(), in.readInt(), in.readNBytes(head >>> 8));
                if (frame.type == oneType || frame.type == otherType) {
                    return frame;
                }
            }
        }

        /** Sends until the server has closed the connection. */
        void floodUntilClosed(Flood flood) throws IOException {
            for (int stream = 1; ; stream += 2) {
                flood.send(this, stream);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
