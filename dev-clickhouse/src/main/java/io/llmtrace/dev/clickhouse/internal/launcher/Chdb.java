package io.llmtrace.dev.clickhouse.internal.launcher;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of libchdb that are needed to run it as a server. */
interface Chdb extends Library {

    /** Resolves all symbols when the library is loaded, and hides them from other libraries. */
    int RTLD_NOW = 2;

    static Chdb load(String library) {
        return Native.load(library, Chdb.class, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW));
    }

    void chdb_set_signal_handlers_enabled(int enabled);

    /** Runs clickhouse-local, and returns when its queries have ended. */
    @Nullable
    Pointer chdb_query_cmdline(int argumentCount, String[] arguments);

    @Nullable
    String chdb_result_error(Pointer result);
}
