/// The limits of a stage.
///
/// A runtime may raise a default of the plan's, because a virtual machine or a compiler needs more
/// room than a shell does. It never lowers one, and the plan's ceiling holds against both. A limit
/// that follows another has that one's value for its default.
extension Plan {
    /// The limits of a run stage that asks for none.
    public func defaults(for runtime: Runtime) -> Limits { limits(for: runtime, asked: [:]) }

    /// The limits of a compile stage that asks for none.
    public func compileDefaults(for runtime: Runtime) -> Limits {
        compileLimits(for: runtime, asked: [:])
    }

    /// - Parameter asked: each within this plan's ceiling.
    public func limits(for runtime: Runtime, asked: [Limit: Int64]) -> Limits {
        limits(asked, raisedBy: runtime.defaults)
    }

    /// What `runtime` raises for its run stages does not count here.
    public func compileLimits(for runtime: Runtime, asked: [Limit: Int64]) -> Limits {
        limits(asked, raisedBy: runtime.compileDefaults)
    }

    private func limits(_ asked: [Limit: Int64], raisedBy overrides: [Limit: Int64]) -> Limits {
        Limits(following: { limit, followed in
            let standard = max(followed ?? defaults[limit], overrides[limit] ?? 0)
            return asked[limit] ?? min(ceilings[limit], standard)
        })
    }
}
