package io.llmtrace.dev.clickhouse.internal.launcher;

import com.sun.jna.NativeLong;
import java.nio.charset.StandardCharsets;

/** A pseudo-terminal that replaces standard input. */
final class PseudoTerminal {

    private static final int STANDARD_INPUT = 0;

    private final int descriptor;

    private PseudoTerminal(int descriptor) {
        this.descriptor = descriptor;
    }

    static PseudoTerminal onStandardInput() {
        LibC c = LibC.INSTANCE;
        int descriptor = LibC.check(
                "posix_openpt", c.posix_openpt(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC | LibC.O_NONBLOCK));
        LibC.check("grantpt", c.grantpt(descriptor));
        LibC.check("unlockpt", c.unlockpt(descriptor));
        String name = c.ptsname(descriptor);
        if (name == null) {
            throw new IllegalStateException("ptsname has no name for the new terminal");
        }
        int other = LibC.check("open " + name, c.open(name, LibC.O_RDWR | LibC.O_NOCTTY));
        LibC.check("dup2", c.dup2(other, STANDARD_INPUT));
        c.close(other);
        return new PseudoTerminal(descriptor);
    }

    /** Types a text. What does not fit into the buffer is dropped, since nobody reads it while the engine serves. */
    void type(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        LibC.INSTANCE.write(descriptor, bytes, new NativeLong(bytes.length));
    }
}
