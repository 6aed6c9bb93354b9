package golden

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// hostileDocument is a document with a text wherever a document may have one: name where it names something, text elsewhere.
func hostileDocument(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	schema := m{
		"type": "string", "description": text, "title": text, "default": text, "example": text, "examples": []any{text},
		"pattern": regexp.QuoteMeta(text) + "|", "x-note": text, "deprecated": true,
	}
	ok := m{"description": text, "headers": m{"X-A": m{"description": text, "schema": schema}}, "content": m{"application/json": m{
		"schema": m{"$ref": "#/components/schemas/Thing"}, "example": m{"a": text}, "examples": m{"one": m{"summary": text, "value": m{"a": text}}},
	}}}
	document := m{
		"openapi": "3.1.0", "info": m{"title": text, "version": text, "description": text, "contact": m{"name": text}, "license": m{"name": text}, "x-note": text},
		"servers": []any{m{"url": "/", "description": text}}, "tags": []any{m{"name": name, "description": text}},
		"paths": m{"/things": m{"summary": text, "get": m{
			"operationId": name, "summary": text, "description": text, "tags": []any{name}, "externalDocs": m{"url": "https://example.com", "description": text},
			"parameters": []any{m{"name": name, "in": "query", "description": text, "schema": schema}}, "responses": m{"200": ok},
			"security": []any{m{name: []any{}}}, "x-note": text,
		}}},
		"components": m{
			"securitySchemes": m{name: m{"type": "apiKey", "in": "header", "name": "X-Key", "description": text}},
			"schemas": m{
				"Thing": m{"type": "object", "description": text, "properties": m{name: schema, "kind": m{"type": "string", "enum": []any{name}}}},
				name:    m{"type": "object", "description": text},
			},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// hostileExtensions is a document with a text wherever an extension, or what is written less often, may have one.
func hostileExtensions(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	thing := m{"$ref": "#/components/schemas/Thing"}
	operation := func(id string, more m) m {
		op := m{"operationId": id, "deprecated": true, "x-deprecated-reason": text, "responses": m{"204": m{"description": text}}}
		for member, value := range more {
			op[member] = value
		}
		return op
	}
	enum := m{"type": "string", "enum": []any{"a", "b"}, "x-enum-varnames": []any{name, "second"}, "x-enum-descriptions": []any{text, text}}
	stated := func(more m) m {
		more["type"], more["deprecated"], more["x-deprecated-reason"] = "string", true, text
		return more
	}
	answer := m{
		"description": text, "headers": m{name: m{"description": text, "schema": m{"type": "string"}}},
		"content": m{"application/json": m{"schema": thing}, "application/xml": m{"schema": thing}, "text/" + name: m{"schema": m{"type": "string"}}},
		"links":   m{name: m{"operationId": "list", "parameters": m{"q": text}, "description": text, "requestBody": text, "server": m{"url": text}}},
	}
	variant := func(kind string) m {
		return m{"type": "object", "required": []any{"kind"}, "properties": m{"kind": m{"type": "string"}, kind: m{"type": "integer"}}}
	}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"}, "x-tornado-note": text,
		"x-tornado-cors": m{"origins": []any{text}, "headers": []any{text}, "methods": []any{text}, "exposed": []any{text}, "maxAge": text},
		"servers":        []any{m{"url": "https://{h}/", "variables": m{"h": m{"default": "a", "enum": []any{"a", name}, "description": text}}}},
		"paths": m{
			"/things": m{
				"post": operation("op", m{
					"x-go-name": name, "x-tornado-limits": m{"body": text, "header": text, "timeout": text}, "x-tornado-async": text,
					"parameters": []any{
						m{"name": "q", "in": "query", "x-go-name": name, "deprecated": true, "x-deprecated-reason": text, "schema": enum},
						m{"name": "X-Q", "in": "header", "schema": m{"type": "string", "x-go-name": text}},
					},
					"requestBody": m{"description": text, "content": m{"application/json": m{"schema": thing}, "text/" + name: m{"schema": m{"type": "string"}}}},
					"responses":   m{"200": answer},
					"callbacks":   m{"told": m{"{$request.body#/nowhere/" + text + "}": m{"post": operation("told", m{"summary": text})}}},
				}),
			},
			"/list": m{"get": operation("list", m{
				"x-tornado-page": m{"style": "cursor", "param": text, "items": text, "next": text, "more": text},
				"parameters":     []any{m{"name": "cursor", "in": "query", "schema": m{"type": "string"}}},
				"responses": m{"200": m{"description": text, "content": m{"application/json": m{"schema": m{
					"type": "object", "properties": m{"items": m{"type": "array", "items": thing}, "next": m{"type": "string"}},
				}}}}},
			})},
			"/stream": m{"get": operation("stream", m{"responses": m{"200": m{"description": text, "content": m{"text/event-stream": m{
				"x-tornado-stream": m{"slow": text, "heartbeat": text, "retry": text, "bytes": text}, "schema": m{"type": "string"},
			}}}}})},
			"/socket": m{"get": operation("socket", m{
				"x-tornado-websocket": m{"receive": m{"type": "string"}, "send": thing, "subprotocols": []any{text}, "origins": []any{text}, "pingInterval": text, "slow": text},
				"responses":           m{"101": m{"description": text}},
			})},
		},
		"webhooks": m{name: m{"post": operation("hook", m{"summary": text, "requestBody": m{"content": m{"application/json": m{"schema": thing}}}})}},
		"components": m{
			"schemas": m{
				"Thing": m{"type": "object", "x-go-name": "Stated", "properties": m{
					"a": stated(m{"x-go-name": name}), "b": enum, "c": stated(m{"x-go-type": text}), "d": stated(m{"x-go-type": "money.Amount", "x-go-type-import": text}),
					"e": stated(m{"x-go-type": "money.Amount", "x-go-type-import": m{"path": text, "name": text}}), "f": m{"$ref": "#/components/schemas/Union"}, "g": m{"const": name},
					"h": stated(m{"format": text, "contentMediaType": text, "contentEncoding": text, "xml": m{"name": text, "namespace": text, "prefix": text}}),
					"i": stated(m{"x-go-type": "netip.Addr", "x-go-type-import": m{"path": "net/netip", "name": name}}),
				}},
				"Union": m{"oneOf": []any{m{"$ref": "#/components/schemas/X"}, m{"$ref": "#/components/schemas/Y"}}, "discriminator": m{
					"propertyName": "kind", "mapping": m{text: "#/components/schemas/X", "y": "#/components/schemas/Y"},
				}},
				"X": variant("x"), "Y": variant("y"),
			},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// hostilePaths is a document with a text wherever a path may have one, and a name for what stands in its braces. The text follows it: what is behind
// a # or ? is left out. Neither has braces of its own, which would name something else.
func hostilePaths(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	name, text = braceless(name), braceless(text)
	place := []any{m{"name": name, "in": "path", "required": true, "schema": m{"type": "string"}}}
	operation := func(id string) m {
		return m{"operationId": id, "responses": m{"200": m{"description": "ok", "content": m{"application/json": m{"schema": m{"$ref": "#/components/schemas/Thing"}}}}}}
	}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"},
		"paths": m{
			"/things/{" + name + "}/" + text:         m{"parameters": place, "get": operation(name), "delete": operation("remove")},
			"/within/a{" + name + "}" + text:         m{"parameters": place, "get": operation("within")},
			"/last/" + text:                          m{"get": operation("last")},
			"/last/{" + name + "}/" + text + "/more": m{"parameters": place, "get": operation("more")},
		},
		"components": m{"schemas": m{"Thing": m{"type": "object", "properties": m{"a": m{"type": "string"}}}}},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// hostileComponents is a document whose components of all kinds have a name, and a text where they are referred to or tell of themselves.
func hostileComponents(t testing.TB, name, text string) []byte {
	t.Helper()
	type m = map[string]any
	to := func(kind string) m {
		return m{"$ref": "#/components/" + kind + "/" + pointer(name), "summary": text, "description": text}
	}
	schema := m{"type": "object", "properties": m{"a": m{"type": "string"}}}
	content := m{"application/json": m{"schema": schema, "examples": m{"one": to("examples")}}}
	operation := func(id string) m {
		return m{
			"operationId": id, "parameters": []any{to("parameters")}, "requestBody": to("requestBodies"), "callbacks": m{"told": to("callbacks")},
			"responses": m{"200": to("responses"), "404": to("responses")},
		}
	}
	document := m{
		"openapi": "3.1.0", "info": m{"title": "a", "version": "1"},
		"paths": m{"/things": m{"post": operation(name), "put": operation("put")}, "/item": to("pathItems")},
		"components": m{
			"parameters":    m{name: m{"name": "q", "in": "query", "description": text, "schema": m{"type": "string", "enum": []any{"a", "b"}}}},
			"requestBodies": m{name: m{"description": text, "content": content}},
			"responses":     m{name: m{"description": text, "headers": m{"X-A": to("headers")}, "content": content, "links": m{"next": to("links")}}},
			"headers":       m{name: m{"description": text, "schema": m{"type": "string", "enum": []any{"a", "b"}}}},
			"examples":      m{name: m{"summary": text, "description": text, "value": m{"a": text}}},
			"links":         m{name: m{"operationId": "put", "description": text}},
			"callbacks":     m{name: m{"{$request.body#/a}": m{"post": m{"operationId": "told", "summary": text, "responses": m{"204": m{"description": text}}}}}},
			"pathItems":     m{name: m{"get": m{"operationId": "item", "responses": m{"204": m{"description": text}}}}},
		},
	}
	data, err := json.Marshal(document)
	require.NoError(t, err)
	return data
}

// braceless is a text without braces, which would name a variable.
func braceless(text string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(text) }

// pointer is a name as a part of a JSON pointer in a fragment (RFC 6901 section 6).
func pointer(name string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
}

// generated gives the files of a document, nil where it is refused.
func generated(t testing.TB, opts generator.Options, data []byte) []generator.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	api, findings, err := spec.Load(path)
	if err != nil || findings.HasErrors() {
		return nil
	}
	files, more, err := generator.Generate(api, opts)
	require.NoError(t, err)
	if more.HasErrors() {
		return nil
	}
	return files
}

// hostile makes a document of a name and a text.
type hostile func(t testing.TB, name, text string) []byte

var hostileTexts = []string{
	"plain", "*/ func init() { panic(1) } /*", "\n}\nfunc init() {}\n", "`+panic(1)+`", `"+panic(1)+"`, "\nimport \"os\"\n", "//go:build ignore", "\n//go:embed /etc/passwd\n",
	"\r//line x.go:1", "\u2028func init() {}", "\u202e", "\x00", "init", "main", "../../etc/passwd", "a/b", "C", "_", "func", "string", "nil", "1", "é", "\\", "\\\"", "'", "%s%d", "{{.}}",
	"${HOME}", "$(id)", "`", "\"", "\\u0022", "+build ignore", "\n\n+build x\n\n", "DO NOT EDIT.", "\ufeff", "//export X", "#cgo LDFLAGS: -lx", strings.Repeat("a", 5000),
}

// TestHostileTexts tries the texts that somebody would write who means harm.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	check, err := compiled()
	require.NoError(t, err)
	plans := harmless(t, check)
	for _, text := range hostileTexts {
		t.Run(text[:min(len(text), 20)], func(t *testing.T) {
			t.Parallel()
			comparePlans(t, check, plans, text)
		})
	}
}

// FuzzHostileText tries whatever the fuzzer finds.
func FuzzHostileText(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	check, err := compiled()
	require.NoError(f, err)
	plans := harmless(f, check)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("JSON has no such text")
		}
		comparePlans(t, check, plans, text)
	})
}
