package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceQuery;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The texts that a query asks for. */
public final class QueryTexts {

    private QueryTexts() {}

    /** Whether all of them are Unicode. If not, no span has them, but engines would take them for other texts. */
    public static boolean areUnicode(TraceQuery query) {
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        Stream<@Nullable String> values = Stream.of(
                query.provider() == null ? null : query.provider().name(),
                query.modelName(),
                query.operationName(),
                query.serviceName(),
                query.sessionId(),
                query.userId(),
                query.findingType(),
                query.actionName());
        Stream<String> tags = query.tags().entrySet().stream().flatMap(tag -> Stream.of(tag.getKey(), tag.getValue()));
        return Stream.concat(Stream.concat(values, tags), query.words().stream())
                .allMatch(text -> text == null || utf8.canEncode(text));
    }
}
