import Foundation
import Testing

@testable import JobStore

/// `spec/database.md` says of the schema what there is, and nothing else.
@Suite("The description of the database", .tags(.unit006))
struct DatabaseDocumentTests {
    private struct Column: Hashable {
        let table: String
        let name: String
        let type: String
        /// `yes`, `no`, or empty for the number of a row, which SQLite gives out.
        let mayBeNull: String
    }

    private let text: String
    private let store: SQLiteJobStore
    private let scratch: Scratch

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../spec/database.md")
        text = try String(contentsOf: root, encoding: .utf8)
        scratch = try Scratch()
        store = try scratch.store()
    }

    /// The cells of each row of a table of the document, by the heading above it.
    private var rows: [(heading: Substring, cells: [String])] {
        var heading: Substring = ""
        return text.split(separator: "\n").compactMap { line in
            if line.hasPrefix("## ") { heading = line.dropFirst(3) }
            guard line.hasPrefix("| `") else { return nil }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
            return (heading, cells.map { $0.trimmingCharacters(in: [" ", "`"]) })
        }
    }

    @Test("Each column of each table is described, and no other")
    func columns() throws {
        var described: Set<Column> = []
        for (heading, cells) in rows where heading.hasPrefix("Table `") {
            let table = heading.dropFirst(7).dropLast()
            #expect(cells.count == 4 && !cells[3].isEmpty)
            described.insert(Column(table: String(table), name: cells[0], type: cells[1], mayBeNull: cells[2]))
        }
        var present: Set<Column> = []
        let statement = try store.connection.prepare(
            """
            SELECT t.name, c.name, c.type, CASE WHEN c."notnull" OR c.pk > 1 THEN 'no' WHEN c.pk = 1 THEN '' ELSE 'yes' END
            FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'
            """
        )
        while try statement.step() {
            present.insert(
                Column(
                    table: statement.text(0),
                    name: statement.text(1),
                    type: statement.text(2),
                    mayBeNull: statement.text(3)
                )
            )
        }
        #expect(described.subtracting(present) == [] && present.subtracting(described) == [])
        #expect(present.count > 50)
    }

    @Test("It names the version, each step to it, and what else is there")
    func versions() throws {
        #expect(text.contains("at present \(Migrations.steps.count)."))
        let steps = text.split(separator: "\n").count { $0.firstMatch(of: /^\| \d+ \|/) != nil }
        #expect(steps == Migrations.steps.count)
        #expect(text.contains("0x" + String(Migrations.applicationID, radix: 16, uppercase: true)))
        let others = try store.connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type <> 'table' AND name NOT LIKE 'sqlite_%'"
        )
        while try others.step() { #expect(text.contains("`\(others.text(0))`")) }
    }

    @Test("Each of its queries runs")
    func queries() throws {
        let blocks = text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        let queries = blocks.flatMap { $0.components(separatedBy: ";") }.filter { $0.contains("SELECT") }
        #expect(queries.count == 4)
        for query in queries { try store.connection.run(query) }
    }
}
