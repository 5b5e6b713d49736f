import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/doctor`: whether everything is as it should be, as the daemon sees its Redis. 200 whatever is found, also
    /// of a Redis that is away.
    static func doctor(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/doctor", role: .admin, "Check that everything is as it should be",
            answers: [
                Answer(
                    .ok, "In the order in which to repair things", "application/json",
                    Schema.array(of: Schema.diagnosis))
            ]
        ) { _ in
            context.later {
                let examination = Examination(calls: context.calls, clock: { Gate.now() })
                let diagnoses = try await examination.diagnoses()
                return HTTPResponse(json: JSONWriter.bytes(.array(diagnoses.map(Objects.diagnosis))))
            }
        }
    }
}
