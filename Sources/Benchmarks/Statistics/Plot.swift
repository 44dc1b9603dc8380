import Foundation

/// A plot of lines over two axes, as an SVG picture for light and dark backgrounds.
struct Plot: Sendable {
    struct Line: Sendable {
        let name: String
        /// Lines of one hue belong together.
        let hue: Hue
        let isDashed: Bool
        let points: [(x: Double, y: Double)]
    }

    /// Colours of the Okabe–Ito palette, which colour-blind readers can tell apart.
    enum Hue: String, Sendable, CaseIterable {
        case blue, vermilion, green
    }

    let title: String
    let subtitle: String
    let horizontal: Axis
    let vertical: Axis
    let lines: [Line]

    init(
        title: String,
        subtitle: String,
        horizontal: Axis,
        vertical: Axis,
        lines: [Line]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.horizontal = horizontal
        self.vertical = vertical
        self.lines = lines
    }

    private static let width = 860.0
    private static let height = 500.0
    /// The plot area inside the axes.
    private static let frame = (left: 70.0, right: 650.0, top: 70.0, bottom: 440.0)

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.text(Self.width)) \
        \(Self.text(Self.height))" width="\(Self.text(Self.width))" \
        height="\(Self.text(Self.height))" role="img" font-family="sans-serif" font-size="12">
        <title>\(Self.escaped(title))</title>
        <style>\(Self.style)</style>
        <rect class="paper" width="100%" height="100%"/>
        <text class="ink" x="\(Self.text(Self.frame.left))" y="28" font-size="16" \
        font-weight="bold">\(Self.escaped(title))</text>
        <text class="faint" x="\(Self.text(Self.frame.left))" y="48">\(Self.escaped(subtitle))</text>
        \((horizontalAxis + verticalAxis + curves + legend).joined(separator: "\n"))
        </svg>

        """
    }

    private static let style = """
        .paper{fill:#fff}.ink{fill:#1f2328}.faint{fill:#59636e}.grid{stroke:#d1d9e0}\
        .axis{stroke:#59636e}.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:6 4}\
        .blue{stroke:#0072b2}.vermilion{stroke:#d55e00}.green{stroke:#009e73}\
        @media(prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#f0f6fc}\
        .faint{fill:#9198a1}.grid{stroke:#2f353d}.axis{stroke:#9198a1}\
        .blue{stroke:#56b4e9}.vermilion{stroke:#ff9a4d}.green{stroke:#2fcf9f}}
        """

    private var horizontalAxis: [String] {
        let (bottom, middle) = (Self.frame.bottom, (Self.frame.left + Self.frame.right) / 2)
        let marks = horizontal.ticks.compactMap { tick -> String? in
            guard let x = x(tick) else { return nil }
            return Self.line(x, Self.frame.top, x, bottom, "grid")
                + Self.label(Self.tick(tick), x, bottom + 18, anchor: "middle")
        }
        return marks + [
            Self.line(Self.frame.left, bottom, Self.frame.right, bottom, "axis"),
            Self.label(horizontal.label, middle, bottom + 42, anchor: "middle"),
        ]
    }

    private var verticalAxis: [String] {
        let (left, middle) = (Self.frame.left, (Self.frame.top + Self.frame.bottom) / 2)
        let marks = vertical.ticks.compactMap { tick -> String? in
            guard let y = y(tick) else { return nil }
            return Self.line(left, y, Self.frame.right, y, "grid")
                + Self.label(Self.tick(tick), left - 8, y + 4, anchor: "end")
        }
        let turned = "transform=\"rotate(-90 22 \(Self.text(middle)))\""
        return marks + [
            Self.line(left, Self.frame.top, left, Self.frame.bottom, "axis"),
            Self.label(vertical.label, 22, middle, anchor: "middle", turned),
        ]
    }

    private var curves: [String] {
        lines.map { line in
            let points = line.points.compactMap { point in
                x(point.x).flatMap { x in y(point.y).map { "\(Self.text(x)),\(Self.text($0))" } }
            }
            return "<polyline class=\"\(Self.classes(line))\" "
                + "points=\"\(points.joined(separator: " "))\"/>"
        }
    }

    private var legend: [String] {
        lines.enumerated().map { index, line in
            let (left, y) = (Self.frame.right + 20, Self.frame.top + 10 + Double(index) * 22)
            return Self.line(left, y, left + 30, y, Self.classes(line))
                + Self.label(line.name, left + 38, y + 4, anchor: "start")
        }
    }

    private static func classes(_ line: Line) -> String {
        "line \(line.hue.rawValue)" + (line.isDashed ? " dashed" : "")
    }

    private func x(_ value: Double) -> Double? {
        let (left, right) = (Self.frame.left, Self.frame.right)
        return horizontal.place(of: value).map { left + (right - left) * $0 }
    }

    private func y(_ value: Double) -> Double? {
        let (top, bottom) = (Self.frame.top, Self.frame.bottom)
        return vertical.place(of: value).map { bottom - (bottom - top) * $0 }
    }

    private static func line(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        _ classes: String
    ) -> String {
        "<line class=\"\(classes)\" x1=\"\(text(x1))\" y1=\"\(text(y1))\" "
            + "x2=\"\(text(x2))\" y2=\"\(text(y2))\"/>"
    }

    private static func label(
        _ words: String,
        _ x: Double,
        _ y: Double,
        anchor: String,
        _ more: String = ""
    ) -> String {
        "<text class=\"ink\" x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\" "
            + "\(more)>\(escaped(words))</text>"
    }

    /// Returns a length in the picture, to a tenth.
    private static func text(_ length: Double) -> String { String(format: "%.1f", length) }

    /// Returns the label of a tick in as few digits as it needs: steps are 1, 2 or 5 times a power
    /// of ten.
    private static func tick(_ value: Double) -> String { String(format: "%.6g", value) }

    private static func escaped(_ words: String) -> String {
        words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
