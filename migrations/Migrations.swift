/// One step of the schema's history.
package struct Migration: Sendable {
    package var number: Int32
    package var name: String
    package var sql: [UInt8]

    package init(number: Int32, name: String, sql: [UInt8]) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// The schema's history, in order.
package enum Migrations {
    package static let all: [Migration] = [
        Migration(number: 1, name: "hub", sql: PackageResources._001_hub_sql),
        Migration(number: 2, name: "decisions", sql: PackageResources._002_decisions_sql),
        Migration(number: 3, name: "hierarchy", sql: PackageResources._003_hierarchy_sql),
        Migration(number: 4, name: "enrolment", sql: PackageResources._004_enrolment_sql),
    ]
}
