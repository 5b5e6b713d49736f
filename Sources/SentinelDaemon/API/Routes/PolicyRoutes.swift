import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/policy`: the policy in force, as it was written.
    static func policy(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/policy", role: .staff, "The policy in force, as it was written",
            parameters: [
                .query("form", .choice(["yaml", "json"]), "json: an object with the lists that it names, too")
            ],
            answers: [
                Answer(.ok, "YAML, or JSON; ETag names it", "*/*", .object([]), headers: ["ETag"]),
                Answer(.notFound, "Redis has no text of it", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { request in
            let wantsJSON = request.arguments.text("form") == "json"
            return context.later {
                let loader = LibraryLoader(client: context.calls.client, keys: context.calls.keys)
                guard let policy = try await loader.inForce() else {
                    throw Problem(.serviceUnavailable, "the function library is not loaded yet")
                }
                guard let source = policy.source else { throw Problem(.notFound, "Redis has no text of the policy") }
                if wantsJSON {
                    return HTTPResponse(
                        json: JSONWriter.bytes(source.json(named: policy.hash)),
                        headers: [("ETag", "\"\(policy.hash)\"")])
                }
                return HTTPResponse(
                    .ok,
                    headers: [
                        ("Content-Type", "application/yaml"), ("Cache-Control", "no-store"),
                        ("ETag", "\"\(policy.hash)\""),
                    ], body: source.yaml)
            }
        }
    }

    /// `PUT /v1/policy`: checks a policy and puts it in force, everywhere at once.
    static func policyApply(_ context: APIContext) -> Route {
        let change = Schema.object(
            [("rule", Schema.string(orNull: true)), ("change", Schema.string())], required: ["rule", "change"])
        return Route(
            "PUT", "/v1/policy", role: .admin, "Put a policy in force",
            bodies: [
                Body("application/yaml", Schema.object([], required: ["rules"])),
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("yaml", Schema.string()),
                            (
                                "lists",
                                .object([
                                    .init("type", .string("object")), .init("additionalProperties", Schema.string()),
                                ])
                            ),
                        ], required: ["yaml"])),
            ],
            answers: [
                Answer(
                    .ok, "It is in force. changed is false where it was before", "application/json",
                    Schema.object(
                        [
                            ("policy", Schema.string()), ("changed", Schema.boolean),
                            ("changes", Schema.array(of: change)),
                        ], required: ["policy", "changed", "changes"])),
                Answer(
                    .conflict, "Redis runs the library of a newer release", "application/problem+json",
                    Schema.reference("Problem")),
                Answer(
                    .unprocessable, "The policy has mistakes: problems names them", "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let document: PolicyDocument
            let source = try PolicySource(request)
            do throws(PolicyProblems) {
                document = try PolicyDocument(reading: source, file: "policy")
            } catch {
                var problem = Problem(.unprocessable, error.problems.first?.description)
                problem.members.append(("problems", .strings(error.problems.map(\.description))))
                throw problem
            }
            return context.later {
                let loader = LibraryLoader(client: context.calls.client, keys: context.calls.keys)
                let changes = try await loader.changes(to: document)
                let note = changes.map(\.description).joined(separator: "; ")
                let outcome = try await loader.apply(document, by: request.caller, note: note)
                if case .newer = outcome {
                    throw Problem(.conflict, "Redis runs the library of a newer release; nothing was changed")
                }
                context.policy.adopt(document)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("policy", .string(LibrarySource.hash(of: document))),
                            .init("changed", .bool(outcome == .loaded)),
                            .init(
                                "changes",
                                .array(
                                    (outcome == .loaded ? changes : []).map {
                                        .object([
                                            .init("rule", Objects.text($0.rule)), .init("change", .string($0.words)),
                                        ])
                                    })),
                        ])))
            }
        }
    }
}

extension PolicySource {
    /// What a client sent: YAML, or YAML with the lists that it names.
    fileprivate init(_ request: Route.Request) throws(Problem) {
        guard request.mediaType == "application/json" else {
            self.init(yaml: request.http.body, lists: [:])
            return
        }
        let body = try JSONBody(request, fields: ["yaml", "lists"])
        guard let yaml = body["yaml"]?.text else { throw Problem(.badRequest, "\"yaml\" is a text") }
        var lists: [String: [UInt8]] = [:]
        if let value = body["lists"] {
            guard case .object(let members) = value else {
                throw Problem(.badRequest, "\"lists\" is an object: path and contents of each file")
            }
            for member in members {
                guard let text = member.value.text else {
                    throw Problem(.badRequest, "\"lists\" is an object: path and contents of each file")
                }
                lists[member.name] = Array(text.utf8)
            }
        }
        self.init(yaml: Array(yaml.utf8), lists: lists)
    }

    fileprivate func json(named hash: String) -> JSONValue {
        .object([
            .init("policy", .string(hash)), .init("yaml", .string(String(decoding: yaml, as: UTF8.self))),
            .init(
                "lists",
                .object(
                    lists.sorted { $0.key < $1.key }
                        .map { .init($0.key, .string(String(decoding: $0.value, as: UTF8.self))) })),
        ])
    }
}
