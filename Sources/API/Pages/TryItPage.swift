import Crypto
import Foundation

/// The page that a browser gets at `/`.
///
/// It is one file, with nothing loaded from anywhere, and a policy that allows its own style and
/// script by their hashes and nothing else. What programs write is only ever put in as text.
enum TryItPage {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Quicksand: try it</title>
        <style>\(style)</style>
        </head>
        <body>
        \(body)
        <script>\(script)</script>
        </body>
        </html>

        """

    static let contentSecurityPolicy = """
        default-src 'none'; script-src '\(hash(script))'; style-src '\(hash(style))'; \
        connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    private static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }

    private static let body = """
        <main>
        <header>
        <h1>Quicksand</h1>
        <p>Your program runs in a jail of its own that nothing else ever used.
        <a href="/docs">The API</a></p>
        </header>
        <form id="form">
        <div class="bar">
        <label for="language">Language</label>
        <select id="language" name="language"></select>
        <button id="run" type="submit">Run</button>
        <span class="hint"><kbd>Ctrl</kbd>+<kbd>Enter</kbd></span>
        <span id="quota" class="hint" role="status"></span>
        </div>
        <label for="code">Program</label>
        <textarea id="code" rows="14" spellcheck="false" autocomplete="off"
          autocapitalize="off"></textarea>
        <label for="stdin">Standard input</label>
        <textarea id="stdin" rows="3" spellcheck="false" autocomplete="off"
          autocapitalize="off"></textarea>
        </form>
        <section aria-labelledby="result">
        <h2 id="result">Result</h2>
        <p id="status" role="status" aria-live="polite">Nothing has run yet.</p>
        <div id="streams"></div>
        </section>
        </main>
        """

    private static let style = """
        :root { color-scheme: light dark; --accent: #a4550c; --edge: #8886; --soft: #8881; }
        @media (prefers-color-scheme: dark) { :root { --accent: #e8a45c; } }
        * { box-sizing: border-box; }
        body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 54rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { margin: 0; font-size: 1.7rem; letter-spacing: -0.02em; }
        h2 { margin: 2rem 0 0.25rem; font-size: 1.15rem; }
        h3 { margin: 1rem 0 0.25rem; font-size: 0.95rem; }
        header p { margin: 0 0 1.25rem; opacity: 0.8; }
        a { color: var(--accent); }
        label { display: block; margin: 0.75rem 0 0.25rem; font-weight: 600; }
        textarea, pre, kbd { font: 14px/1.45 ui-monospace, monospace; }
        textarea, pre { width: 100%; padding: 0.75rem; border: 1px solid var(--edge);
          border-radius: 8px; background: var(--soft); color: inherit; tab-size: 4; }
        textarea { resize: vertical; display: block; }
        pre { margin: 0; max-height: 28rem; overflow: auto; white-space: pre-wrap;
          overflow-wrap: anywhere; unicode-bidi: isolate; direction: ltr; }
        .bar { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
        .bar label { margin: 0; }
        select, button { font: inherit; padding: 0.4rem 0.9rem; border-radius: 8px;
          border: 1px solid var(--edge); }
        button { background: var(--accent); border-color: var(--accent); color: Canvas;
          font-weight: 600; cursor: pointer; }
        button[aria-disabled="true"] { opacity: 0.55; cursor: progress; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .hint { font-size: 0.85rem; opacity: 0.8; }
        #quota { margin-left: auto; }
        #status { margin: 0; padding-left: 0.75rem; border-left: 4px solid var(--edge); }
        #status.good { border-color: #2a8a4a; }
        #status.bad { border-color: #c23b3b; }
        """
}
