"use strict"

// Swagger UI reads OpenAPI 3.0 and 3.1. Of a document of 3.2 it is given a copy in the words of 3.1; the document that stands beside the
// page stays as it is. An operation of a method that 3.1 has not stands there at a path of its own, which ends in its method, so that Swagger
// UI shows it and tries it out as it does others. What is seen and sent has the true method and path.
const openapi32 = (() => {
	const mark = ";tornadogen-method="

	// apart takes the method off a path.
	const apart = (path) => {
		const at = path.lastIndexOf(mark)
		return at < 0 ? null : { path: path.slice(0, at), method: decodeURIComponent(path.slice(at + mark.length)) }
	}

	const isObject = (v) => v !== null && typeof v === "object"

	// lowerItem adds the operations of 3.2 of a path to out, paths of 3.1.
	const lowerItem = (out, path, { query, additionalOperations, ...item }) => {
		out[path] = item
		const more = query ? { QUERY: query, ...additionalOperations } : { ...additionalOperations }
		for (const [method, operation] of Object.entries(more)) {
			const shared = Object.entries(item).filter(([name]) => name === "parameters" || name === "servers")
			out[path + mark + encodeURIComponent(method)] = { ...Object.fromEntries(shared), trace: operation } // which has no colour of its own
		}
	}

	// lower is a value of the document in the words of 3.1.
	const lower = (root, v) => {
		if (Array.isArray(v)) return v.map((item) => lower(root, item))
		if (!isObject(v)) return v
		const out = {}
		for (const [name, item] of Object.entries(v)) out[name] = lower(root, item)
		const named = typeof v.$ref === "string" && v.$ref.match(/^#\/components\/mediaTypes\/([^/]+)$/)
		if (named) {
			const { $ref, ...to } = root.components?.mediaTypes?.[named[1].replaceAll("~1", "/").replaceAll("~0", "~")] ?? {}
			return lower(root, to)
		}
		if (isObject(out.itemSchema) && !out.schema) out.schema = { type: "array", items: out.itemSchema }
		if (isObject(out.responses)) {
			for (const r of Object.values(out.responses)) if (typeof r?.summary === "string") r.description ??= r.summary
		}
		return out
	}

	let true32 = false // what the page shows is a document of 3.2

	const lowered = (document) => {
		true32 = /^3\.2\./.test(document?.openapi)
		if (!true32) return document
		const copy = { ...lower(document, document), openapi: "3.1.1" }
		copy.paths = {}
		for (const [path, item] of Object.entries(document.paths ?? {})) {
			if (isObject(item)) lowerItem(copy.paths, path, lower(document, item))
		}
		return copy
	}

	return {
		plugin: () => ({
			statePlugins: { spec: { wrapActions: { updateJsonSpec: (original) => (document) => original(lowered(document)) } } },
			wrapComponents: {
				OpenAPIVersion: (Original, { React }) => (props) => React.createElement(Original, true32 ? { ...props, oasVersion: "3.2" } : props),
				OperationSummary: (Original, { React }) => (props) => {
					const of = apart(props.operationProps.get("path"))
					return React.createElement(Original, of === null ? props : {
						...props,
						operationProps: props.operationProps.set("path", of.path).set("method", of.method),
						specPath: props.specPath.set(1, of.path),
					})
				},
			},
		}),
		// trueRequest gives a request the method and the path that the document has.
		trueRequest: (request) => {
			const url = new URL(request.url, location.href)
			const of = apart(url.pathname)
			if (of === null) return
			url.pathname = of.path
			request.url = url.href
			request.method = of.method
		},
	}
})()
