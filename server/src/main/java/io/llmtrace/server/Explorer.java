package io.llmtrace.server;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.encoding.EncodingService;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace explorer: one page with modules and libraries, all from the class path, kept in memory once they were asked for.
 *
 * <pre>
 * /, /traces/{id}, /sessions, /dashboard, /security   ui/index.html; its modules look at the address
 * /ui/{path}                                          ui/{path}
 * /ui/lib/{library}/{path}                            {path} in the webjar of that library
 * </pre>
 *
 * <p>Traces hold what strangers wrote. Should any of it get past the code of the page, the policy still keeps the browser
 * from running it and from asking other sites for anything.
 */
final class Explorer {

    private static final String POLICY = "default-src 'none'; script-src 'self' '%s'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html dompurify";

    private static final List<String> PAGES = List.of("/traces/{id}", "/sessions", "/dashboard", "/security");

    /** Without dots but the last: no way out of the folder. */
    private static final Pattern FILE = Pattern.compile("(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\\.(js|css|svg)");

    private static final Map<String, MediaType> TYPES = Map.of(
            "js", MediaType.parse("text/javascript; charset=utf-8"),
            "css", MediaType.CSS_UTF_8,
            "svg", MediaType.SVG_UTF_8);

    /** What stands in the page for a library, and where its webjar has it. */
    private static final Map<String, Library> LIBRARIES = Map.of(
            "lit", Library.folder("lit"),
            "lit-html", Library.folder("lit-html"),
            "lit-element", Library.folder("lit-element"),
            "reactive-element", Library.folder("lit__reactive-element"),
            "marked", new Library("marked", Map.of("marked.js", "lib/marked.esm.js")),
            "dompurify", new Library("dompurify", Map.of("purify.js", "dist/purify.es.mjs")),
            "uplot", new Library("uplot", Map.of("uplot.js", "dist/uPlot.esm.js", "uplot.css", "dist/uPlot.min.css")));

    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    private final Map<String, Asset> assets = new ConcurrentHashMap<>();
    private final Asset index = index();

    /** @param around what every service gets, such as its metrics */
    void addTo(ServerBuilder builder, UnaryOperator<HttpService> around) {
        for (String page : PAGES) {
            builder.route()
                    .methods(HttpMethod.GET, HttpMethod.HEAD)
                    .path(page)
                    .build(around.apply((context, request) -> page(request.headers())));
        }
        HttpService files = (context, request) -> file(String.valueOf(context.pathParam("path")), request.headers());
        builder.route()
                .methods(HttpMethod.GET, HttpMethod.HEAD)
                .path("/ui/{*path}")
                .build(around.apply(files.decorate(EncodingService.newDecorator())));
    }

    HttpResponse page(RequestHeaders request) {
        return index.answer(request);
    }

    private HttpResponse file(String path, RequestHeaders request) {
        Asset asset = assets.get(path);
        if (asset == null) {
            asset = load(path).orElse(null);
        }
        if (asset == null) {
            return Problems.render(Failure.of(HttpStatus.NOT_FOUND, "no such file of the trace explorer"));
        }
        assets.put(path, asset);
        return asset.answer(request);
    }

    private static Optional<Asset> load(String path) {
        Matcher matcher = FILE.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        MediaType type = TYPES.get(matcher.group(1));
        String[] steps = path.split("/", 3);
        Optional<byte[]> content = steps[0].equals("lib") && steps.length == 3
                ? Optional.ofNullable(LIBRARIES.get(steps[1])).flatMap(library -> library.read(steps[2]))
                : resource("/io/llmtrace/server/ui/" + path);
        return content.map(
                bytes -> new Asset(ResponseHeaders.builder(HttpStatus.OK).contentType(type), bytes));
    }

    /** An import map cannot be loaded from a file: it stands in the page, and the policy names what it hashes to. */
    private static Asset index() {
        byte[] page = resource("/io/llmtrace/server/ui/index.html")
                .orElseThrow(() -> new IllegalStateException("missing in the program: ui/index.html"));
        Matcher importMap = IMPORT_MAP.matcher(new String(page, StandardCharsets.UTF_8));
        if (!importMap.find()) {
            throw new IllegalStateException("ui/index.html has no import map");
        }
        String hash = "sha256-"
                + Base64.getEncoder().encodeToString(sha256(importMap.group(1).getBytes(StandardCharsets.UTF_8)));
        return new Asset(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.HTML_UTF_8)
                        .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY.formatted(hash))
                        .add(HttpHeaderNames.CROSS_ORIGIN_OPENER_POLICY, "same-origin")
                        .add(HttpHeaderNames.REFERRER_POLICY, "no-referrer"),
                page);
    }

    private static Optional<byte[]> resource(String name) {
        try (InputStream in = Explorer.class.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A webjar.
     *
     * @param files their names in the page, and in the webjar; empty for all under the same name
     */
    private record Library(String artifact, Map<String, String> files) {

        private static Library folder(String artifact) {
            return new Library(artifact, Map.of());
        }

        Optional<byte[]> read(String name) {
            String file = files.isEmpty() ? name : files.get(name);
            return file == null
                    ? Optional.empty()
                    : resource("/META-INF/resources/webjars/" + artifact + "/" + version() + "/" + file);
        }

        /** The folder in a webjar is named by its version, which stands nowhere but in the build. */
        private String version() {
            String name = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
            try (InputStream in = Explorer.class.getResourceAsStream(name)) {
                Properties properties = new Properties();
                if (in != null) {
                    properties.load(in);
                }
                return properties.getProperty("version", "");
            } catch (IOException e) {
                throw new UncheckedIOException(name, e);
            }
        }
    }

    /** A file as it is served: the browser asks each time whether it is still the same. */
    private static final class Asset {
        private final ResponseHeaders headers;
        private final ResponseHeaders notModified;
        private final HttpData content;
        private final String tag;

        Asset(ResponseHeadersBuilder headers, byte[] content) {
            // Weak, since the bytes differ when they are compressed on the way.
            this.tag = "W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(content)) + "\"";
            this.content = HttpData.wrap(content);
            this.headers = headers.add(HttpHeaderNames.ETAG, tag)
                    .add(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                    .build();
            this.notModified = ResponseHeaders.builder(HttpStatus.NOT_MODIFIED)
                    .add(HttpHeaderNames.ETAG, tag)
                    .build();
        }

        HttpResponse answer(RequestHeaders request) {
            String known = request.get(HttpHeaderNames.IF_NONE_MATCH);
            return known != null && known.contains(tag)
                    ? HttpResponse.of(notModified)
                    : HttpResponse.of(headers, content);
        }
    }
}
