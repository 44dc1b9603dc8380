internal import Kernel
internal import WardenProtocol

/// Which system calls a stage was refused, so that the caller can see why a program failed.
///
/// The filter's default is to tell init of a call, which answers with ENOSYS. A program can make
/// refused calls faster than anybody wants to hear of them: after some, init lets the listener go,
/// and from there on the kernel answers the same by itself.
struct RefusedCalls: ~Copyable {
    /// Each number once, in the order of their first appearance.
    private(set) var numbers: [Int32] = []
    /// From the stage, which has to send the listener before it becomes the program.
    private let stage: Descriptor
    private var listener: SystemCallListener?
    private var answersLeft = 64

    init(from stage: consuming Descriptor) { self.stage = stage }

    /// The socket that the listener comes through; readable once.
    var number: Int32 { stage.number }

    /// - Returns: the listener, to be watched; `nil` where the stage ended without sending one.
    mutating func takeListener() throws(KernelError) -> Int32? {
        let packet = try SeqpacketSocket.receive(on: stage.number, most: 1, descriptorsMost: 1)
        guard let packet else { return nil }
        let (_, descriptors) = packet.taken()
        guard let number = descriptors.first else { return nil }
        listener = SystemCallListener(owning: Descriptor(owning: number))
        return number
    }

    /// Refuses the call that waits.
    /// - Returns: the listener, if more are to be answered.
    mutating func answer() throws(KernelError) -> Int32? {
        guard let call = try listener?.refuseNext() else { return listener?.number }
        answersLeft -= 1
        if numbers.count < StageEnd.refusedCallsMax, !numbers.contains(call) {
            numbers.append(call)
        }
        if answersLeft == 0 { stopListening() }
        return listener?.number
    }

    /// From here on the kernel refuses.
    ///
    /// Closing it also takes it out of epoll.
    private mutating func stopListening() { listener = nil }

    /// For the stage: hands its listener to init.
    static func send(
        _ listener: borrowing SystemCallListener,
        to hearer: Int32
    )
        throws(KernelError)
    {
        try SeqpacketSocket.send([0], descriptors: [listener.number], on: hearer)
    }
}
