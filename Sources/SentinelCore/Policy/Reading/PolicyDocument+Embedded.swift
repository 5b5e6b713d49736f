private import CSentinelPolicies

extension PolicyDocument {
    /// The built-in policy, `policies/default.yaml` of the repository.
    package static let standard: PolicyDocument = {
        let bytes = UnsafeRawBufferPointer(start: sentinel_default_policy(), count: sentinel_default_policy_length())
        return PolicyDocument(embedded: Array(bytes), "default.yaml")
    }()

    /// Rules for access logs, `policies/access-logs.yaml` of the repository.
    package static let accessLogs: PolicyDocument = {
        let bytes = UnsafeRawBufferPointer(
            start: sentinel_access_log_policy(), count: sentinel_access_log_policy_length())
        return PolicyDocument(embedded: Array(bytes), "access-logs.yaml")
    }()
}

extension Policy {
    /// The built-in policy: the field's usual figures.
    package static var standard: Policy { PolicyDocument.standard.policy }
    /// What scanners and guessers of passwords do to any site.
    package static var accessLogs: Policy { PolicyDocument.accessLogs.policy }
}
