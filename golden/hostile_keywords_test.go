package golden

import (
	"encoding/json"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// patternOf is a text as a pattern itself where it is one that Go takes, and one that matches it where it is not. It is another one than what
// stands beside it.
func patternOf(text string) string {
	if _, err := regexp.Compile(text); err != nil || text == "" {
		return "^" + regexp.QuoteMeta(text)
	}
	return text
}

// ahead is a pattern beyond RE2 with a text in it.
func ahead(text string) string { return "^(?=" + regexp.QuoteMeta(text) + ")" }

// hostileKeywords is a document with a text wherever a keyword of JSON Schema may have one that hostileDocument has not: in patterns of each
// dialect, and in what names schemas for references.
func hostileKeywords(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	str, number := m{"type": "string"}, m{"type": "integer"}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1", "summary": text, "termsOfService": text, "contact": m{"url": text, "email": text}, "license": m{"name": "a", "identifier": text}},
		"paths": m{"/things": m{"post": m{
			"operationId": "op",
			"parameters": []any{
				m{"name": "raw", "in": "query", "schema": m{"type": "string", "pattern": patternOf(text)}},
				m{"name": "ahead", "in": "query", "schema": m{"type": "string", "pattern": ahead(text)}},
			},
			"requestBody": m{"content": m{"application/json": m{"schema": m{"$ref": "#/components/schemas/Thing"}}}},
			"responses": m{"200": m{"description": "ok", "content": m{"application/json": m{
				"schema":   m{"$ref": "#/components/schemas/Open"},
				"examples": m{name: m{"summary": text, "externalValue": text}, "other": m{"value": text}},
			}}}},
		}}},
		"components": m{"schemas": m{
			"Thing": m{
				"type": "object", "$comment": text, "properties": m{
					"raw": m{"type": "string", "pattern": patternOf(text)}, "ahead": m{"type": "string", "pattern": ahead(text)},
					"behind": m{"type": "string", "pattern": "(?<!" + regexp.QuoteMeta(text) + ")$"}, "class": m{"type": "string", "pattern": regexp.QuoteMeta(text) + "[^]"},
					"local": m{"$ref": "#/components/schemas/Thing/$defs/" + pointer(name)}, "anchored": m{"$ref": "#" + url.PathEscape(name)},
					"open": m{"$ref": "#/components/schemas/Open"}, "named": m{"$ref": "#/components/schemas/Named"}, "kept": m{"$ref": "#/components/schemas/Kept"},
					"addressed": m{"$id": "https://example.com/" + url.PathEscape(text), "type": "string", "$comment": text},
				},
				"$defs": m{name: m{"type": "object", "properties": m{"a": str}}},
			},
			"Anchored": m{"$anchor": name, "type": "object", "properties": m{"a": number}},
			"Open": m{
				"type": "object", "properties": m{"a": str}, "additionalProperties": number,
				"patternProperties": m{regexp.QuoteMeta(text) + "|": number, "(" + patternOf(text) + ")": number, ahead(text): number},
			},
			"Named": m{"type": "object", "propertyNames": m{"pattern": "$|" + regexp.QuoteMeta(text)}, "additionalProperties": number},
			"Kept": m{
				"type": "object", "properties": m{"a": str, "b": str}, "dependentRequired": m{name: []any{"a"}, "a": []any{name}},
				"dependentSchemas": m{name: m{"required": []any{"b"}}}, "if": m{"properties": m{"a": m{"const": text}}}, "then": m{"required": []any{"b"}},
				"not": m{"properties": m{"b": m{"enum": []any{text, "b"}}}, "required": []any{"b"}},
			},
		}},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// hostileSecurity is a document with a text wherever what says who may call, and where, may have one.
func hostileSecurity(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	address := "https://example.com/b" + url.PathEscape(text) // what is no address is left out, and what is one declares a server
	scopes := m{name: text, "other": text}
	flow := m{"authorizationUrl": text, "tokenUrl": text, "refreshUrl": text, "scopes": scopes}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"},
		"servers": []any{
			m{"url": "https://example.com/h{h}/{" + braceless(name) + "}", "description": text, "variables": m{
				"h": m{"default": url.PathEscape(text), "description": text}, braceless(name): m{"default": "a", "enum": []any{"a", name}, "description": text},
			}},
			m{"url": address, "description": text},
		},
		"paths": m{"/things": m{
			"servers": []any{m{"url": address, "description": text}},
			"get": m{
				"operationId": "op", "security": []any{m{"oauth": []any{name}}, m{"oidc": []any{name}}, m{"key": []any{}}, m{"other": []any{}}, m{"bearer": []any{}}},
				"servers": []any{m{"url": address, "description": text}}, "externalDocs": m{"url": text},
				"responses": m{"204": m{"description": "ok", "links": m{
					name:   m{"operationRef": "#/paths/~1other/get", "parameters": m{name: "$request.query." + text, "query.q": "a" + braceless(text)}, "requestBody": text},
					"told": m{"operationId": text, "parameters": m{"q": text}},
				}}},
			},
		}, "/other": m{"get": m{
			"operationId": "other", "parameters": []any{m{"name": "q", "in": "query", "schema": m{"type": "string"}}}, "responses": m{"204": m{"description": "ok"}},
		}}},
		"components": m{"securitySchemes": m{
			"oauth":  m{"type": "oauth2", "description": text, "flows": m{"implicit": flow, "password": flow, "clientCredentials": flow, "authorizationCode": flow}},
			"oidc":   m{"type": "openIdConnect", "description": text, "openIdConnectUrl": text},
			"key":    m{"type": "apiKey", "in": "query", "name": name},
			"other":  m{"type": "http", "scheme": "other", "description": text},
			"bearer": m{"type": "http", "scheme": "bearer", "bearerFormat": text},
		}},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// hostileParts is a document with a text wherever the parts of a form may have one.
func hostileParts(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	str := m{"type": "string"}
	form := m{"type": "object", "properties": m{
		"a": str, "b": m{"type": "object", "properties": m{"c": str}}, "file": m{"type": "string", "format": "binary", "contentMediaType": text}, name: str,
	}}
	headers := m{name: m{"description": text, "schema": m{"type": "string"}}, "X-A": m{"description": text, "schema": m{"type": "string", "pattern": regexp.QuoteMeta(text) + "|"}}}
	operation := func(id, media string, encoding, more m) m {
		content := m{"schema": form, "encoding": encoding}
		for member, value := range more {
			content[member] = value
		}
		return m{"post": m{
			"operationId": id, "requestBody": m{"required": true, "content": m{media: content}}, "responses": m{"204": m{"description": "ok"}},
		}}
	}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"},
		"paths": m{
			"/held":     operation("held", "multipart/form-data", m{"a": m{"contentType": text, "headers": headers}, name: m{"contentType": "text/plain", "headers": headers}}, m{"x-tornado-stream": false}),
			"/streamed": operation("streamed", "multipart/form-data", m{"file": m{"contentType": "image/png, " + text, "headers": headers}, "b": m{"contentType": "application/json", "headers": headers}}, nil),
			"/form":     operation("form", "application/x-www-form-urlencoded", m{"a": m{"contentType": text, "style": text}, name: m{"allowReserved": true}}, nil),
			"/typed":    operation("typed", "multipart/form-data", m{"a": m{"contentType": "text/" + name}, "file": m{"contentType": "application/" + text}}, m{"x-tornado-stream": false}),
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}
