package io.llmtrace.server.internal.failures;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;

/** The form in which a protocol reports failures. */
@FunctionalInterface
public interface FailureForm {

    /**
     * Returns the response that reports a failure. The response must be complete, so that waiting for its body never blocks.
     *
     * @param request headers of the request that failed; a protocol with several encodings answers in that of the request
     */
    HttpResponse render(Failure failure, RequestHeaders request);
}
