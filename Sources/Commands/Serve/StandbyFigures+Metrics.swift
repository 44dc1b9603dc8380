import API
import Runner

extension StandbyFigures {
    var metrics: [Metric] {
        [
            Metric(
                name: "quicksand_standby_jails",
                help: "Jails that stand by, made ahead of their executions.",
                kind: .gauge,
                samples: [
                    .init(labels: [("state", "ready")], value: Double(ready)),
                    .init(labels: [("state", "starting")], value: Double(booting)),
                ]
            ),
            Metric(
                name: "quicksand_standby_memory_bytes",
                help: "Memory of the standby jails.",
                kind: .gauge,
                samples: [.init(value: Double(memoryBytes))]
            ),
            Metric(
                name: "quicksand_jails_opened_total",
                help: "Jails of executions, standby or new.",
                kind: .counter,
                samples: [
                    .init(labels: [("from", "standby")], value: Double(taken)),
                    .init(labels: [("from", "cold")], value: Double(missed)),
                ]
            ),
            Metric(
                name: "quicksand_jails_ended_late_total",
                help: "Jails whose end took over a second more than their limits.",
                kind: .counter,
                samples: [.init(value: Double(ends.slow))]
            ),
            Metric(
                name: "quicksand_jail_end_seconds_max",
                help: "The longest end of a jail so far, past its limits or after its close.",
                kind: .gauge,
                samples: [.init(value: ends.longestSeconds)]
            ),
        ]
    }
}
