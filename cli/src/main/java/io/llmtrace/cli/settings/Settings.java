package io.llmtrace.cli.settings;

import io.llmtrace.cli.UsageException;
import io.llmtrace.ingest.redaction.Detector;
import io.llmtrace.ingest.redaction.Rule;
import io.llmtrace.model.Ids;
import io.llmtrace.otlp.Prices;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings in force, each with its origin. A flag beats a variable, a variable the file, the file the default. */
public final class Settings {

    /** Read when {@code --config} and {@code LLMTRACE_CONFIG} are not given and it is there. */
    public static final String DEFAULT_FILE = "llmtrace.yaml";

    /** Variable that names the settings file. */
    public static final String CONFIG_VARIABLE = "LLMTRACE_CONFIG";

    /** Settings of the launcher, which this program need not know. */
    private static final Set<String> LAUNCHER_VARIABLES = Set.of("LLMTRACE_JAVA_HOME", "LLMTRACE_JAVA_OPTS");

    /** Value of a setting that names something, or nothing. */
    private static final String NONE = "none";

    private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

    private final Map<Setting, SettingValue> values;
    private final @Nullable Path file;
    private final String fileOrigin;
    private final List<String> unknownVariables;

    private Settings(
            Map<Setting, SettingValue> values, @Nullable Path file, String fileOrigin, List<String> unknownVariables) {
        this.values = values;
        this.file = file;
        this.fileOrigin = fileOrigin;
        this.unknownVariables = unknownVariables;
    }

    /**
     * @param flags those given on the command line
     * @param configFlag value of {@code --config}
     * @throws UsageException naming the setting, its value and where it came from
     */
    public static Settings resolve(
            Map<Setting, String> flags,
            @Nullable Path configFlag,
            Map<String, String> variables,
            Path workingDirectory) {
        Path file = fileOf(configFlag, variables, workingDirectory);
        Map<Setting, String> ofFile = file == null ? Map.of() : SettingsFile.read(file);
        Map<Setting, SettingValue> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, valueOf(setting, flags, variables, ofFile, file));
        }
        Settings settings = new Settings(
                Collections.unmodifiableMap(values),
                file,
                fileOrigin(configFlag, variables),
                unknownVariables(variables));
        settings.check();
        return settings;
    }

    /** What is in force, with its origin; of the storage, the URL that follows from the data folder. */
    public SettingValue value(Setting setting) {
        SettingValue value = requireValue(setting);
        if (setting == Setting.STORAGE && value.isDefault()) {
            SettingValue data = requireValue(Setting.DATA);
            return new SettingValue("sqlite:" + Path.of(data.text()).resolve("traces.db"), data.origin(), data.rank());
        }
        return value;
    }

    /** The settings file in use. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** Who named the settings file: {@code --config}, {@code LLMTRACE_CONFIG} or {@code default}. */
    public String fileOrigin() {
        return fileOrigin;
    }

    /** Variables that begin like ours and mean nothing: usually misspelt. */
    public List<String> unknownVariables() {
        return unknownVariables;
    }

    public String storageUrl() {
        return value(Setting.STORAGE).text();
    }

    public Path data() {
        return Path.of(value(Setting.DATA).text());
    }

    public UUID tenant() {
        return parsed(Setting.TENANT, Ids::parseUuid);
    }

    public String host() {
        return value(Setting.HOST).text();
    }

    /** 0 for any free one. */
    public int port() {
        return parsed(Setting.PORT, Settings::parsePort);
    }

    public boolean otlpPorts() {
        return parsed(Setting.OTLP_PORTS, Settings::parseBoolean);
    }

    public boolean insecure() {
        return parsed(Setting.INSECURE, Settings::parseBoolean);
    }

    /** In MiB; 0 for no spool. */
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
        String file = value(Setting.REDACT_RULES).text();
        return file.equals(NONE) ? List.of() : parsed(Setting.REDACT_RULES, name -> RedactionRules.read(Path.of(name)));
    }

    public boolean redactFailOpen() {
        return parsed(Setting.REDACT_FAIL_OPEN, Settings::parseBoolean);
    }

    public Prices prices() {
        String file = value(Setting.PRICES).text();
        return file.equals(NONE) ? Prices.builtIn() : parsed(Setting.PRICES, name -> Prices.read(Path.of(name)));
    }

    public String logLevel() {
        return value(Setting.LOG_LEVEL).text().toLowerCase(Locale.ROOT);
    }

    /**
     * The server to work on; empty to work on the store. Where both are set, the nearer one counts: a flag before a
     * variable before the file.
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

    private void check() {
        tenant();
        port();
        otlpPorts();
        insecure();
        spoolMaxMb();
        storePatience();
        linger();
        batchMaxSpans();
        redact();
        redactRules();
        redactFailOpen();
        requirePrices();
        server();
        if (!LOG_LEVELS.contains(logLevel())) {
            throw wrong(Setting.LOG_LEVEL, "not one of " + LOG_LEVELS, null);
        }
    }

    /** Those of a file are read; the program's own are right, and take time that most commands need not spend. */
    private void requirePrices() {
        if (!value(Setting.PRICES).text().equals(NONE)) {
            prices();
        }
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private <T> T parsed(Setting setting, Parser<T> parser) {
        try {
            return parser.parse(requireValue(setting).text());
        } catch (IllegalArgumentException e) {
            throw wrong(setting, String.valueOf(e.getMessage()), e);
        }
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
            Map<Setting, String> ofFile,
            @Nullable Path file) {
        String flag = flags.get(setting);
        if (flag != null) {
            return new SettingValue(flag, setting.flag(), SettingValue.FLAG);
        }
        String variable = variables.get(setting.variable());
        if (variable != null && !variable.isEmpty()) {
            return new SettingValue(variable, setting.variable(), SettingValue.VARIABLE);
        }
        String inFile = ofFile.get(setting);
        if (inFile != null) {
            return new SettingValue(inFile, String.valueOf(file), SettingValue.FILE);
        }
        return new SettingValue(setting.defaultText(), "default", SettingValue.DEFAULT);
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
                .sorted()
                .toList();
    }
}
