/// Every key that a policy can have, as Markdown: the reference in `docs/policy.md`, made of what the reader itself goes
/// by.
package enum PolicyReference {
    package static var markdown: String {
        var text = ""
        var isDescribed: Set<String> = []
        section("", Form<Policy>.policy.outline, &text, &isDescribed)
        return text
    }

    private static func section(_ path: String, _ outline: Outline, _ text: inout String, _ known: inout Set<String>) {
        text += path.isEmpty ? "### The document\n\n" : "### `\(path)`\n\n"
        text += "\(outline.doc)\n\n"
        if !outline.keys.isEmpty {
            text += "| key | value | default | what it says |\n|---|---|---|---|\n"
            for key in outline.keys {
                let standard = key.isRequired ? "*required*" : key.defaultText.map(code) ?? "–"
                text += "| `\(key.name)` | \(cell(key.allowed)) | \(standard) | \(cell(key.doc)) |\n"
            }
            text += "\n"
        }
        for key in outline.keys {
            guard let inner = key.inner, known.insert(inner.doc).inserted else { continue }
            section(path.isEmpty ? key.name : "\(path).\(key.name)", inner, &text, &known)
        }
    }

    private static func code(_ text: String) -> String {
        text.isEmpty ? "–" : "`\(cell(text))`"
    }

    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
