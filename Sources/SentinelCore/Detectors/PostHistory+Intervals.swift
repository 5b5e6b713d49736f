extension PostHistory {
    /// The waiting times between the occasions on which the user posted, in ms, oldest first.
    ///
    /// Posts that follow the one before within `batchGap` ms are one occasion: several posts of one click, paste or push.
    /// Without that, a batch of a post a second would be a perfect clock, and a timer that posts in pairs would hide.
    func intervals(batchGap: Int64) -> [Double] {
        guard var before = posts.first.map({ Double($0.at) }) else { return [] }
        var occasion = before
        var intervals: [Double] = []
        intervals.reserveCapacity(posts.count)
        // In floating point, for the difference of two nonsense times may be more than an Int64 holds.
        for post in posts.dropFirst() {
            let time = Double(post.at)
            if time - before > Double(batchGap) {
                intervals.append(time - occasion)
                occasion = time
            }
            before = time
        }
        return intervals
    }
}
