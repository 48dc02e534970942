internal import Glibc

/// How unpredictable a text is, by how often each of its bytes occurs in it.
enum Entropy {
    /// Shannon's entropy in bits per byte; 0 of nothing, at most the logarithm of the count.
    static func bitsPerByte(_ text: GuardText) -> Double {
        guard text.count > 0 else { return 0 }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for byte in text.bytes { counts[Int(byte)] += 1 }
            let total = Double(text.count)
            var bits = 0.0
            for count in counts where count > 0 {
                let share = Double(count) / total
                bits -= share * log2(share)
            }
            return bits
        }
    }
}
