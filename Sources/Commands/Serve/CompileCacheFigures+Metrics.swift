import API
import FolderCache

extension CompileCacheFigures {
    /// The figures as `/metrics` lists them.
    var metrics: [Metric] {
        [
            metric("hits_total", "Compile stages that the cache saved.", .counter, hits),
            metric("misses_total", "Programs looked for and not found.", .counter, misses),
            metric("evictions_total", "Programs evicted for newer ones.", .counter, evictions),
            metric("failures_total", "Programs that could not be written.", .counter, failures),
            metric("programs", "Compiled programs on disk.", .gauge, programs),
            metric("bytes", "Bytes of disk that compiled programs take.", .gauge, bytes),
        ]
    }

    private func metric(_ name: String, _ help: String, _ kind: Metric.Kind, _ value: Int) -> Metric
    {
        Metric(
            name: "quicksand_compile_cache_" + name,
            help: help,
            kind: kind,
            samples: [.init(value: Double(value))]
        )
    }
}
