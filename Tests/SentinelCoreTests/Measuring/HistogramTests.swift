import SentinelCore
import Testing

struct HistogramTests {
    @Test func `each time counts in the class whose bound it does not pass`() {
        var histogram = Histogram()
        for duration in [Duration.microseconds(50), .microseconds(51), .milliseconds(1), .seconds(10), .seconds(11)] {
            histogram.add(duration)
        }
        #expect(histogram.count == 5)
        #expect(histogram.counts[0] == 1)
        #expect(histogram.counts[1] == 1)
        #expect(histogram.counts[4] == 1)
        #expect(histogram.counts[16] == 1)
        #expect(histogram.counts[17] == 1)
        #expect(abs(histogram.sum - 21.001101) < 1e-9)
    }

    @Test func `nonsense is no time, and forever is longer than anything`() {
        var histogram = Histogram()
        histogram.add(.seconds(-5))
        histogram.add(.seconds(Int64.max))
        #expect(histogram.counts.first == 1)
        #expect(histogram.counts.last == 1)
        #expect(histogram.sum == Double(Int64.max))
    }
}
