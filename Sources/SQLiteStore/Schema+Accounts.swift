extension Schema {
    /// Schema v7: the client addresses from which a user opened sessions, and a user's sessions in
    /// the order of their ends.
    static let knownAddresses = """
        CREATE TABLE known_address (
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            address TEXT NOT NULL,
            seen_at INTEGER NOT NULL,
            PRIMARY KEY (user, address)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX known_address_newest ON known_address (user, seen_at, address);
        DROP INDEX session_user;
        CREATE INDEX session_last ON session (user, expires_at, created_at, id);
        """
}
