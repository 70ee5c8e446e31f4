package io.llmtrace.storage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** Opens repositories by the URLs of their stores. */
public final class TraceRepositories {

    private TraceRepositories() {}

    /**
     * Opens the repository with a URL.
     *
     * @param url such as {@code sqlite:traces.db} or {@code memory:}; its scheme selects one of the backends on the class path
     * @throws InvalidRequestException if no backend knows the scheme; the message lists those that are known
     * @throws StorageException if the store cannot be opened
     */
    public static TraceRepository open(String url) {
        int colon = url.indexOf(':');
        String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        List<TraceRepositoryProvider> providers = providers();
        for (TraceRepositoryProvider provider : providers) {
            if (provider.scheme().equals(scheme)) {
                return provider.open(url);
            }
        }
        // The message shows the scheme only, since the rest of the URL may contain a password.
        throw new InvalidRequestException(
                (colon < 0 ? "storage URL without a scheme" : "unknown storage scheme '" + scheme + "'")
                        + "; known are "
                        + String.join(
                                ", ",
                                providers.stream()
                                        .map(TraceRepositoryProvider::urlPattern)
                                        .toList()));
    }

    private static List<TraceRepositoryProvider> providers() {
        List<TraceRepositoryProvider> providers = new ArrayList<>();
        ServiceLoader.load(TraceRepositoryProvider.class).forEach(providers::add);
        providers.sort(Comparator.comparing(TraceRepositoryProvider::scheme));
        return providers;
    }
}
