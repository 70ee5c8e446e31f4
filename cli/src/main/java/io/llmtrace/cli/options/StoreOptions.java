package io.llmtrace.cli.options;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.storage.TraceRepository;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that name the store, or the running server, on which a command works. */
public final class StoreOptions {

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Work on a running server instead, such as http://localhost:8080 ${bundle:setting.server}.")
    @Nullable
    String server;

    @Option(
            names = "--tenant",
            paramLabel = "UUID",
            description = "Tenant whose traces to read and write ${bundle:setting.tenant}.")
    @Nullable
    String tenant;

    @Mixin
    ConfigOption config = new ConfigOption();

    public Settings settings(CliContext context) {
        return settings(context, flags());
    }

    /**
     * Resolves the settings for a command that has further options.
     *
     * @param flags the settings from {@link #flags}, and those that the other options set
     */
    public Settings settings(CliContext context, Map<Setting, String> flags) {
        return config.settings(context, flags);
    }

    /** Opens the store for reading, even while another process has it open. Never creates one. */
    public Store openForReading(CliContext context) {
        return open(context, Mode.READ);
    }

    /** Opens the store for writing, and creates it if it is missing. */
    public Store openForWriting(CliContext context) {
        return open(context, Mode.WRITE_OR_CREATE);
    }

    /** Opens the store for writing. Never creates one. */
    public Store openForDeleting(CliContext context) {
        return open(context, Mode.WRITE);
    }

    private enum Mode {
        READ,
        WRITE,
        WRITE_OR_CREATE
    }

    /** Returns the settings that these options set. */
    public Map<Setting, String> flags() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        put(flags, Setting.SERVER, server);
        put(flags, Setting.TENANT, tenant);
        return flags;
    }

    /** Adds a setting, if its option was given. */
    public static void put(Map<Setting, String> flags, Setting setting, @Nullable String value) {
        if (value != null) {
            flags.put(setting, value);
        }
    }

    private Store open(CliContext context, Mode mode) {
        Settings settings = settings(context);
        Optional<URI> remote = settings.server();
        if (remote.isPresent()) {
            requireDefaultTenant(settings);
            return new Store(
                    RemoteTraceRepository.connect(remote.get()),
                    settings.tenant(),
                    Stores.displayed(remote.get().toString()));
        }
        String url = settings.storageUrl();
        if (mode == Mode.WRITE) {
            Stores.requireExisting(url);
        }
        TraceRepository repository =
                mode == Mode.READ ? Stores.openForReading(context, url) : Stores.openForWriting(context, url);
        return new Store(repository, settings.tenant(), Stores.displayed(url));
    }

    /** Refuses a tenant. A server would ignore it, so that the user would mistake another tenant's traces for this one's. */
    private static void requireDefaultTenant(Settings settings) {
        if (!settings.tenant().equals(TenantResolver.DEFAULT_TENANT)) {
            throw new UsageException("a server determines the tenant of a request itself: leave out the tenant (from "
                    + settings.value(Setting.TENANT).origin() + "), or use --storage");
        }
    }

    /**
     * An open store.
     *
     * @param tenant the tenant whose traces the command works on
     * @param name the name of the store in messages, without a password
     */
    public record Store(TraceRepository repository, UUID tenant, String name) implements AutoCloseable {
        @Override
        public void close() {
            repository.close();
        }
    }
}
