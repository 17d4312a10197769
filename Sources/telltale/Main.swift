/// The entry point only calls: in Swift 6 a C callback written inside an `@main` type traps when C calls it on
/// another thread.
@main
enum Main {
    static func main() async {
        Descriptor.occupyStandardStreams()
        _ = InheritedDescriptors.atStart
        await Telltale.execute(Array(CommandLine.arguments.dropFirst()))
    }
}
