package io.llmtrace.server;

import com.linecorp.armeria.common.RequestHeaders;
import java.util.UUID;

/**
 * Decides whose data a request reads and writes. It is called once for every request that touches data, from many threads, and
 * never sees a body: a span cannot choose its tenant.
 */
@FunctionalInterface
public interface TenantResolver {

    /** The tenant of all data on a server that does not distinguish its clients. */
    UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    /** Returns the tenant of a request. */
    UUID tenantOf(RequestHeaders headers);

    /** Returns the resolver of a server without authentication: everything belongs to {@link #DEFAULT_TENANT}. */
    static TenantResolver single() {
        return headers -> DEFAULT_TENANT;
    }
}
