"use strict"

// The provider of an OAuth 2.0 authorisation sends the browser here, with what it has decided in the query or in the fragment (RFC 6749,
// sections 4.1.2 and 4.2.2). Swagger UI has left in the window that opened this one what it has asked for.
{
	const asked = window.opener?.swaggerUIRedirectOauth2
	const text = /code|token|error/.test(location.hash) ? location.hash.slice(1) : location.search.slice(1)
	const answer = Object.fromEntries(new URLSearchParams(text))
	if (asked) {
		const { auth, redirectUrl } = asked
		const isValid = answer.state === asked.state
		const flow = auth.schema.get("flow")
		if (["accessCode", "authorizationCode", "authorization_code"].includes(flow) && !auth.code) {
			if (!isValid) {
				asked.errCb({ authId: auth.name, source: "auth", level: "warning", message: "The state of the answer is not the one that was sent: it may not be from the provider." })
			}
			if (answer.code && isValid) {
				delete asked.state
				auth.code = answer.code
				asked.callback({ auth, redirectUrl })
			} else {
				const why = [answer.error, answer.error_description, answer.error_uri].filter(Boolean).join(": ")
				asked.errCb({ authId: auth.name, source: "auth", level: "error", message: why || "The provider has sent no code." })
			}
		} else {
			asked.callback({ auth, token: answer, isValid, redirectUrl })
		}
		window.close()
	}
}
