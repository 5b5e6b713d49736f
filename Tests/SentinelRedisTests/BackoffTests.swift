import SentinelRedis
import Testing

struct BackoffTests {
    private let backoff = Backoff(initial: .milliseconds(20), limit: .seconds(2))

    @Test func `waits double up to the limit`() {
        let waits = (1...9).map { backoff.delay(afterFailures: $0, randomness: 1) }
        #expect(waits == [20, 40, 80, 160, 320, 640, 1280, 2000, 2000].map { .milliseconds($0) })
    }

    @Test func `randomness chooses between half and the whole`() {
        #expect(backoff.delay(afterFailures: 2, randomness: 0) == .milliseconds(20))
        #expect(backoff.delay(afterFailures: 2, randomness: 0.5) == .milliseconds(30))
        #expect(backoff.delay(afterFailures: 2, randomness: 7) == .milliseconds(40))
    }

    @Test(arguments: [Int.min, 0, 1_000_000, Int.max])
    func `no number of failures is too large or too small`(failures: Int) {
        let wait = backoff.delay(afterFailures: failures, randomness: 1)
        #expect(wait >= .milliseconds(20) && wait <= .seconds(2))
    }
}
