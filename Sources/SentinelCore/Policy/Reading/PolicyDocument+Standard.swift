private import CSentinelPolicies

extension PolicyDocument {
    /// The built-in policy, `policies/default.yaml` of the repository.
    package static let standard: PolicyDocument = {
        let bytes = UnsafeRawBufferPointer(start: sentinel_default_policy(), count: sentinel_default_policy_length())
        return PolicyDocument(embedded: Array(bytes))
    }()
}

extension Policy {
    /// The built-in policy: the field's usual figures.
    package static var standard: Policy { PolicyDocument.standard.policy }
}
