import JSON

extension Example {
    static let user: JSONValue = [
        "id": userID, "name": name, "email": email, "image": .null, "created_at": time,
        "updated_at": time, "organizations": [membership],
    ]

    static let membership: JSONValue = [
        "id": organizationID, "name": name, "plan": "free", "role": "owner",
    ]

    static let invitation: JSONValue = [
        "id": "inv_01m7y99na3q5s7t9v1w3x5y7z9", "organization_id": organizationID,
        "organization_name": name, "email": "grace@example.com", "role": "member",
        "created_at": time, "expires_at": "2026-12-05T05:29:34.710Z",
    ]

    static let sessionToken: JSONValue = [
        "token": "qst_7Yd2Qk4mVw9Xa1Zc3Be5Fg8Hj6Ln0PrStUvWxYzA", "user": sessionUser,
    ]

    static let signedIn: JSONValue = [
        "session": [
            "id": "ses_01m7y99na3w2f4h6k8m0p1q3r5", "userId": userID, "createdAt": time,
            "expiresAt": "2026-12-21T05:29:34.710Z",
        ],
        "user": sessionUser,
    ]

    static let key = JSONValue.object(keyMembers)
    static let issuedKey = JSONValue.object(
        [.init(name: "key", value: "sk_live_9aRh4Py1OiRJZ7VWuLboPsko9b14cVA5ZdGe")] + keyMembers
    )

    static let organization: JSONValue = [
        "id": organizationID, "name": name, "plan": "free", "created_at": time,
    ]

    static let member: JSONValue = [
        "user_id": userID, "name": name, "role": "owner", "since": time,
    ]

    static let removedMember: JSONValue = ["revoked_keys": ["key_01m7y99na3satt7bdp1xyhtmkp"]]

    static let webhookSecret: JSONValue = [
        "secret": "whsec_Pd0tzAK+w0bvsgRTDrNDDp9reWNNTTANX4mStHoY3Lk="
    ]

    private static let sessionUser: JSONValue = [
        "id": userID, "name": name, "email": email, "image": .null,
    ]

    private static let keyMembers = [
        JSONValue.Member(name: "id", value: "key_01m7y99na3satt7bdp1xyhtmkp"),
        .init(name: "name", value: "ci"),
        .init(name: "scopes", value: ["projects:read", "projects:write"]),
        .init(name: "organization_id", value: organizationID),
        .init(name: "created_at", value: time), .init(name: "expires_at", value: .null),
        .init(name: "last_used_at", value: .null), .init(name: "revoked_at", value: .null),
    ]

    private static let userID: JSONValue = "usr_01m7y99na3d5e7f9g1h3j5k7m9"
    private static let organizationID: JSONValue = "org_01m7y99na36pfjsmd1a1a162hm"
    private static let name: JSONValue = "Ada Lovelace"
    private static let email: JSONValue = "ada@example.com"
    private static let time: JSONValue = "2026-11-21T05:29:34.710Z"
}
