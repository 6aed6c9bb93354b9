package spec

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// network is what there is on a network of tests: texts by address. It notes what is asked for.
type network struct {
	texts map[string]string
	asked []string
}

func (n *network) fetch(address string, limit int64) ([]byte, error) {
	n.asked = append(n.asked, address)
	text, ok := n.texts[address]
	switch {
	case !ok:
		return nil, errors.New("it answers 404 Not Found")
	case int64(len(text)) > limit:
		return nil, &RemoteError{Class: "limit", What: "too large", Remedy: "make it smaller"}
	}
	return []byte(text), nil
}

// schemasOf is a document with a schema A, B, ... for each reference.
func schemasOf(references ...string) string {
	var list []string
	for i, ref := range references {
		list = append(list, `"`+string(rune('A'+i))+`": {"$ref": "`+ref+`"}`)
	}
	return `{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": {` + strings.Join(list, ", ") + `}}}`
}

func TestRemoteReferences(t *testing.T) {
	net := &network{texts: map[string]string{
		"https://example.com/pets/pet.yaml":     "Pet: {type: object, properties: {owner: {$ref: '../owners/owner.yaml'}, self: {$ref: '#/Pet'}, tag: {$ref: 'https://example.com/tag'}}}",
		"https://example.com/owners/owner.yaml": "type: object\nproperties: {tag: {$ref: /tag}}\n$defs: {tag: {$id: /tag, type: integer}}",
	}}
	path := write(t, "a.json", schemasOf("https://example.com/tag", "https://example.com/pets/pet.yaml#/Pet", "https://example.com/pets/pet.yaml#/Pet", "https://example.com/known"),
		"b.yaml", "")
	api, diags, err := Load(path, WithRemote(net.fetch))
	require.NoError(t, err)
	assert.Nil(t, api)
	assert.Contains(t, diags.String(), `the address "https://example.com/known" cannot be read: it answers 404 Not Found`)

	net.asked = nil
	path = write(t, "a.json", schemasOf("https://example.com/pets/pet.yaml#/Pet", "https://example.com/tag", "b.yaml", "https://example.com/known"),
		"b.yaml", "$id: https://example.com/known\ntype: string\n")
	net.texts["https://example.com/tag"] = "type: boolean"
	api, diags, err = Load(path, WithRemote(net.fetch))
	require.NoError(t, err)
	require.Empty(t, diags)
	assert.Equal(t, []string{"https://example.com/pets/pet.yaml", "https://example.com/tag", "https://example.com/owners/owner.yaml"}, net.asked)
	var names []string
	for _, s := range api.Schemas {
		names = append(names, s.Name+" "+s.Ref)
	}
	assert.True(t, slices.Contains(names, "owner https://example.com/owners/owner.yaml#"), names)
	assert.Contains(t, string(api.Source), `"owner":{"$ref":"#/components/schemas/owner"}`)
}

func TestRemoteReferencesThatAreNotAsked(t *testing.T) {
	for ref, class := range map[string]string{
		"http://169.254.169.254/latest":          "network-reference",
		"http://[fe80::1]/a":                     "network-reference",
		"http://metadata.google.internal/a":      "network-reference",
		"ftp://example.com/a":                    "network-reference",
		"https://user:secret@example.com/a.yaml": "network-reference",
		"https://example.com/inner.yaml":         "network-reference", // refers to this machine
		"https://example.com/file.yaml":          "outside-reference",
		"https://example.com/large.yaml":         "limit",
	} {
		net := &network{texts: map[string]string{
			"https://example.com/inner.yaml": "properties: {a: {$ref: 'http://localhost/a'}}",
			"https://example.com/file.yaml":  "properties: {a: {$ref: 'file:///a.json'}}",
			"https://example.com/large.yaml": strings.Repeat(" ", 3000),
		}}
		api, diags, err := Load(write(t, "a.json", schemasOf(ref)), WithRemote(net.fetch), WithLimits(Limits{Size: 2000}))
		require.NoError(t, err)
		assert.Nil(t, api, ref)
		require.NotEmpty(t, diags, ref)
		assert.Equal(t, class, diags[0].Class, diags.String())
		for _, address := range net.asked {
			assert.True(t, strings.HasPrefix(address, "https://example.com/"), address)
		}
	}
}

// A machine's own network is asked where a file on it says so.
func TestRemoteReferencesNearby(t *testing.T) {
	net := &network{texts: map[string]string{"http://localhost:8080/a.yaml": "$ref: b.yaml", "http://localhost:8080/b.yaml": "type: string"}}
	api, diags, err := Load(write(t, "a.json", schemasOf("http://localhost:8080/a.yaml")), WithRemote(net.fetch))
	require.NoError(t, err)
	require.Empty(t, diags)
	assert.Equal(t, []string{"string"}, api.Schemas[0].Types)
}

// A document that cannot be parsed is isolated as a file would be.
func TestRemoteDocumentIsNoDocument(t *testing.T) {
	net := &network{texts: map[string]string{"https://example.com/a": "<html>: ["}}
	api, diags, err := Load(write(t, "a.json", schemasOf("https://example.com/a")), WithRemote(net.fetch))
	require.NoError(t, err)
	require.NotNil(t, api, diags.String())
	assert.Contains(t, diags.String(), "neither JSON nor YAML")
	assert.Contains(t, diags.String(), "https://example.com/a:1:")
}

// The schema of JSON Schema is here, and its dynamic references make one recursive type of it.
func TestMetaschema(t *testing.T) {
	api, diags, err := Load(write(t, "a.json", schemasOf("https://json-schema.org/draft/2020-12/schema")))
	require.NoError(t, err)
	require.Empty(t, diags.String())
	var core *Schema
	for _, part := range api.Schemas[0].AllOf {
		if part.Name == "applicator" {
			core = part
		}
	}
	require.NotNil(t, core)
	for _, p := range core.Properties {
		if p.Name == "not" {
			assert.Same(t, api.Schemas[0], p.Schema)
		}
	}
}

// What is said beside a reference to a parameter is said of that use.
func TestDescriptionBesideAReference(t *testing.T) {
	api, diags, err := Load(write(t, "a.yaml", `
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a: {get: {parameters: [{$ref: '#/components/parameters/A', description: here}], responses: {'204': {description: ok}}}}
  /b: {get: {parameters: [{$ref: '#/components/parameters/A'}], responses: {'204': {description: ok}}}}
components: {parameters: {A: {name: a, in: query, description: there, schema: {type: string}}}}
`))
	require.NoError(t, err)
	require.Empty(t, diags.String())
	assert.Equal(t, "here", api.Operations[0].Parameters[0].Description)
	assert.Equal(t, "there", api.Operations[1].Parameters[0].Description)
}
