"use strict"

{
	const root = document.getElementById("swagger-ui")
	const { prefix, below, document: name, documented, actual } = root.dataset

	// A proxy may serve all of the server below a path of its own, which is what stands here before the prefix.
	const here = location.pathname.replace(/\/$/, "")
	const outer = here.endsWith(prefix) ? here.slice(0, here.length - prefix.length) : ""

	// Marks what is sent to get a token, which goes where the document says. It is taken off before that.
	const forToken = "X-Tornadogen-Token"

	// A script may not set the header field Cookie, which browsers drop: what it has, keys of security schemes and parameters, is given to the
	// browser for the path of the request, until the next one.
	let given = []
	const giveCookies = ({ headers }, url) => {
		for (const cookie of given) document.cookie = cookie + "; Max-Age=0"
		const secure = url.protocol === "https:" ? "; Secure" : ""
		const attributes = `; Path=${url.pathname.replaceAll(";", "%3B")}; SameSite=Strict${secure}`
		given = headers?.Cookie ? headers.Cookie.split("; ").map((pair) => pair + attributes) : []
		for (const cookie of given) document.cookie = cookie + "; Max-Age=60"
	}

	// A trial goes to the server that the page came from, whatever servers the document names: it must never reach the production that
	// the document describes, least of all with credentials.
	const requestInterceptor = (request) => {
		if (request.loadSpec || !request.method) return request // the document, and what a provider of OpenID Connect says of itself
		if (request.headers?.[forToken]) {
			delete request.headers[forToken]
			return request
		}
		openapi32.trueRequest(request)
		const url = new URL(request.url, location.href)
		url.protocol = location.protocol
		url.host = location.host
		if (url.pathname.startsWith(documented + "/")) {
			url.pathname = outer + actual + url.pathname.slice(documented.length)
		}
		giveCookies(request, url)
		request.url = url.href
		return request
	}

	// Swagger UI would keep a key that is a cookie in one for all of the folder in which the page is, and not elsewhere.
	const withoutCookies = (type) => (original, { getStore }) => (payload) => getStore().dispatch({ type, payload })

	// A name and a password are sent in UTF-8, as the challenge of the server asks for (RFC 7617 section 2.1). Swagger UI has one byte for each
	// character of a document of OpenAPI 3, and fails for what has none: it is given the bytes.
	const bytes = (text) => String.fromCharCode(...new TextEncoder().encode(text))
	const inUTF8 = ({ authorized, ...securities }) => {
		const all = Object.entries(authorized ?? {}).map(([name, { schema, value, ...of }]) => {
			const basic = schema?.type === "http" && /^basic$/i.test(schema.scheme)
			return [name, { ...of, schema, value: basic ? { username: bytes(value.username ?? ""), password: bytes(value.password ?? "") } : value }]
		})
		return { ...securities, authorized: Object.fromEntries(all) }
	}

	const tokens = () => ({
		statePlugins: {
			spec: { wrapActions: { executeRequest: (original) => (request) => original({ ...request, securities: inUTF8(request.securities ?? {}) }) } },
			auth: {
				wrapActions: {
					authorize: withoutCookies("authorize"),
					logout: withoutCookies("logout"),
					authorizeRequest: (original) => (data) => original({ ...data, headers: { ...data.headers, [forToken]: "1" } }),
				},
			},
		},
	})

	SwaggerUIBundle({
		dom_id: "#swagger-ui",
		url: new URL(below + name, location.href).href,
		oauth2RedirectUrl: new URL(below + "oauth2-redirect.html", location.href).href,
		presets: [SwaggerUIBundle.presets.apis],
		plugins: [SwaggerUIBundle.plugins.DownloadUrl, tokens, openapi32.plugin],
		layout: "BaseLayout",
		deepLinking: true,
		defaultModelsExpandDepth: -1,
		persistAuthorization: true,
		requestInterceptor,
		showCommonExtensions: true,
		showExtensions: true,
		syntaxHighlight: { theme: "nord" },
		tryItOutEnabled: true,
		validatorUrl: null,
	})
}
