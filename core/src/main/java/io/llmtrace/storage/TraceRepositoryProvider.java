package io.llmtrace.storage;

/**
 * Opens the repositories of one URL scheme. Implementations are registered in {@code META-INF/services}, where
 * {@link TraceRepositories#open} finds them.
 */
public interface TraceRepositoryProvider {

    /** Returns the scheme, which precedes the first colon of a URL, such as {@code sqlite}. */
    String scheme();

    /** Returns the pattern of the URLs for messages, such as {@code sqlite:FILE}. */
    String urlPattern();

    /**
     * Opens the store, creating it if necessary.
     *
     * @param url the whole URL, with the scheme; secrets in it must not reach a message or a log
     * @throws StorageException if the store cannot be opened
     * @throws IllegalArgumentException if the URL is malformed
     */
    TraceRepository open(String url);
}
