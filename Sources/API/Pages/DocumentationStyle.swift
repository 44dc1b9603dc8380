extension DocumentationPage {
    /// Light and dark, wide and narrow; the contents stand beside the text where there is room.
    static let style = """
        :root { color-scheme: light dark; --accent: #a4550c; --edge: #8886; --soft: #8881; }
        @media (prefers-color-scheme: dark) { :root { --accent: #e8a45c; } }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1rem; }
        body { margin: 0; font: 16px/1.55 system-ui, sans-serif; }
        main { box-sizing: border-box; width: 100%; max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        nav { padding: 1rem; border-bottom: 1px solid var(--edge); font-size: 0.9rem;
          max-height: 30vh; overflow: auto; }
        nav p { margin: 0.75rem 0 0.1rem; font-weight: 600; }
        nav ul { margin: 0; padding: 0; list-style: none; }
        nav a { display: block; padding: 0.15rem 0; color: inherit; text-decoration: none; }
        nav a:hover { text-decoration: underline; }
        @media (min-width: 70rem) {
          body { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
          nav { position: sticky; top: 0; height: 100vh; max-height: none; padding: 1.5rem;
            border-bottom: 0; border-right: 1px solid var(--edge); }
        }
        h1 { margin: 0; font-size: 1.8rem; letter-spacing: -0.02em; }
        h1 small { font-size: 1rem; font-weight: 400; opacity: 0.7; letter-spacing: 0; }
        h2 { margin: 3rem 0 0.25rem; font-size: 1.4rem; letter-spacing: -0.01em; }
        h3 { margin: 0 0 0.25rem; font-size: 1.15rem; }
        h3 a { color: inherit; text-decoration: none; }
        h3 a:hover { text-decoration: underline; }
        h4 { margin: 1.25rem 0 0.25rem; font-size: 0.95rem; }
        p { margin: 0.5rem 0; }
        a { color: var(--accent); }
        code, pre { font: 0.875em/1.5 ui-monospace, monospace; }
        code { overflow-wrap: anywhere; background: var(--soft); border-radius: 4px;
          padding: 0.1em 0.25em; }
        article { margin: 1.5rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--edge); }
        article:target h3 a { color: var(--accent); }
        .call { margin: 0; }
        .call code { font-size: 1rem; }
        .method { display: inline-block; min-width: 4.2rem; padding: 0.1rem 0.5rem;
          border: 1px solid var(--accent); border-radius: 6px; color: var(--accent);
          font: 700 0.8rem/1.5 ui-monospace, monospace; text-align: center; }
        .access { margin: 0.25rem 0 0; font-size: 0.9rem; opacity: 0.85; }
        .optional { font-size: 0.8rem; opacity: 0.75; }
        .table { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
        th, td { padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid var(--edge);
          text-align: left; vertical-align: top; }
        th { font-weight: 600; }
        td:last-child { min-width: 12rem; }
        pre { margin: 0.5rem 0; padding: 0.75rem; border: 1px solid var(--edge);
          border-radius: 8px; background: var(--soft); overflow: auto; max-height: 28rem; }
        details { border-bottom: 1px solid var(--edge); padding: 0.4rem 0; }
        summary { cursor: pointer; }
        .status { display: inline-block; min-width: 2.5rem; font: 700 0.9rem ui-monospace,
          monospace; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        """
}
