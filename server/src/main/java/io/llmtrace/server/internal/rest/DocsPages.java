package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.llmtrace.json.TraceJson;
import io.llmtrace.server.WebConfig;
import io.llmtrace.server.internal.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Serves the OpenAPI document, and the page that shows it. The page loads nothing from other sites. */
public final class DocsPages {

    private static final String POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'";

    private static final String FOLDER = "/io/llmtrace/server/";

    private final JsonNode openApi;

    /** Describes the API at the address of {@code public-url} or, if there is none, at the address from which the document comes. */
    public DocsPages(WebConfig web) {
        ObjectNode document = OpenApi.document(TraceJson.readTree(resource("openapi.json")));
        document.putArray("servers")
                .addObject()
                .put("url", web.publicUrl().map(URI::toString).orElse("../.."));
        this.openApi = document;
    }

    /** Returns the routes. */
    public List<Route> routes() {
        return List.of(
                page("/docs", MediaType.HTML_UTF_8, docs(openApi).getBytes(StandardCharsets.UTF_8)),
                page("/style.css", MediaType.CSS_UTF_8, resource("style.css")),
                page("/api/v1/openapi.json", MediaType.JSON_UTF_8, TraceJson.writeBytes(openApi)));
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
                + "<title>llmtrace API</title><link rel=\"stylesheet\" href=\"style.css\"><link rel=\"icon\" href=\"ui/icon.svg\">\n<h1>llmtrace API</h1>\n"
                + "<p>For programs: <a href=\"api/v1/openapi.json\">openapi.json</a></p>\n");
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
        try (InputStream in = DocsPages.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
