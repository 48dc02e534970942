extension SpokeConfiguration {
    /// The sources that are set; throws ``SpokeError``, which says where.
    package func openSources(home: String?) throws(SpokeError) -> [any PatternSource] {
        var opened: [any PatternSource] = []
        let rules = try eventRules()
        for text in sources {
            do {
                opened.append(try SourceKind.source(text, home: home, rules: rules).configured(by: qdrant))
            } catch { throw located(error, .sources) }
        }
        return opened
    }

    /// The sinks that are set; throws ``SpokeError``, which says where.
    package func openSinks(home: String?) throws(SpokeError) -> [any WinnerSink] {
        var opened: [any WinnerSink] = []
        for text in sinks {
            do {
                opened.append(try SinkKind.sink(text, home: home).configured(by: qdrant))
            } catch { throw located(error, .sinks) }
        }
        return opened
    }

    private func located(_ error: SpokeError, _ setting: Setting) -> SpokeError {
        SpokeError(error.status, "\(origin(of: setting)): \(error.description)")
    }

    /// Where the value of `setting` comes from, as people read it.
    package func origin(of setting: Setting) -> String {
        entries[setting]?.origin.text(of: setting) ?? "not set"
    }
}
