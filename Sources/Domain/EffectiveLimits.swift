/// What a stage is held to where the caller asked for nothing.
///
/// A runtime may raise a default of the plan's, because a virtual machine or a compiler needs more
/// room than a shell does. It never lowers one, and the plan's ceiling holds against both.
extension Plan {
    /// The limits of a run stage that asks for none.
    public func defaults(for runtime: Runtime) -> Limits {
        raised(by: runtime.defaults)
    }

    /// The limits of a compile stage that asks for none.
    ///
    /// What `runtime` raises for its run stages does not count here.
    public func compileDefaults(for runtime: Runtime) -> Limits {
        raised(by: runtime.compileDefaults)
    }

    private func raised(by overrides: [Limit: Int64]) -> Limits {
        Limits { limit in
            min(ceilings[limit], max(defaults[limit], overrides[limit] ?? 0))
        }
    }
}
