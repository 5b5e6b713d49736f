package import SentinelCore
package import SentinelEngine
package import SentinelIO

/// One operation of the API: how it is called, who may, what it does. Everything that the API's description says of it
/// stands here, so that the two cannot drift apart.
package struct Route: Sendable {
    /// A request that has been checked against the route.
    package struct Request: Sendable {
        package var http: HTTPRequest
        package var arguments: RouteArguments
        /// The media type of the body, in lower case, without parameters; empty without a body.
        package var mediaType: String
        /// Who sent it, as the audit log names people: `admin:<name of the token>`.
        package var caller: String
    }

    /// A body that the route takes.
    package struct Body: Sendable {
        package var mediaType: String
        package var schema: JSONValue

        package init(_ mediaType: String, _ schema: JSONValue) {
            self.mediaType = mediaType
            self.schema = schema
        }
    }

    /// An answer that the route gives. Problems have no schema of their own.
    package struct Answer: Sendable {
        package var status: HTTPStatus
        package var description: String
        package var mediaType: String?
        package var schema: JSONValue?
        package var headers: [String]

        package init(
            _ status: HTTPStatus, _ description: String, _ mediaType: String? = nil, _ schema: JSONValue? = nil,
            headers: [String] = []
        ) {
            self.status = status
            self.description = description
            self.mediaType = mediaType
            self.schema = schema
            self.headers = headers
        }
    }

    package typealias Handler = @Sendable (Request) throws(Problem) -> HTTPReply

    package var method: String
    /// Begins with `/`; a segment in braces is a parameter of the path: `/v1/incidents/{id}`.
    package var path: String
    package var role: Role
    package var summary: String
    package var parameters: [RouteParameter]
    /// Of these parameters of the query one at least must be given. Empty for none.
    package var oneNeeded: [String]
    /// Empty for routes that take no body.
    package var bodies: [Body]
    package var answers: [Answer]
    package var handler: Handler
    /// A question that proxies ask about other requests. It comes with any method, and beneath the path with that of the
    /// other request, whose query is not looked at; parameters may then stand behind semicolons: `/v1/authz;count=request/…`.
    /// Programs of this machine need no token, and nobody waits for Redis to know one.
    package var isSubrequest = false
    /// Asks for a token even where there is none at all, and so nobody can have one.
    package var wantsToken = false

    package init(
        _ method: String, _ path: String, role: Role, _ summary: String, parameters: [RouteParameter] = [],
        oneNeeded: [String] = [], bodies: [Body] = [], answers: [Answer], handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.role = role
        self.summary = summary
        self.parameters = parameters
        self.oneNeeded = oneNeeded
        self.bodies = bodies
        self.answers = answers
        self.handler = handler
    }

    var segments: [Substring] { path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) }
}
