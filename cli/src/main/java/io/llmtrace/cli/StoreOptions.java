package io.llmtrace.cli;

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

/** Which store, or which running server, a command works on. */
final class StoreOptions {

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Work on a running server instead, such as http://localhost:8080 (LLMTRACE_SERVER).")
    @Nullable
    String server;

    @Option(
            names = "--tenant",
            paramLabel = "UUID",
            description = "Whose traces (LLMTRACE_TENANT; default: the one that a server without keys uses).")
    @Nullable
    String tenant;

    @Mixin
    ConfigOption config = new ConfigOption();

    Settings settings(CliContext context) {
        return Settings.resolve(flags(), config.file, context.variables(), context.workingDirectory());
    }

    /** Beside whatever else has the store open; never creates one. */
    Store openForReading(CliContext context) {
        return open(context, Mode.READ);
    }

    /** Creates the store when it is missing. */
    Store openForWriting(CliContext context) {
        return open(context, Mode.WRITE_OR_CREATE);
    }

    /** Never creates one. */
    Store openForDeleting(CliContext context) {
        return open(context, Mode.WRITE);
    }

    private enum Mode {
        READ,
        WRITE,
        WRITE_OR_CREATE
    }

    Map<Setting, String> flags() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        put(flags, Setting.SERVER, server);
        put(flags, Setting.TENANT, tenant);
        return flags;
    }

    static void put(Map<Setting, String> flags, Setting setting, @Nullable String value) {
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

    /** A flag without effect would show one tenant's traces for another's. */
    private static void requireDefaultTenant(Settings settings) {
        if (!settings.tenant().equals(TenantResolver.DEFAULT_TENANT)) {
            throw new UsageException("the server decides whose traces a request sees: leave out the tenant (from "
                    + settings.value(Setting.TENANT).origin() + "), or use --storage");
        }
    }

    /**
     * @param name of the store, as messages show it
     */
    record Store(TraceRepository repository, UUID tenant, String name) implements AutoCloseable {
        @Override
        public void close() {
            repository.close();
        }
    }
}
