public import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that waits for what never comes.
    ///
    /// No test is this long, however busy the machine is: all tests of a run begin at once, and
    /// each one's time counts while the others have the processors.
    public static var guardedAgainstHanging: Self { .timeLimit(.minutes(60)) }
}
