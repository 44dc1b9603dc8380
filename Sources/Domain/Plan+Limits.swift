/// The limits of a stage.
///
/// A runtime may raise a default of the plan, because a virtual machine or a compiler needs more
/// than a shell. It never lowers one, and the plan's ceiling bounds every value. A limit that
/// follows another limit takes that limit's value as its default.
/// that follows another has that one's value for its default.
extension Plan {
    /// Returns the limits of a run stage that asks for none.
    public func defaults(for runtime: Runtime) -> Limits { limits(for: runtime, asked: [:]) }

    /// Returns the limits of a compile stage that asks for none.
    public func compileDefaults(for runtime: Runtime) -> Limits {
        compileLimits(for: runtime, asked: [:])
    }

    /// - Parameter asked: the requested limits, each within this plan's ceiling.
    public func limits(for runtime: Runtime, asked: [Limit: Int64]) -> Limits {
        limits(asked, raisedBy: runtime.defaults)
    }

    /// Returns the compile stage's limits; the runtime's raised defaults for run stages do not
    /// apply.
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
