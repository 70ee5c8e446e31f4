package io.llmtrace.cli.settings;

import io.llmtrace.cli.context.UsageException;
import io.llmtrace.ingest.redaction.Detector;
import io.llmtrace.ingest.redaction.Rule;
import io.llmtrace.model.Ids;
import io.llmtrace.otlp.Prices;
import io.llmtrace.server.WebConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings in effect, each with its origin. A flag takes precedence over a variable, a variable over the file, and the file over
 * the default.
 *
 * <p>A wrong value is refused by the method that returns it, so that it stops the commands that use it and no others. These methods
 * throw {@link UsageException}, which names the setting, its value and its origin.
 */
public final class Settings {

    /** The settings file if neither {@code --config} nor {@code LLMTRACE_CONFIG} names one. */
    public static final String DEFAULT_FILE = "llmtrace.yaml";

    /** The variable that names the settings file. */
    public static final String CONFIG_VARIABLE = "LLMTRACE_CONFIG";

    /** Variables that only the launcher reads. */
    private static final Set<String> LAUNCHER_VARIABLES = Set.of("LLMTRACE_JAVA_HOME", "LLMTRACE_JAVA_OPTS");

    /** The value of a setting that is switched off. */
    private static final String NONE = "none";

    /**
     * A variable that Kubernetes sets in every pod for a Service called {@code llmtrace} or {@code llmtrace-…}, such as
     * {@code LLMTRACE_SERVICE_HOST=…}, {@code LLMTRACE_PORT_8080_TCP_ADDR=…} and {@code LLMTRACE_PORT=tcp://172.20.120.186:8080},
     * which has the name of a setting. Only that one is told by its value.
     */
    private static final Pattern SERVICE_VARIABLE =
            Pattern.compile("LLMTRACE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST=.*|SERVICE_PORT(?:_[A-Z0-9_]+)?=.*"
                    + "|PORT_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?=.*|PORT=(?:tcp|udp|sctp)://.+)");

    private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

    private final Map<Setting, SettingValue> values;
    private final @Nullable Path file;
    private final String fileOrigin;
    private final List<String> ignoredVariables;
    private final List<String> unknownVariables;

    private Settings(
            Map<Setting, SettingValue> values, @Nullable Path file, String fileOrigin, Map<String, String> variables) {
        this.values = values;
        this.file = file;
        this.fileOrigin = fileOrigin;
        this.ignoredVariables = Arrays.stream(Setting.values())
                .map(Setting::variable)
                .filter(name -> isOfService(name, variables))
                .map(name -> name + "=" + variables.get(name)
                        + " is what Kubernetes sets for a Service called llmtrace, not a setting: ignored")
                .toList();
        this.unknownVariables = unknownVariables(variables);
    }

    /**
     * Resolves all settings.
     *
     * @param flags the settings given on the command line
     * @param configFlag the value of {@code --config}
     * @throws UsageException if the settings file cannot be read or has an unknown key
     */
    public static Settings resolve(
            Map<Setting, String> flags,
            @Nullable Path configFlag,
            Map<String, String> variables,
            Path workingDirectory) {
        Path file = fileOf(configFlag, variables, workingDirectory);
        Map<Setting, SettingValue> ofFile = file == null ? Map.of() : SettingsFile.read(file);
        Map<Setting, SettingValue> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, valueOf(setting, flags, variables, ofFile));
        }
        return new Settings(Collections.unmodifiableMap(values), file, fileOrigin(configFlag, variables), variables);
    }

    /** Returns a value in effect, with its origin, even if it is wrong. The default storage is derived from the data folder. */
    public SettingValue value(Setting setting) {
        SettingValue value = requireValue(setting);
        if (setting != Setting.STORAGE || !value.isDefault()) {
            return value;
        }
        SettingValue data = requireValue(Setting.DATA);
        return new SettingValue("sqlite:" + storeIn(data.text()), data.origin(), data.rank(), data.problem());
    }

    private static String storeIn(String folder) {
        try {
            return Path.of(folder).resolve("traces.db").toString();
        } catch (InvalidPathException e) {
            return folder; // reported by data()
        }
    }

    /** Returns what is wrong, in the order of the settings: what the methods for the single settings would throw. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        List<Runnable> checks = List.of(
                this::storageUrl,
                this::data,
                this::server,
                this::tenant,
                this::host,
                this::port,
                this::otlpPorts,
                this::insecure,
                this::publicUrl,
                this::allowedHosts,
                this::trustedProxies,
                this::allowedOrigins,
                this::maxBodyBytes,
                this::maxDecompressedBytes,
                this::maxRequestMemory,
                this::maxReadMemory,
                this::requestTimeout,
                this::spoolMaxMb,
                this::storePatience,
                this::linger,
                this::batchMaxSpans,
                this::redact,
                this::redactRules,
                this::redactFailOpen,
                this::prices,
                this::logLevel);
        for (Runnable check : checks) {
            try {
                check.run();
            } catch (UsageException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return problems.stream().distinct().toList();
    }

    /** Returns the settings file in use. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** Returns what named the settings file: {@code --config}, {@code LLMTRACE_CONFIG} or {@code default}. */
    public String fileOrigin() {
        return fileOrigin;
    }

    /** Returns a note on each variable that has the name of a setting, but is not meant as one. */
    public List<String> ignoredVariables() {
        return ignoredVariables;
    }

    /** Returns variables that begin with {@code LLMTRACE_} but are not settings, usually because they are misspelt. */
    public List<String> unknownVariables() {
        return unknownVariables;
    }

    public String storageUrl() {
        if (requireValue(Setting.STORAGE).isDefault()) {
            data(); // names the store
        }
        return checked(value(Setting.STORAGE)).text();
    }

    public Path data() {
        return parsed(Setting.DATA, Path::of);
    }

    public UUID tenant() {
        return parsed(Setting.TENANT, Ids::parseUuid);
    }

    public String host() {
        return parsed(Setting.HOST, Settings::parseHost);
    }

    /** Returns the port of the server; 0 for any free port. */
    public int port() {
        return parsed(Setting.PORT, Settings::parsePort);
    }

    public boolean otlpPorts() {
        return parsed(Setting.OTLP_PORTS, Settings::parseBoolean);
    }

    public boolean insecure() {
        return parsed(Setting.INSECURE, Settings::parseBoolean);
    }

    /** Returns how browsers and proxies reach the server. */
    public WebConfig web() {
        return WebConfig.builder()
                .publicUrl(publicUrl().orElse(null))
                .allowedHosts(allowedHosts())
                .trustedProxies(trustedProxies())
                .allowedOrigins(allowedOrigins())
                .build();
    }

    private Optional<URI> publicUrl() {
        return parsed(
                Setting.PUBLIC_URL,
                text -> text.equals(NONE) ? Optional.empty() : Optional.of(WebConfig.parsePublicUrl(text)));
    }

    private List<String> allowedHosts() {
        return parsed(Setting.ALLOWED_HOSTS, text -> parseList(text, WebConfig::parseHost));
    }

    private List<String> trustedProxies() {
        return parsed(Setting.TRUSTED_PROXIES, text -> parseList(text, WebConfig::requireProxy));
    }

    private List<String> allowedOrigins() {
        return parsed(Setting.ALLOWED_ORIGINS, text -> parseList(text, WebConfig::parseOrigin));
    }

    /** Returns the largest body of one request as it comes over the wire, in bytes. */
    public long maxBodyBytes() {
        return parsed(Setting.MAX_BODY_BYTES, Settings::parsePositiveSize);
    }

    /** Returns the largest body of one request after decompression, in bytes. */
    public long maxDecompressedBytes() {
        return parsed(Setting.MAX_DECOMPRESSED_BYTES, Settings::parsePositiveSize);
    }

    /** Returns how many bytes the bodies of all requests may take together. */
    public long maxRequestMemory() {
        return parsed(Setting.MAX_REQUEST_MEMORY, Settings::parsePositiveSize);
    }

    /** Returns how many bytes what is read to answer requests may take together. */
    public long maxReadMemory() {
        return parsed(Setting.MAX_READ_MEMORY, Settings::parsePositiveSize);
    }

    public Duration requestTimeout() {
        return parsed(Setting.REQUEST_TIMEOUT, Settings::parsePositiveDuration);
    }

    /** Returns how many MiB the spool may take; 0 for no spool. */
    public int spoolMaxMb() {
        return parsed(Setting.SPOOL_MAX_MB, Settings::parseCount);
    }

    public Duration storePatience() {
        return Duration.ofMillis(parsed(Setting.STORE_PATIENCE_MS, Settings::parsePositive));
    }

    public Duration linger() {
        return Duration.ofMillis(parsed(Setting.LINGER_MS, Settings::parseCount));
    }

    public int batchMaxSpans() {
        return parsed(Setting.BATCH_MAX_SPANS, Settings::parsePositive);
    }

    public Set<Detector> redact() {
        return parsed(Setting.REDACT, Settings::parseDetectors);
    }

    public List<Rule> redactRules() {
        return parsed(Setting.REDACT_RULES, name -> name.equals(NONE) ? List.of() : RedactionRules.read(Path.of(name)));
    }

    public boolean redactFailOpen() {
        return parsed(Setting.REDACT_FAIL_OPEN, Settings::parseBoolean);
    }

    public Prices prices() {
        return parsed(Setting.PRICES, name -> name.equals(NONE) ? Prices.builtIn() : Prices.read(Path.of(name)));
    }

    public String logLevel() {
        return parsed(Setting.LOG_LEVEL, Settings::parseLogLevel);
    }

    /**
     * Returns the server to work on; empty to work on the store. If both are set, the one with higher precedence counts.
     */
    public Optional<URI> server() {
        SettingValue server = requireValue(Setting.SERVER);
        SettingValue storage = value(Setting.STORAGE);
        if (server.isDefault() || storage.rank() < server.rank()) {
            return Optional.empty();
        }
        if (storage.rank() == server.rank()) {
            throw new UsageException("both " + storage.origin() + " and " + server.origin()
                    + " are set, storage and server; leave one out");
        }
        return Optional.of(parsed(Setting.SERVER, Settings::parseServer));
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private <T> T parsed(Setting setting, Parser<T> parser) {
        try {
            return parser.parse(checked(requireValue(setting)).text());
        } catch (IllegalArgumentException e) {
            throw wrong(setting, String.valueOf(e.getMessage()), e);
        }
    }

    private static SettingValue checked(SettingValue value) {
        if (value.problem() != null) {
            throw new UsageException(value.problem());
        }
        return value;
    }

    private UsageException wrong(Setting setting, String reason, @Nullable Throwable cause) {
        SettingValue value = requireValue(setting);
        return new UsageException(
                setting.key() + ": " + reason + ": '" + value.text() + "' (from " + value.origin() + ")", cause);
    }

    private SettingValue requireValue(Setting setting) {
        SettingValue value = values.get(setting);
        if (value == null) {
            throw new IllegalStateException("setting was not resolved: " + setting);
        }
        return value;
    }

    private static String parseHost(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("not an address such as 127.0.0.1 or ::1");
        }
        return text;
    }

    private static String parseLogLevel(String text) {
        if (!isLogLevel(text)) {
            throw new IllegalArgumentException("not one of " + LOG_LEVELS);
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** Returns whether a text is a level, in small or capital letters. */
    public static boolean isLogLevel(String text) {
        return LOG_LEVELS.contains(text.toLowerCase(Locale.ROOT));
    }

    private static int parsePort(String text) {
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException("not a port in [0, 65535]");
    }

    private static int parseCount(String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException("not a whole number from 0 up");
    }

    private static int parsePositive(String text) {
        int count = parseCount(text);
        if (count == 0) {
            throw new IllegalArgumentException("not a whole number from 1 up");
        }
        return count;
    }

    private static long parsePositiveSize(String text) {
        long bytes = Quantities.parseSize(text);
        if (bytes == 0) {
            throw new IllegalArgumentException("not a size from 1 byte up");
        }
        return bytes;
    }

    private static Duration parsePositiveDuration(String text) {
        Duration duration = Quantities.parseDuration(text);
        if (duration.isZero()) {
            throw new IllegalArgumentException("not a duration from 1ms up");
        }
        return duration;
    }

    /** Parses values separated by commas. */
    private static List<String> parseList(String text, Parser<String> parser) {
        return text.equals(NONE)
                ? List.of()
                : Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .map(parser::parse)
                        .toList();
    }

    private static Set<Detector> parseDetectors(String text) {
        Set<Detector> detectors = EnumSet.noneOf(Detector.class);
        if (text.equals(NONE)) {
            return detectors;
        }
        for (String name : text.split(",", -1)) {
            detectors.add(Detector.ofText(name.strip()));
        }
        return detectors;
    }

    private static boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw new IllegalArgumentException("not true or false");
        };
    }

    private static URI parseServer(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URL such as http://localhost:8080", e);
        }
        throw new IllegalArgumentException("not a URL such as http://localhost:8080");
    }

    private static SettingValue valueOf(
            Setting setting,
            Map<Setting, String> flags,
            Map<String, String> variables,
            Map<Setting, SettingValue> ofFile) {
        String flag = flags.get(setting);
        if (flag != null) {
            return new SettingValue(flag, setting.flag(), SettingValue.FLAG);
        }
        String variable = variables.get(setting.variable());
        if (variable != null && !variable.isEmpty() && !isOfService(setting.variable(), variables)) {
            return new SettingValue(variable, setting.variable(), SettingValue.VARIABLE);
        }
        SettingValue inFile = ofFile.get(setting);
        return inFile != null ? inFile : new SettingValue(setting.defaultText(), "default", SettingValue.DEFAULT);
    }

    private static boolean isOfService(String name, Map<String, String> variables) {
        return SERVICE_VARIABLE
                .matcher(name + "=" + variables.getOrDefault(name, ""))
                .matches();
    }

    private static @Nullable Path fileOf(
            @Nullable Path configFlag, Map<String, String> variables, Path workingDirectory) {
        if (configFlag != null) {
            return workingDirectory.resolve(configFlag);
        }
        String variable = variables.getOrDefault(CONFIG_VARIABLE, "");
        if (!variable.isEmpty()) {
            return workingDirectory.resolve(variable);
        }
        Path byDefault = workingDirectory.resolve(DEFAULT_FILE);
        return Files.exists(byDefault) ? byDefault : null;
    }

    private static String fileOrigin(@Nullable Path configFlag, Map<String, String> variables) {
        if (configFlag != null) {
            return "--config";
        }
        return variables.getOrDefault(CONFIG_VARIABLE, "").isEmpty() ? "default" : CONFIG_VARIABLE;
    }

    private static List<String> unknownVariables(Map<String, String> variables) {
        Set<String> known =
                Arrays.stream(Setting.values()).map(Setting::variable).collect(Collectors.toSet());
        return variables.keySet().stream()
                .filter(name -> name.startsWith("LLMTRACE_"))
                .filter(name -> !known.contains(name) && !name.equals(CONFIG_VARIABLE))
                .filter(name -> !LAUNCHER_VARIABLES.contains(name))
                .filter(name -> !isOfService(name, variables))
                .sorted()
                .toList();
    }
}
