import WardenProtocol

/// The path of a runtime's program on this machine and in its jail.
struct ProgramLocation: Hashable, Sendable {
    let host: String
    let jail: String
    /// The folder to mount for the program; `nil` if every jail's root already contains it.
    let package: MountImage?
}

/// Finds the first existing program in a manifest's `find`.
struct ProgramFinder {
    /// The project's own folder of programs, with a folder for each package.
    let toolsFolder: String

    /// - Returns: `nil` if no place has a program.
    func locate(_ manifest: Manifest) throws(CatalogError) -> ProgramLocation? {
        for (index, place) in manifest.find.enumerated() {
            let path = place.replacing("{tools}", with: toolsFolder)
            guard HostPath.isProgram(path), let resolved = HostPath.resolved(path) else { continue }
            if HostPath.contains("/usr", resolved) {
                // The program keeps the path by which it was found, since programs behave and
                // report by argv[0].
                let isInRoot = HostPath.contains("/usr", path)
                return ProgramLocation(host: path, jail: isInRoot ? path : resolved, package: nil)
            }
            guard let folder = packageFolder(of: resolved) else {
                throw CatalogError(
                    file: manifest.label,
                    field: "find.\(index)",
                    problem: .noPackageFolder(resolved)
                )
            }
            let target = "/opt/" + manifest.name
            return ProgramLocation(
                host: path,
                jail: target + resolved.dropFirst(folder.utf8.count),
                package: MountImage(source: folder, target: target)
            )
        }
        return nil
    }

    /// Returns the folder in `toolsFolder` that contains the program; elsewhere the parent of its
    /// `bin`, or its own folder.
    ///
    /// The folder is at least two levels below the root, so that a stray program never exposes all
    /// of `/srv` or `/home`.
    private func packageFolder(of program: String) -> String? {
        if let tools = HostPath.resolved(toolsFolder), HostPath.contains(tools, program) {
            let below = program.dropFirst(tools.utf8.count).split(separator: "/")
            return below.count > 1 ? tools + "/" + below[0] : nil
        }
        let folder = HostPath.parent(program)
        let package = folder.hasSuffix("/bin") ? HostPath.parent(folder) : folder
        return package.split(separator: "/").count >= 2 ? package : nil
    }
}
