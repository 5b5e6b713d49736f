extension Rule {
    /// What a rule looks at. `count`, `sum` and `distinct` run inside Redis, the others in the coordinator.
    package enum Watch: Sendable, Equatable {
        /// At most so many events per subject in an exact sliding window.
        case count(Count)
        /// At most so much of a weight, such as tokens, per subject in an exact sliding window.
        case sum(Sum)
        /// At most so many distinct values of a field per subject in a window that slides in slices.
        case distinct(Distinct)
        /// The first post of an account too soon after its creation.
        case firstEvent(FirstPost.Parameters)
        /// Posts like clockwork.
        case cadence(Cadence.Parameters)
        /// Mostly one and the same text by one user.
        case identical(IdenticalPosts.Parameters)
        /// Very similar texts by one user in a row.
        case repetition(Repetition.Parameters)
        /// The same text, or a very similar one, from several users.
        case duplicate(DuplicateContent.Parameters)
        /// Forbidden turns of phrase in a text.
        case pattern(TextSearch)
        /// An account that does not look like a person's on the day it is made.
        case signup(SignupWatch)
        /// A user who is not as usual.
        case baseline(BaselineDeviation.Parameters)
        /// A user who comes through a pool of proxies.
        case rotation(AddressRotation.Parameters)
        /// Verdicts from outside, by `sentinel_report`.
        case report
        /// The suspicion that the flags of other rules add up to.
        case score(Score)

        /// Whether Redis itself decides it, in the call that records the event. Such a watch stands alone in its rule.
        package var runsInRedis: Bool {
            switch self {
            case .count, .sum, .distinct: true
            case .firstEvent, .cadence, .identical, .repetition, .duplicate, .pattern, .signup, .baseline, .rotation,
                .report, .score:
                false
            }
        }

        /// Whether the coordinator decides it at each event.
        package var looksAtEvents: Bool {
            switch self {
            case .count, .sum, .distinct, .report, .score: false
            case .firstEvent, .cadence, .identical, .repetition, .duplicate, .pattern, .signup, .baseline, .rotation:
                true
            }
        }

        /// The word that names it in a policy, and its part of the evidence.
        package var name: String {
            switch self {
            case .count: "count"
            case .sum: "sum"
            case .distinct: "distinct"
            case .firstEvent: "first_event"
            case .cadence: "cadence"
            case .identical: "identical"
            case .repetition: "repetition"
            case .duplicate: "duplicate"
            case .pattern: "pattern"
            case .signup: "signup"
            case .baseline: "baseline"
            case .rotation: "rotation"
            case .report: "report"
            case .score: "score"
            }
        }
    }

    /// `count`: how many events.
    package struct Count: Sendable, Equatable {
        package var of: Selection
        package var per: Scope
        package var limit: Limit
        package var window: Duration

        package init(_ of: Selection, per: Scope, limit: Limit, window: Duration) {
            self.of = of
            self.per = per
            self.limit = limit
            self.window = window
        }
    }

    /// `sum`: how much of a number that events carry. An event of weight 0 only asks; one above the limit is never let by.
    package struct Sum: Sendable, Equatable {
        /// `tokens`, or a number field that the policy names.
        package var weight: Field
        package var of: Selection
        package var per: Scope
        package var limit: Limit
        package var window: Duration

        package init(_ weight: Field, of: Selection, per: Scope, limit: Limit, window: Duration) {
            self.weight = weight
            self.of = of
            self.per = per
            self.limit = limit
            self.window = window
        }
    }

    /// `distinct`: how many different values of a field.
    package struct Distinct: Sendable, Equatable {
        package var field: Field
        package var of: Selection
        package var per: Scope
        package var limit: Limit
        package var window: Duration

        package init(_ field: Field, of: Selection = Selection(), per: Scope, limit: Limit, window: Duration) {
            self.field = field
            self.of = of
            self.per = per
            self.limit = limit
            self.window = window
        }
    }

    /// `score`: how much suspicion, as flags of other rules add up to it (``Suspicion``).
    package struct Score: Sendable, Equatable {
        /// 0…1.
        package var atLeast: Double
        /// Nil: of all modules together.
        package var module: Module?

        package init(atLeast: Double, module: Module? = nil) {
            self.atLeast = atLeast
            self.module = module
        }
    }

    /// Whose count it is: the type of the subject, which is the field of the event that names it.
    package struct Scope: RawRepresentable, Sendable, Hashable {
        package var rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The user, or the address where an event names no user.
        package static let actor = Scope(rawValue: "actor")
        package static let user = Scope(rawValue: "user")
        /// The address; an IPv6 one by the policy's prefix.
        package static let ip = Scope(rawValue: "ip")
        package static let object = Scope(rawValue: "object")
        package static let username = Scope(rawValue: "username")
        package static let email = Scope(rawValue: "email")

        /// Those that every policy has; the fields that it names come on top.
        package static let builtIn: [Scope] = [.actor, .user, .ip, .object, .username, .email]
    }

    /// A field of an event.
    package struct Field: RawRepresentable, Sendable, Hashable {
        package var rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let user = Field(rawValue: "user")
        package static let ip = Field(rawValue: "ip")
        /// The network around the address: /24 of IPv4, /48 of IPv6.
        package static let network = Field(rawValue: "network")
        package static let object = Field(rawValue: "object")
        package static let username = Field(rawValue: "username")
        package static let email = Field(rawValue: "email")
        package static let text = Field(rawValue: "text")
        package static let status = Field(rawValue: "status")
        package static let tokens = Field(rawValue: "tokens")

        /// Those whose distinct values can be counted in every policy.
        package static let countable: [Field] = [.user, .ip, .network, .object, .username, .email]
        /// Those that conditions can look at in every policy.
        package static let conditional: [Field] = [.status, .object, .username, .email, .user, .ip]
    }
}
