package io.llmtrace.server.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.internal.failures.Problems;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InFlightRequestsTest {

    @Test
    void close_requestThatDoesNotEnd_isNotWaitedForLonger() throws Exception {
        assertThat(unansweredAtClose(HttpMethod.POST)).isEqualTo(1);
    }

    @Test
    void close_readThatDoesNotEnd_isNotReported() throws Exception {
        assertThat(unansweredAtClose(HttpMethod.GET)).isZero();
        assertThat(unansweredAtClose(HttpMethod.HEAD)).isZero();
    }

    private static int unansweredAtClose(HttpMethod method) throws Exception {
        InFlightRequests inFlight = new InFlightRequests(Problems.FORM);
        HttpRequest request = HttpRequest.of(method, "/");
        inFlight.serve((context, any) -> HttpResponse.streaming(), ServiceRequestContext.of(request), request);
        return inFlight.close(Duration.ofMillis(1));
    }
}
