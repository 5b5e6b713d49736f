package import SentinelIO

/// Finds the route for a request, checks the request against it, and answers what no route wants.
package struct Router: Sendable {
    /// The routes of one path, by method.
    private struct Target: Sendable {
        var segments: [Substring]
        var routes: [Route]

        var allow: String {
            let methods = routes.map(\.method)
            return (methods + (methods.contains("GET") ? ["HEAD"] : []) + ["OPTIONS"]).joined(separator: ", ")
        }
    }

    package let routes: [Route]
    /// Nil lets everybody in.
    private let gate: Gate?
    /// Paths without parameters, for one look-up.
    private var fixed: [String: Target] = [:]
    private var patterns: [Target] = []
    private var subrequests: [Route] = []

    package init(_ routes: [Route]) {
        self.init(routes, gate: nil)
    }

    init(_ routes: [Route], gate: Gate?) {
        self.routes = routes
        self.gate = gate
        subrequests = routes.filter(\.isSubrequest)
        for (path, routes) in Dictionary(grouping: routes, by: \.path) {
            let target = Target(segments: routes[0].segments, routes: routes)
            if path.contains("{") { patterns.append(target) } else { fixed[path] = target }
        }
    }

    /// Answers a request. Synchronous as far as the route is.
    package func reply(to request: HTTPRequest) -> HTTPReply {
        do throws(Problem) {
            return try route(request)
        } catch {
            return .problem(error)
        }
    }

    private func route(_ request: HTTPRequest) throws(Problem) -> HTTPReply {
        if let (route, request) = subrequest(request) {
            return answer(request, [], route)
        }
        guard let (target, path) = find(request) else {
            throw Problem(.notFound, "there is nothing here; /openapi.json lists what there is")
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let route = target.routes.first(where: { $0.method == method }) else {
            if method == "OPTIONS" { return .response(HTTPResponse(.noContent, headers: [("Allow", target.allow)])) }
            var problem = Problem(.methodNotAllowed, "\(request.path) takes \(target.allow)")
            problem.headers = [("Allow", target.allow)]
            throw problem
        }
        return answer(request, path, route)
    }

    private func answer(_ request: HTTPRequest, _ path: [(String, [UInt8])], _ route: Route) -> HTTPReply {
        let work: @Sendable (String) -> HTTPReply = { caller in
            do throws(Problem) {
                return try handle(request, path, route, caller: caller)
            } catch {
                return .problem(error)
            }
        }
        guard let gate else { return work(Gate.nobody) }
        return route.isSubrequest
            ? gate.replyAtOnce(to: request, role: route.role, work)
            : gate.reply(to: request, role: route.role, wantsToken: route.wantsToken, work)
    }

    /// The route of a proxy's question, and the question without what it is about.
    private func subrequest(_ request: HTTPRequest) -> (Route, HTTPRequest)? {
        for route in subrequests where request.path.utf8.starts(with: route.path.utf8) {
            let rest = request.path.utf8.dropFirst(route.path.utf8.count)
            guard let next = rest.first else { return (route, request) }
            guard next == UInt8(ascii: "/") || next == UInt8(ascii: ";") else { continue }
            var question = request
            question.path = route.path
            question.rawQuery = rest.prefix { $0 != UInt8(ascii: "/") }.map {
                $0 == UInt8(ascii: ";") ? UInt8(ascii: "&") : $0
            }
            return (route, question)
        }
        return nil
    }

    private func handle(
        _ request: HTTPRequest, _ path: [(String, [UInt8])], _ route: Route, caller: String
    ) throws(Problem) -> HTTPReply {
        let arguments = try arguments(of: request, path, for: route)
        let mediaType = try mediaType(of: request, for: route)
        return try route.handler(
            Route.Request(http: request, arguments: arguments, mediaType: mediaType, caller: caller))
    }

    /// The target, and the values of its path's parameters in order.
    private func find(_ request: HTTPRequest) -> (Target, [(String, [UInt8])])? {
        if let target = fixed[request.path] { return (target, []) }
        guard !patterns.isEmpty, let segments = request.segments else { return nil }
        for target in patterns where target.segments.count == segments.count {
            var values: [(String, [UInt8])] = []
            let isMatch = zip(target.segments, segments).allSatisfy { wanted, given in
                guard wanted.hasPrefix("{") else { return wanted == given }
                values.append((String(wanted.dropFirst().dropLast()), Array(given.utf8)))
                return true
            }
            if isMatch { return (target, values) }
        }
        return nil
    }

    private func arguments(
        of request: HTTPRequest, _ path: [(String, [UInt8])], for route: Route
    ) throws(Problem) -> RouteArguments {
        var arguments = RouteArguments()
        let given =
            path.map { ($0.0, $0.1, RouteParameter.Place.path) }
            + (try request.query()).map { ($0.name, $0.value, .query) }
            + route.parameters.compactMap { parameter in
                guard let field = parameter.field, let value = request.headers[field] else { return nil }
                return (parameter.name, Array(value.utf8), .header)
            }
        for (name, value, place) in given {
            guard let parameter = route.parameters.first(where: { $0.name == name && $0.place == place }) else {
                throw Problem(.badRequest, "there is no parameter \"\(name.prefix(64))\"")
            }
            guard arguments.bytes(name) == nil else { throw Problem(.badRequest, "\"\(name)\" is given twice") }
            if let fault = parameter.fault(in: value) { throw Problem(.badRequest, "\"\(name)\" \(fault)") }
            arguments.set(name, to: value)
        }
        for parameter in route.parameters where parameter.isRequired && arguments.bytes(parameter.name) == nil {
            throw Problem(.badRequest, "the parameter \"\(parameter.name)\" is missing")
        }
        if !route.oneNeeded.isEmpty, route.oneNeeded.allSatisfy({ arguments.bytes($0) == nil }) {
            let names = route.oneNeeded.map { "\"\($0)\"" }.joined(separator: " or ")
            throw Problem(.badRequest, "a parameter is missing: \(names)")
        }
        return arguments
    }

    private func mediaType(of request: HTTPRequest, for route: Route) throws(Problem) -> String {
        guard !route.bodies.isEmpty else { return "" }
        let field = request.headers["content-type"] ?? ""
        let type = field.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        guard route.bodies.contains(where: { $0.mediaType == type }) else {
            let known = route.bodies.map(\.mediaType).joined(separator: " or ")
            throw Problem(.unsupportedMediaType, "the body must be \(known), and Content-Type say so")
        }
        return type
    }
}
