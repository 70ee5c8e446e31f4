package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceRepository;

/**
 * Opens the repositories of one URL scheme. Registered in {@code META-INF/services}, found by
 * {@link io.llmtrace.storage.TraceRepositories#open}.
 */
public interface TraceRepositoryProvider {

    /** What stands before the first colon of its URLs, such as {@code sqlite}. */
    String scheme();

    /** Its URL, with names for the parts, as a message shows it: {@code sqlite:FILE}. */
    String urlPattern();

    /**
     * @param url whole, with the scheme; secrets in it must not reach a message or a log
     * @throws io.llmtrace.storage.StorageException if the store cannot be opened
     * @throws IllegalArgumentException if the URL is wrong
     */
    TraceRepository open(String url);
}
