import Bytes
import ResultStore
import StatusCore

extension Bridge {
    /// `/metrics`, in the text format of Prometheus. No label tells of a job: there would be one series for each.
    func metrics(into output: inout OutputBuffer) -> ResponseFields {
        appendJobMetrics(to: &output)
        appendTrafficMetrics(to: &output)
        appendResultMetrics(to: &output)
        appendProcessMetrics(to: &output)
        return ResponseFields(200, .metrics)
    }

    private func appendJobMetrics(to output: inout OutputBuffer) {
        let counts = table.counts()
        output.beginMetric("telltale_jobs", .gauge, "Jobs in memory, by the state that readers see.")
        output.appendSample("telltale_jobs", #"state="queued""#, count: counts.queued)
        output.appendSample("telltale_jobs", #"state="processing""#, count: counts.processing)
        output.appendSample("telltale_jobs", #"state="completed""#, count: counts.completed)
        output.appendSample("telltale_jobs", #"state="failed""#, count: counts.failed)
        output.appendSample("telltale_jobs", #"state="cancelled""#, count: counts.cancelled + counts.removed)
        output.appendMetric(
            "telltale_jobs_stalled",
            .gauge,
            "Jobs among the processing ones that nobody reports on any more.",
            counts.stalled
        )
        output.appendMetric(
            "telltale_tombstones",
            .gauge,
            "Expired jobs that are remembered, to be answered with 410.",
            counts.tombstones
        )
        output.appendMetric(
            "telltale_job_table_bytes",
            .gauge,
            "Memory that the table of jobs has taken.",
            table.bytesInUse
        )
    }

    private func appendTrafficMetrics(to output: inout OutputBuffer) {
        let sum = counters.sum()
        output.beginMetric("telltale_http_responses_total", .counter, "Answers that have begun, by status code.")
        for (digit, code) in Self.codes {
            output.appendSample("telltale_http_responses_total", code, sum.answers[digit])
        }
        output.beginMetric("telltale_connections", .gauge, "Open connections that have sent something.")
        output.appendSample("telltale_connections", #"protocol="http1""#, count: sum.http1Connections)
        output.appendSample("telltale_connections", #"protocol="http2""#, count: sum.http2Connections)
        output.appendMetric("telltale_worker_streams", .gauge, "Streams of updates that are open.", sum.workerStreams)
        output.beginMetric(
            "telltale_update_items_total",
            .counter,
            "Reports, bindings and ends of workers that were acknowledged."
        )
        output.appendSample("telltale_update_items_total", nil, sum.items)
        output.beginMetric(
            "telltale_event_loop_lag_seconds",
            .gauge,
            "How late the slowest event loop is, evened out."
        )
        output.appendSample("telltale_event_loop_lag_seconds", microseconds: load.worstLag)
    }

    private static let codes: [(Int, StaticString)] = [
        (2, #"code="2xx""#), (3, #"code="3xx""#), (4, #"code="4xx""#), (5, #"code="5xx""#),
    ]

    private func appendResultMetrics(to output: inout OutputBuffer) {
        let usage = results.usage
        output.appendMetric("telltale_results", .gauge, "Results that are kept.", results.count)
        output.appendMetric(
            "telltale_result_bytes",
            .gauge,
            "Compressed bytes of results, in memory and in files.",
            usage.storedBytes
        )
        output.appendMetric(
            "telltale_result_memory_bytes",
            .gauge,
            "Compressed bytes of results in memory.",
            usage.memoryBytes
        )
    }

    private func appendProcessMetrics(to output: inout OutputBuffer) {
        let usage = ProcessUsage.now()
        output.beginMetric("process_cpu_seconds_total", .counter, "Processor time that the process has used.")
        output.appendSample("process_cpu_seconds_total", microseconds: usage.processorMicroseconds)
        output.appendMetric(
            "process_resident_memory_bytes",
            .gauge,
            "Memory of the process that is in use.",
            usage.residentBytes
        )
    }
}
