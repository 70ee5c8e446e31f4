package io.llmtrace.server.internal.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as its client sent it, before proxies passed it on.
 *
 * @param authorities every host, with port if it has one, that the request names, be it a proxy or the client that names it
 * @param authority the one that the client asked for
 * @param scheme {@code https} or {@code http}; null if no trusted proxy says
 * @param prefix path that proxies removed, such as {@code /llmtrace}, unchecked; empty if none says
 * @param client address from which the request comes
 */
public record ForwardedRequest(
        List<String> authorities,
        String authority,
        @Nullable String scheme,
        String prefix,
        String client) {}
