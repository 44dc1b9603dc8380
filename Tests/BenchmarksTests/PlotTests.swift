import Foundation
import Testing

@testable import Benchmarks

@Suite struct AxisTests {
    @Test func `a linear axis starts at 0 and ends at the tick above the greatest value`() {
        let axis = Axis(.linear, label: "load (1/s)", holding: [12, 173])
        #expect(axis.ticks == [0, 50, 100, 150, 200])
        #expect(axis.place(of: 0) == 0)
        #expect(axis.place(of: 50) == 0.25)
        #expect(axis.place(of: 200) == 1)
    }

    @Test func `a value that is a tick needs none above it`() {
        #expect(Axis(.linear, label: "", holding: [200]).upper == 200)
        #expect(Axis(.logarithmic, label: "", holding: [2, 50]).ticks == [2, 5, 10, 20, 50])
    }

    @Test func `on a logarithmic axis equal factors are equal lengths`() throws {
        let axis = Axis(.logarithmic, label: "latency (ms)", holding: [1.3, 80])
        #expect(axis.ticks == [1, 2, 5, 10, 20, 50, 100])
        let places = try [1, 10, 100].map { try #require(axis.place(of: $0)) }
        #expect(abs(places[1] - 0.5) < 1e-12)
        #expect(places[0] == 0)
        #expect(places[2] == 1)
    }

    @Test func `what is outside of an axis has no place on it`() {
        let axis = Axis(.logarithmic, label: "", holding: [1, 10])
        #expect(axis.place(of: 0) == nil)
        #expect(axis.place(of: 0.99) == nil)
        #expect(axis.place(of: 10.1) == nil)
    }

    @Test(arguments: [[], [0.0], [-1.0], [.infinity]])
    func `an axis of nothing is one all the same`(values: [Double]) {
        for kind in [Axis.Kind.linear, .logarithmic] {
            let axis = Axis(kind, label: "", holding: values)
            #expect(axis.upper > axis.lower)
        }
    }

    @Test func `one value is between two ticks`() throws {
        let axis = Axis(.logarithmic, label: "", holding: [5])
        #expect(axis.upper > axis.lower)
        #expect(axis.place(of: 5) != nil)
    }
}

@Suite struct PlotTests {
    private func plot(title: String = "Title") -> Plot {
        Plot(
            title: title,
            subtitle: "machine",
            horizontal: Axis(.linear, label: "offered load (1/s)", holding: [0, 100]),
            vertical: Axis(.logarithmic, label: "latency (ms)", holding: [1, 100]),
            lines: [
                Plot.Line(
                    name: "jail, p50",
                    hue: .blue,
                    isDashed: false,
                    points: [(0, 1), (50, 10), (100, 100)]
                ),
                Plot.Line(
                    name: "bare, p99",
                    hue: .vermilion,
                    isDashed: true,
                    points: [(10, 1_000)]
                ),
            ]
        )
    }

    @Test func `a point stands where both axes have it`() {
        // The frame is from 70 to 650 and, downwards, from 70 to 440.
        #expect(plot().svg.contains("points=\"70.0,440.0 360.0,255.0 650.0,70.0\""))
    }

    @Test func `a point that has no place is left out`() {
        #expect(plot().svg.contains("points=\"\""))
    }

    @Test func `axes have their units, lines their names, the picture its title`() {
        for words in [
            "offered load (1/s)", "latency (ms)", "jail, p50", "bare, p99", "<title>Title</title>",
            ">machine<", ">20<", ">100<",
        ] {
            #expect(plot().svg.contains(words), "\(words)")
        }
    }

    @Test func `on dark paper it has other colours`() {
        #expect(plot().svg.contains("@media(prefers-color-scheme:dark)"))
    }

    @Test func `words cannot become markup, and the whole is well-formed`() {
        let svg = plot(title: "a<b & \"c\"").svg
        #expect(svg.contains("a&lt;b &amp; \"c\""))
        #expect(XMLElements(svg).isBalanced)
        #expect(!XMLElements("<svg><g></svg>").isBalanced)
    }
}

/// As much of XML as a picture of ours has: elements without `>` in their attributes.
private struct XMLElements {
    let isBalanced: Bool

    init(_ text: String) {
        var open: [Substring] = []
        for match in text.matches(of: #/<(/?)([a-z]+)[^<>]*?(/?)>/#) {
            let (_, closes, name, isEmpty) = match.output
            if !closes.isEmpty {
                guard open.popLast() == name else {
                    isBalanced = false
                    return
                }
            } else if isEmpty.isEmpty {
                open.append(name)
            }
        }
        isBalanced = open.isEmpty
    }
}
