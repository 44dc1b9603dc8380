import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes to sign up, sign in and sign out.
///
/// The paths are those of better-auth, and successful answers have no envelope, as better-auth's
/// clients expect. Refusals have the envelope.
///
/// A request to sign up, in or out needs an `Origin`. A browser sends it by itself, and gets a
/// cookie if the origin is this server. Other clients get only the token, which no page of another
/// site can read.
struct SessionRoutes: Sendable {
    static let passwordBytesMax = 1_024

    let accounts: Accounts
    let callers: CallerResolver
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.post, "api/auth/sign-up/email", .signUp, signUp),
            Route(.post, "api/auth/sign-in/email", .signIn, signIn),
            Route(.get, "api/auth/get-session", .getSession, show),
            Route(.post, "api/auth/sign-out", .signOut, signOut),
        ]
    }

    private func signUp(_ request: Request, _ context: APIContext) async throws -> Response {
        let origin = try origin(request, context)
        let body = try SignUpBody.description.decode(try await BodyReader.object(request, context))
        guard let email = body.email else { throw APIError.field("email", "is required") }
        do {
            let entry = try await accounts.signUp(
                name: body.name,
                email: email,
                password: body.password,
                from: callers.address(request, context)
            )
            return answer(entry, origin)
        } catch let error as SignUpError {
            throw Self.refusal(error, now: clock.now())
        } catch is PasswordsBusy {
            throw APIError.passwordsBusy
        }
    }

    private func signIn(_ request: Request, _ context: APIContext) async throws -> Response {
        let origin = try origin(request, context)
        let body = try SignInBody.description.decode(try await BodyReader.object(request, context))
        guard let email = body.email else { throw APIError.field("email", "is required") }
        do {
            let entry = try await accounts.signIn(
                email: email,
                password: body.password,
                from: callers.address(request, context)
            )
            return answer(entry, origin)
        } catch let error as SignInError {
            throw Self.refusal(error)
        } catch is PasswordsBusy {
            throw APIError.passwordsBusy
        }
    }

    /// Answers with `null` if there is no session; that is not a refusal.
    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try context.chargeAddress()
        guard let token = try token(request, context),
            let signedIn = try await accounts.session(token)
        else { return Responses.envelope(.null) }
        return Responses.envelope(SignedIn.payload.encode(signedIn))
    }

    private func signOut(_ request: Request, _ context: APIContext) async throws -> Response {
        _ = try origin(request, context)
        guard let token = try token(request, context) else { throw APIError.unauthorized }
        guard try await accounts.signOut(token) else { throw APIError.unauthorized }
        return Responses.envelope(
            Envelope.success.encode(()),
            headers: [.setCookie: SessionCookie.expired]
        )
    }

    private func token(_ request: Request, _ context: APIContext) throws -> SessionToken? {
        try callers.credential(request, context).flatMap(SessionToken.init)
    }

    private func origin(
        _ request: Request,
        _ context: APIContext
    ) throws(APIError) -> RequestOrigin {
        guard let origin = callers.origin(request, context) else {
            throw APIError(
                code: .forbidden,
                message: "an Origin header is required, such as the address of this server"
            )
        }
        let isForeignPage = !origin.isOwn && request.headers[.secFetchSite] != nil
        guard !isForeignPage else { throw .foreignOrigin }
        return origin
    }

    private func answer(_ entry: Accounts.Entry, _ origin: RequestOrigin) -> Response {
        var headers: HTTPFields = [:]
        if origin.isOwn {
            headers[.setCookie] = SessionCookie.field(
                token: entry.token.plaintext,
                maxAgeSeconds: Int(Accounts.sessionSeconds),
                isSecure: origin.isSecure
            )
        }
        return Responses.envelope(
            Accounts.Entry.payload.encode(entry),
            headers: headers
        )
    }
}

extension SessionRoutes {
    private static func refusal(_ error: SignUpError, now: Date) -> APIError {
        switch error {
        case .closed:
            return APIError(code: .forbidden, message: "sign-up is closed on this server")
        case .weakPassword(let rules):
            return .weakPassword(rules)
        case .tooMany(let limit, let end):
            return .rateLimited(
                "no more than \(limit) can sign up from one address in a day",
                policy: "sign_ups_per_day",
                limit: limit,
                retryAfterSeconds: Int(end.timeIntervalSince(now).rounded(.up))
            )
        case .tooManyAttempts(let limit, let seconds):
            return .rateLimited(
                "too many attempts to sign up",
                policy: "sign_up",
                limit: limit,
                retryAfterSeconds: seconds
            )
        case .emailTaken:
            return APIError(
                code: .conflict,
                message: "this e-mail address is already in use"
            )
        }
    }

    private static func refusal(_ error: SignInError) -> APIError {
        switch error {
        case .refused:
            APIError(
                code: .unauthorized,
                message: "the e-mail address or the password is wrong",
                headers: [.wwwAuthenticate: "Bearer"]
            )
        case .tooMany(let limit, let seconds):
            .rateLimited(
                "too many attempts to sign in",
                policy: "sign_in",
                limit: limit,
                retryAfterSeconds: seconds
            )
        }
    }
}

extension APIError {
    static func weakPassword(_ rules: [PasswordRule]) -> APIError {
        let list = rules.map(\.sentence).joined(separator: "; ")
        return APIError(
            code: .weakPassword,
            message: "the password must have or be: " + list,
            details: Details(rules: rules.map(\.rawValue))
        )
    }

    fileprivate static let passwordsBusy = APIError(
        code: .overloaded,
        message: "the queue for password checks is full; try again",
        headers: [.retryAfter: "1"]
    )
}
