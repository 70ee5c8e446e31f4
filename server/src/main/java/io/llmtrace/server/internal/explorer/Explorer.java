package io.llmtrace.server.internal.explorer;

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
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.EncodingService;
import io.llmtrace.server.WebConfig;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.Problems;
import io.llmtrace.server.internal.http.Route;
import io.llmtrace.server.internal.web.BasePath;
import io.llmtrace.server.internal.web.ForwardedRequest;
import io.llmtrace.server.internal.web.Forwarding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
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
 * Serves the trace explorer: one page, its modules and its libraries, all from the class path. A file stays in memory once it has been
 * requested.
 *
 * <pre>
 * /, /traces/{id}, /sessions, /dashboard, /security   ui/index.html; its modules read the address
 * /ui/{path}                                          ui/{path}
 * /ui/lib/{library}/{path}                            {path} in the webjar of that library
 * </pre>
 *
 * <p>Traces contain text from untrusted sources. If the code of the page fails to neutralize some of it, the content security
 * policy still keeps the browser from running it, and from requesting anything from other sites.
 */
public final class Explorer {

    private static final String POLICY = "default-src 'none'; script-src 'self' '%s'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html dompurify";

    private static final List<String> PAGES = List.of("/traces/{id}", "/sessions", "/dashboard", "/security");

    /** Paths of files. The only dot is that of the extension, so that no path leads out of the folder. */
    private static final Pattern FILE = Pattern.compile("(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\\.(js|css|svg)");

    private static final Map<String, MediaType> TYPES = Map.of(
            "js", MediaType.parse("text/javascript; charset=utf-8"),
            "css", MediaType.CSS_UTF_8,
            "svg", MediaType.SVG_UTF_8);

    /** Libraries by the name that the page's import map uses. */
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
    private final String index = text("index.html");
    private final WebConfig web;
    private final BasePath basePath;

    /** Serves the pages below the path of {@code public-url} as well. */
    public Explorer(WebConfig web) {
        this.web = web;
        this.basePath = new BasePath(web.basePath());
    }

    /**
     * Adds the files, and all pages except {@code /}.
     *
     * @param around decorates every service, for example with metrics
     */
    public void addTo(ServerBuilder builder, UnaryOperator<HttpService> around) {
        HttpService pages = around.apply((context, request) -> page(context, request.headers()));
        PAGES.forEach(page -> add(builder, page, pages));
        HttpService files = (context, request) -> file(String.valueOf(context.pathParam("path")), request.headers());
        add(builder, "/ui/{*path}", around.apply(files.decorate(EncodingService.newDecorator())));
    }

    private void add(ServerBuilder builder, String path, HttpService service) {
        basePath.servedAt(path)
                .forEach(served -> builder.route()
                        .methods(HttpMethod.GET, HttpMethod.HEAD)
                        .path(served)
                        .build(service));
    }

    /** Returns the route of the page at {@code /}, the only page that the OpenAPI document lists. */
    public Route home() {
        return Route.get(
                "/", List.of(), call -> page(call.context(), call.request().headers()));
    }

    private HttpResponse page(ServiceRequestContext context, RequestHeaders request) {
        return pageAt(rootOf(context.path(), Forwarding.requestOf(context))).answer(request);
    }

    /**
     * Returns the URL of {@code /} as the browser sees it, with a slash at the end. It is relative to the page, so that pages work below
     * any path without a setting, whether the proxy removes that path or not. The exception is the root: there, the browser may see
     * {@code /llmtrace} without a slash, to which {@code ./} is not relative. If the proxy or {@code public-url} names this path, it is
     * used.
     */
    private String rootOf(String requested, ForwardedRequest forwarded) {
        if (requested.equals("/") && !forwarded.prefix().isEmpty()) {
            return forwarded.prefix() + "/";
        }
        if (requested.equals(basePath.path()) || requested.equals("/") && isPublic(forwarded)) {
            return basePath.path() + "/";
        }
        long folders =
                basePath.strip(requested).chars().skip(1).filter(c -> c == '/').count();
        return folders == 0 ? "./" : "../".repeat((int) folders);
    }

    private boolean isPublic(ForwardedRequest forwarded) {
        String host = forwarded.authority().replaceFirst(":\\d*$", "");
        return web.publicUrl().map(URI::getHost).filter(host::equals).isPresent();
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

    /**
     * Reads the page. Its import map has to be inline, since browsers do not load one from a file, so the policy allows it by
     * its hash.
     */
    private Asset pageAt(String root) {
        String page = index.replace("\"./", "\"" + root);
        Matcher importMap = IMPORT_MAP.matcher(page);
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
                page.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String file) {
        return resource("/io/llmtrace/server/ui/" + file)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElseThrow(() -> new IllegalStateException("ui/" + file + " is missing from the class path"));
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
     * A library in a webjar.
     *
     * @param files from the name in the page to the name in the webjar; empty if all names are the same
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

        /**
         * Returns the version, which is in the name of the webjar's folder. It is read from the webjar's build properties,
         * since no API returns it.
         */
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

    /** A file as it is served. The browser revalidates it each time by its tag. */
    private static final class Asset {
        private final ResponseHeaders headers;
        private final ResponseHeaders notModified;
        private final HttpData content;
        private final String tag;

        Asset(ResponseHeadersBuilder headers, byte[] content) {
            // The tag is weak, since a compressed response has the same content but different bytes.
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
