package import Federation

/// Looks at everything that a spoke needs, and says what is wrong and what to do about it.
///
/// It changes nothing but for a file that it makes and removes in folders that have to be writable, and never hangs: each
/// look has a deadline.
package struct Doctor: Sendable {
    /// One look.
    struct Look: Sendable {
        /// What findings of it are called.
        var check: String
        var deadline: Duration
        var body: @Sendable () -> [Finding]
    }

    let surroundings: Surroundings
    let now: @Sendable () -> Timestamp

    package init(_ surroundings: Surroundings, now: @escaping @Sendable () -> Timestamp) {
        self.surroundings = surroundings
        self.now = now
    }

    /// What is found with `configuration`, or the reason why there is none.
    package func examine(_ configuration: Result<SpokeConfiguration, SpokeError>) -> Diagnosis {
        switch configuration {
        case .failure(let error):
            return Diagnosis([
                .problem(
                    "configuration",
                    error.description,
                    fix: "correct that; 'tributary-spoke config check' tells whether it is"
                )
            ])
        case .success(let configuration):
            return Diagnosis(looks(configuration).flatMap(Doctor.run))
        }
    }

    static func run(_ look: Look) -> [Finding] {
        BoundedWork.run(within: look.deadline, look.body) ?? [
            .problem(
                look.check,
                "no answer within \(look.deadline.components.seconds) s",
                fix: "look for a network file system or a service that does not answer"
            )
        ]
    }

    private func looks(_ configuration: SpokeConfiguration) -> [Look] {
        var looks = [
            Look(check: "configuration", deadline: DoctorLimits.disk) { configurationFindings(configuration) }
        ]
        if let (hubs, peers) = try? configuration.allHubs() {
            for hub in hubs + peers {
                looks.append(Look(check: "hub", deadline: DoctorLimits.hub) { hubFindings(hub) })
            }
            if hubs.count > 1 {
                let deadline = DoctorLimits.hub * hubs.count
                looks.append(Look(check: "hub", deadline: deadline) { enrolmentFindings(hubs) })
            }
        }
        if let state = try? configuration.state() {
            looks.append(Look(check: "state", deadline: DoctorLimits.disk) { stateFolderFindings(state) })
            for folder in StateFolder(state).withFurther {
                looks.append(Look(check: "state", deadline: DoctorLimits.integrity) { stateFindings(folder) })
            }
        }
        for text in configuration.sources {
            looks.append(
                Look(check: "source", deadline: DoctorLimits.service) { sourceFindings(text, configuration) }
            )
        }
        for text in configuration.sinks {
            looks.append(Look(check: "sink", deadline: DoctorLimits.service) { sinkFindings(text, configuration) })
        }
        looks.append(Look(check: "sink", deadline: DoctorLimits.disk) { overlapFindings(configuration) })
        let pause = configuration.pause
        if pause.isAny { looks.append(Look(check: "pause", deadline: DoctorLimits.service) { pauseFindings(pause) }) }
        if let state = try? configuration.state() {
            looks.append(Look(check: "service", deadline: DoctorLimits.disk) { serviceFindings(state) })
        }
        return looks
    }
}
