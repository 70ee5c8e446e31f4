package io.llmtrace.dev.clickhouse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends the hello of the native protocol and returns the answer. */
final class NativeClient {

    private static final int REVISION = 54_429;

    private NativeClient() {}

    /** Returns everything the server sends, as text, until it closes the connection or is silent for half a second. */
    static String hello(ClickHouseServer server, String user, String password) {
        ByteArrayOutputStream hello = new ByteArrayOutputStream();
        writeNumber(hello, 0);
        writeText(hello, "test");
        writeNumber(hello, 26);
        writeNumber(hello, 7);
        writeNumber(hello, REVISION);
        writeText(hello, "default");
        writeText(hello, user);
        writeText(hello, password);
        return send(server.nativePort(), hello.toByteArray());
    }

    static String send(int port, byte[] bytes) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(500);
            socket.getOutputStream().write(bytes);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (IOException e) {
                // a timeout or reset ends the answer
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeText(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeNumber(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void writeNumber(ByteArrayOutputStream out, int number) {
        int rest = number;
        while (rest >= 0x80) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
