extension Schema {
    /// Schema v7, first part: the client addresses from which a user opened sessions, and the
    /// order in which a user's sessions end.
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

    /// Schema v7, second part: invitations; an address has one of an organization.
    static let invitations = """
        CREATE TABLE invitation (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            email TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
            inviter TEXT REFERENCES user (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            UNIQUE (organization, email)
        ) STRICT;
        CREATE INDEX invitation_newest ON invitation (organization, created_at, id);
        CREATE INDEX invitation_email ON invitation (email, created_at, id);
        CREATE INDEX invitation_inviter ON invitation (inviter) WHERE inviter IS NOT NULL;
        """
}
