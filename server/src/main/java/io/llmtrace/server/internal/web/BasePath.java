package io.llmtrace.server.internal.web;

import java.util.List;

/**
 * The path of {@code public-url}. Everything is served at its own path and below this one, since some proxies leave the path in place
 * and others remove it.
 *
 * @param path such as {@code /llmtrace}, or empty
 */
public record BasePath(String path) {

    /** The most steps, such as {@code /llmtrace}, of a base path. */
    public static final int MAX_STEPS = 16;

    /** Returns the paths at which to serve what belongs at {@code own}. */
    public List<String> servedAt(String own) {
        if (path.isEmpty()) {
            return List.of(own);
        }
        // The root has no slash at its end if a user leaves it out.
        return own.equals("/") ? List.of(own, path, path + "/") : List.of(own, path + own);
    }

    /** Returns the path of a request without the base path, if it has it. */
    public String strip(String requested) {
        if (!path.isEmpty() && requested.startsWith(path + "/")) {
            return requested.substring(path.length());
        }
        return !path.isEmpty() && requested.equals(path) ? "/" : requested;
    }
}
