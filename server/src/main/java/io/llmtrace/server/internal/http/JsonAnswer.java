package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with JSON. A small one is written at once. A large one is sent while it is written, so that it takes no memory besides the
 * value that it is made of; a fault on the way cuts the connection, so that half an answer never looks like a complete one.
 */
final class JsonAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(JsonAnswer.class);
    private static final int MAX_SMALL = 256 << 10;

    private JsonAnswer() {}

    static HttpResponse of(ServiceRequestContext context, Object value) {
        ResponseHeaders headers = ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.JSON_UTF_8)
                .build();
        try {
            SmallOutput small = new SmallOutput();
            TraceJson.writeTo(small, value);
            return HttpResponse.of(headers, HttpData.wrap(small.toByteArray()));
        } catch (TooLongException e) {
            HttpResponseWriter writer = HttpResponse.streaming();
            writer.write(headers);
            context.blockingTaskExecutor().execute(() -> send(value, writer));
            return writer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Object value, HttpResponseWriter writer) {
        try (ResponseOutput out = new ResponseOutput(writer)) {
            TraceJson.writeTo(out, value);
            out.flush();
            writer.close();
        } catch (ClientGoneException e) {
            writer.close(e);
        } catch (Throwable e) {
            OutOfMemoryErrors.note(e);
            LOG.error("answer failed while it was sent", e);
            writer.close(e);
        }
    }

    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class SmallOutput extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            if (bytes.size() + length > MAX_SMALL) {
                throw new TooLongException();
            }
            bytes.write(from, offset, length);
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
