/// The options that every command takes, before or after its name.
struct GlobalOptions: Parsable, Equatable {
    var output = OutputFormat.human
    /// Where Redis is; nil means the socket of `sentinel up`.
    var redis: String?
    /// The HTTP API to ask instead, and the token that it wants.
    var api: String?
    var token: String?
    var namespace = "sentinel"
    var color = ColourChoice.auto
    var help = false

    static let parameters: [Parameter<Self>] = [
        .option("output", "o", \.output, .choice("format"), "human, json or raw (CSV)"),
        .option(
            "redis", nil, \.redis, .redisURL, "Redis to use; default is the socket of 'sentinel up'",
            environment: "SENTINEL_REDIS"),
        .option(
            "api", nil, \.api, .string("url"), "ask this HTTP API instead of Redis: http://127.0.0.1:8787, https://…",
            environment: "SENTINEL_API"),
        .option(
            "token", nil, \.token, .string("token"), "of the API; better in the environment, for others see arguments",
            environment: "SENTINEL_TOKEN"),
        .option(
            "namespace", nil, \.namespace, .namespace, "first part of every key", environment: "SENTINEL_NAMESPACE"),
        .option("color", nil, \.color, .choice("when"), "auto, always or never"),
        .flag("help", "h", \.help, "show this help"),
    ]

    static var specs: [ParameterSpec] { parameters.map(\.spec) }
}
