package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Accepts TLS connections and forwards them to a port without TLS. */
final class TlsRelay implements AutoCloseable {

    private static final String STORE_PASSWORD = "changeit";

    private final int target;
    private final SSLServerSocket listener;
    private final Path certificate;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param folder folder for the certificate */
    TlsRelay(int target, Path folder) throws Exception {
        this.target = target;
        Path store = folder.resolve("relay.p12");
        this.certificate = folder.resolve("relay.pem");
        keytool(
                "-genkeypair",
                "-keystore",
                store,
                "-alias",
                "relay",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        keytool("-exportcert", "-rfc", "-keystore", store, "-alias", "relay", "-file", certificate);
        KeyStore keys = KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, STORE_PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        this.listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Returns the certificate as a PEM file. */
    Path certificate() {
        return certificate;
    }

    private static void keytool(Object... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        command.add("-storepass");
        command.add(STORE_PASSWORD);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                threads.execute(() -> pass(client, server));
                threads.execute(() -> pass(server, client));
            } catch (IOException e) {
                // the relay or the server is closed; the client notices
            }
        }
    }

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            byte[] buffer = new byte[1 << 14];
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
                to.getOutputStream().flush();
            }
        } catch (IOException e) {
            // one side has closed the connection
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
        Files.deleteIfExists(certificate);
    }
}
