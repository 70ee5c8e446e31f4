package io.llmtrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The pages for people, and the OpenAPI document that one of them shows. Nothing in them comes from elsewhere. */
final class Pages {

    private static final String POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";

    private final Explorer explorer;
    private final byte[] openApi = resource("openapi.json");
    private final byte[] style = resource("style.css");
    private final byte[] docs = docs(TraceJson.readTree(openApi)).getBytes(StandardCharsets.UTF_8);

    Pages(Explorer explorer) {
        this.explorer = explorer;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/", List.of(), call -> explorer.page(call.request().headers())),
                page("/docs", MediaType.HTML_UTF_8, docs),
                page("/style.css", MediaType.CSS_UTF_8, style),
                page("/api/v1/openapi.json", MediaType.JSON_UTF_8, openApi));
    }

    private static Route page(String path, MediaType type, byte[] content) {
        ResponseHeaders headers = ResponseHeaders.builder(HttpStatus.OK)
                .contentType(type)
                .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .build();
        return Route.get(path, List.of(), call -> {
            call.parameters();
            return HttpResponse.of(headers, HttpData.wrap(content));
        });
    }

    private static String docs(JsonNode openApi) {
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
                + "<title>llmtrace API</title><link rel=\"stylesheet\" href=\"/style.css\">\n<h1>llmtrace API</h1>\n"
                + "<p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>\n");
        openApi.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    JsonNode described = operation.getValue();
                    html.append("<h2><code>")
                            .append(escape(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
                            .append("</code></h2>\n<p>")
                            .append(escape(described.path("summary").asText()))
                            .append("</p>\n");
                    appendParameters(openApi, described.path("parameters"), html);
                }));
        return html.append("</html>\n").toString();
    }

    private static void appendParameters(JsonNode openApi, JsonNode parameters, StringBuilder html) {
        if (parameters.isEmpty()) {
            return;
        }
        html.append("<table>\n");
        for (JsonNode item : parameters) {
            String reference = item.path("$ref").asText();
            JsonNode parameter = reference.isEmpty() ? item : openApi.at(reference.substring(1));
            html.append("<tr><td><code>")
                    .append(escape(parameter.path("name").asText()))
                    .append("</code></td><td>")
                    .append(escape(parameter.path("description").asText()))
                    .append("</td></tr>\n");
        }
        html.append("</table>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static byte[] resource(String name) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing in the program: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
