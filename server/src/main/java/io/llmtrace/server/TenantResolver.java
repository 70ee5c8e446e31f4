package io.llmtrace.server;

import com.linecorp.armeria.common.RequestHeaders;
import java.util.UUID;

/**
 * Whose data a request reads and writes. It is asked once for every request that touches data, and never sees a body: a
 * span cannot choose its tenant.
 */
@FunctionalInterface
public interface TenantResolver {

    /** The tenant of a server that does not tell its clients apart. */
    UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    /** Called from many threads. */
    UUID tenantOf(RequestHeaders headers);

    /** Everything belongs to {@link #DEFAULT_TENANT}. API keys take the place of this one. */
    static TenantResolver single() {
        return headers -> DEFAULT_TENANT;
    }
}
