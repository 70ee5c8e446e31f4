package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.internal.engine.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files in the folder of a server.
 *
 * <pre>
 * config.xml  config.d/0.xml …      written at each start; the engine merges the fragments into the main file
 * users.xml   users.d/0.xml …
 * password                          of the user llmtrace, so that a folder used again has the same URL
 * data/  tmp/
 * console.log  server.log  error.log
 * lock                              locked by the process that started the server
 * </pre>
 */
public record ServerFiles(Path folder) {

    /** The user of every server started here. */
    public static final String USER = "llmtrace";
    /** The address on which every server listens. */
    public static final String HOST = "127.0.0.1";
    /** Name of the macro by which a server that was started here is recognized. */
    static final String INSTANCE_MACRO = "llmtrace_instance";

    private static final int LOG_LINES = 25;

    /**
     * The library opens its listeners as this user without a password, which cannot be configured. The quota allows exactly the
     * two queries that this takes, so that nobody can query anything as this user afterwards.
     */
    private static final String DEFAULT_USER = """
            <default>
              <password/>
              <networks><ip>127.0.0.1</ip></networks>
              <profile>default</profile><quota>start</quota>
            </default>""";

    Path config() {
        return folder.resolve("config.xml");
    }

    Path data() {
        return folder.resolve("data");
    }

    Path temporary() {
        return folder.resolve("tmp");
    }

    Path console() {
        return folder.resolve("console.log");
    }

    Path lock() {
        return folder.resolve("lock");
    }

    private Path serverLog() {
        return folder.resolve("server.log");
    }

    /** The configuration values that differ from server to server. */
    record Values(
            int httpPort,
            int nativePort,
            String password,
            String instance,
            long memoryLimitBytes,
            String logLevel,
            boolean library) {}

    void write(Values values, List<String> configXml, List<String> usersXml) throws IOException {
        for (Path each : List.of(data(), temporary())) {
            Files.createDirectories(each);
        }
        Folders.writePrivately(config(), configXml(values));
        Folders.writePrivately(folder.resolve("users.xml"), usersXml(values));
        writeFragments("config.d", configXml);
        writeFragments("users.d", usersXml);
    }

    private void writeFragments(String name, List<String> documents) throws IOException {
        Path target = folder.resolve(name);
        Folders.delete(target);
        Files.createDirectories(target);
        for (int i = 0; i < documents.size(); i++) {
            Folders.writePrivately(target.resolve(i + ".xml"), documents.get(i));
        }
    }

    private String configXml(Values values) {
        return """
                <clickhouse>
                  <logger>
                    <console>0</console><level>%s</level>
                    <log>%s</log><errorlog>%s</errorlog><size>50M</size><count>2</count>
                  </logger>
                  <listen_host>%s</listen_host>
                  <http_port>%d</http_port>
                  <tcp_port>%d</tcp_port>
                  <path>%s/</path>
                  <tmp_path>%s/</tmp_path>
                  <user_files_path>%s/user_files/</user_files_path>
                  <format_schema_path>%s/format_schemas/</format_schema_path>
                  <users_config>users.xml</users_config>
                  <timezone>UTC</timezone>
                  <max_server_memory_usage>%d</max_server_memory_usage>
                  <mark_cache_size>67108864</mark_cache_size>
                  <uncompressed_cache_size>0</uncompressed_cache_size>
                  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
                  <background_schedule_pool_size>16</background_schedule_pool_size>
                  <background_streaming_schedule_pool_size>16</background_streaming_schedule_pool_size>
                  <background_distributed_schedule_pool_size>4</background_distributed_schedule_pool_size>
                  <background_buffer_flush_schedule_pool_size>2</background_buffer_flush_schedule_pool_size>
                  <macros><%s>%s</%s></macros>
                  <query_log>
                    <database>system</database><table>query_log</table>
                    <flush_interval_milliseconds>30000</flush_interval_milliseconds>
                    <ttl>event_date + INTERVAL 1 DAY DELETE</ttl>
                  </query_log>
                  <part_log>
                    <database>system</database><table>part_log</table>
                    <flush_interval_milliseconds>30000</flush_interval_milliseconds>
                    <ttl>event_date + INTERVAL 1 DAY DELETE</ttl>
                  </part_log>
                  <backups><allowed_path>%s/backups/</allowed_path></backups>
                </clickhouse>
                """.formatted(
                        values.logLevel(),
                        xml(serverLog()),
                        xml(folder.resolve("error.log")),
                        HOST,
                        values.httpPort(),
                        values.nativePort(),
                        xml(data()),
                        xml(temporary()),
                        xml(data()),
                        xml(data()),
                        values.memoryLimitBytes(),
                        INSTANCE_MACRO,
                        values.instance(),
                        INSTANCE_MACRO,
                        xml(folder));
    }

    private static String usersXml(Values values) {
        return """
                <clickhouse>
                  <profiles><default/></profiles>
                  <quotas>
                    <default/>
                    <start><interval><duration>2147483647</duration><queries>2</queries></interval></start>
                  </quotas>
                  <users>
                    %s
                    <%s>
                      <password>%s</password>
                      <networks><ip>127.0.0.1</ip></networks>
                      <profile>default</profile><quota>default</quota>
                    </%s>
                  </users>
                </clickhouse>
                """.formatted(values.library() ? DEFAULT_USER : "", USER, xml(values.password()), USER);
    }

    /** Escapes a value for XML. */
    public static String xml(Object value) {
        return value.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Returns the last lines of the console and of the error log, for error messages. */
    String logEnd() {
        return Stream.of(console(), folder.resolve("error.log"))
                .map(ServerFiles::end)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    private static String end(Path file) {
        try {
            List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    // The library writes escape sequences, since it takes its output for a terminal.
                    .replaceAll("\\x1b\\[[0-9;?]*[A-Za-z]", "")
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
