import WardenProtocol

/// Where a runtime's program is: on this machine, and as its jail sees it.
struct ProgramLocation: Hashable, Sendable {
    let host: String
    let jail: String
    /// The folder that has to be shown for it; `nil` where every jail's root has the program
    /// already.
    let package: MountImage?
}

/// Looks through a manifest's `find` for the first program that is there.
struct ProgramFinder {
    /// The project's own folder of programs; a package is a folder in it.
    let toolsFolder: String

    /// - Returns: `nil` where none of the places holds a program.
    func locate(_ manifest: Manifest) throws(CatalogError) -> ProgramLocation? {
        for (index, place) in manifest.find.enumerated() {
            let path = place.replacing("{tools}", with: toolsFolder)
            guard HostPath.isProgram(path), let resolved = HostPath.resolved(path) else { continue }
            if HostPath.contains("/usr", resolved) {
                // The name by which it was found stays its name: programs greet and fail by
                // argv[0].
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

    /// The folder in `toolsFolder` that the program belongs to; elsewhere the folder around `bin`,
    /// or its own.
    ///
    /// At least two names below the root, so that a stray program never shows all of `/srv` or
    /// `/home`.
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
