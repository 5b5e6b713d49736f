extension Rule {
    /// `pattern`: a field of events is searched for expressions.
    package struct TextSearch: Sendable, Equatable {
        /// Empty: the kinds that are posts.
        package var kinds: Set<String> = []
        package var field = Field.text
        package var list = Named(name: "jailbreak", value: PatternList.jailbreak)
        /// From which sum of weights on.
        package var minimumScore = Pattern.Parameters().minimumScore

        package init() {}

        /// What the detector goes by.
        package var parameters: Pattern.Parameters {
            var parameters = Pattern.Parameters()
            parameters.list = list.value
            parameters.minimumScore = minimumScore
            return parameters
        }
    }

    /// `signup`: which events create accounts, and what is suspicious about them.
    package struct SignupWatch: Sendable, Equatable {
        package var kinds: Set<String> = ["signup"]
        package var domains = Named(name: "none", value: DomainList())
        package var parameters = Signup.Parameters()

        package init() {}
    }

    /// A list, and how the policy calls it: by a built-in name, or by the path of its file.
    package struct Named<List: Sendable & Equatable>: Sendable, Equatable {
        package var name: String
        package var value: List

        package init(name: String, value: List) {
            self.name = name
            self.value = value
        }
    }
}
