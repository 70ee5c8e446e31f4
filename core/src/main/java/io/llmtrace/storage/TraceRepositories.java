package io.llmtrace.storage;

import io.llmtrace.storage.spi.TraceRepositoryProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** Opens a repository by the URL of its store. */
public final class TraceRepositories {

    private TraceRepositories() {}

    /**
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
        // Only the scheme is shown: the rest of the URL may hold a password.
        throw new InvalidRequestException(
                (colon < 0 ? "storage URL without a scheme" : "unknown storage scheme '" + scheme + "'")
                        + "; known are "
                        + String.join(
                                ", ",
                                providers.stream()
                                        .map(TraceRepositoryProvider::urlPattern)
                                        .toList()));
    }

    /**
     * Opens a store that may be away for now, as a server's store may be when the machines start: where it is, a repository is
     * returned all the same, and the store is opened behind it as soon as it can be. Until then {@link TraceRepository#check()}
     * says why it is away, and every other call throws {@link UnavailableException}.
     *
     * @param opener called again and again, such as {@code () -> TraceRepositories.open(url)}
     * @throws StorageException what the opener throws at first, unless it is {@link UnavailableException}; where the store
     *     refuses the user, waiting does not help
     */
    public static TraceRepository openWhenReachable(Supplier<TraceRepository> opener) {
        try {
            return opener.get();
        } catch (AccessRefusedException e) {
            throw e;
        } catch (UnavailableException e) {
            return new LateRepository(opener, e);
        }
    }

    private static List<TraceRepositoryProvider> providers() {
        List<TraceRepositoryProvider> providers = new ArrayList<>();
        ServiceLoader.load(TraceRepositoryProvider.class).forEach(providers::add);
        providers.sort(Comparator.comparing(TraceRepositoryProvider::scheme));
        return providers;
    }
}
