extension Duration {
    /// Whole milliseconds, rounded up, at least 1: PostgreSQL and poll(2) read 0 as "for ever" or "not at all".
    var positiveMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        let roundedUp = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? 1 : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(roundedUp)
        return sumOverflow ? .max : max(1, Int32(clamping: sum))
    }
}
