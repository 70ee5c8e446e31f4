package io.llmtrace.dev.clickhouse.launcher;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of libchdb that make a server of it. */
interface Chdb extends Library {

    /** Resolve all symbols at once, and keep them away from other libraries. */
    int RTLD_NOW = 2;

    static Chdb load(String library) {
        return Native.load(library, Chdb.class, Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW));
    }

    void chdb_set_signal_handlers_enabled(int enabled);

    /** Runs clickhouse-local until its queries are done. */
    @Nullable
    Pointer chdb_query_cmdline(int argumentCount, String[] arguments);

    @Nullable
    String chdb_result_error(Pointer result);
}
