package drive

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestXML reads a document of XML as the value that it stands for, and writes values so that they are read again.
func TestXML(t *testing.T) {
	document, err := os.ReadFile("../../golden/body_xml/openapi.yaml")
	require.NoError(t, err)
	j, err := New(document)
	require.NoError(t, err)
	pet := map[string]any{"$ref": "#/components/schemas/Pet"}
	list := map[string]any{"type": "array", "items": map[string]any{"$ref": "#/components/schemas/Person"}}
	for text, want := range map[string]string{
		`<pet id="5" xmlns:x="urn:x" x:lang="de"><name> a </name><photoUrl>1</photoUrl><photoUrl>2</photoUrl><price currency="EUR"> 5.5 </price></pet>`: `{"id":5,"lang":"de","name":" a ","photoUrls":["1","2"],"price":{"amount":5.5,"currency":"EUR"}}`,
		`<pet><born xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><tags/></pet>`:                                                `{"born":null,"photoUrls":[],"tags":[]}`,
		`<pet id="x"><tags><tag><color>red</color></tag></tags><other>y</other></pet>`:                                                                  `{"id":"x","other":"y","photoUrls":[],"tags":[{"color":"red"}]}`,
	} {
		v, err := j.readXML(answer, pet, []byte(text))
		require.NoError(t, err, text)
		assertJSON(t, want, v)
	}
	v, err := j.readXML(answer, list, []byte(`<x><Person><name>a</name></Person><Person/></x>`))
	require.NoError(t, err)
	assertJSON(t, `[{"name":"a"},{}]`, v)
	for _, text := range []string{`<dog/>`, `<pet><tags><label/></tags></pet>`, `<pet><name><first/></name></pet>`, `<pet>`, `<pet/><pet/>`, `pet`, ``} {
		_, err := j.readXML(answer, pet, []byte(text))
		require.Error(t, err, text)
		assert.NotErrorIs(t, err, errUntold, text)
	}

	written := 0
	for seed := range uint64(300) {
		m := &maker{tree: j.tree, choices: rand.New(rand.NewPCG(seed, 1)), full: true}
		v, ok := m.make(pet)
		require.True(t, ok)
		text, err := j.writeXML(pet, v)
		if errors.Is(err, errNoWay) {
			continue
		}
		require.NoError(t, err)
		read, err := j.readXML(answer, pet, text)
		require.NoError(t, err, string(text))
		o, fault := j.check(request, "/components/schemas/Pet", read)
		assert.Equal(t, accepts, o, "%s: %s", text, fault)
		written++
	}
	assert.Greater(t, written, 250)
}

const unionsDocument = `
openapi: 3.1.0
info: { title: t, version: "1" }
paths: {}
components:
  schemas:
    Cat: { type: object, required: [name], properties: { kind: { const: cat }, name: { type: string }, lives: { type: integer, maximum: 9 } } }
    Dog: { type: object, required: [tricks], properties: { kind: { const: dog }, tricks: { type: array, xml: { wrapped: true }, items: { type: string } }, lives: { type: integer, maximum: 1 } } }
    Pet: { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }] }
    Code: { oneOf: [{ type: integer }, { type: string, pattern: "^x" }] }
    Some: { type: object, properties: { at: { type: integer, xml: { attribute: true } } }, anyOf: [{ required: [at] }, { required: [b], properties: { b: { $ref: "#/components/schemas/Code" } } }] }
    Both: { allOf: [{ $ref: "#/components/schemas/Pet" }, { type: object, required: [id], properties: { id: { type: integer } } }] }
    Apart: { oneOf: [{ type: object, properties: { n: { type: integer } } }, { type: object, required: [n], properties: { n: { type: string } } }] }
    Tree: { oneOf: [{ type: integer }, { type: object, required: [of], properties: { of: { type: array, items: { $ref: "#/components/schemas/Tree" } } } }] }
    Rows: { oneOf: [{ type: object, required: [n], properties: { n: { type: integer } } }, { type: array, items: { type: array, items: { $ref: "#/components/schemas/Code" } } }] }
    Open: { oneOf: [{ type: object, properties: { of: { type: array, items: { type: string } } } }, { type: object, required: [of], properties: { of: { type: array, items: { type: string } } } }] }
    Only: { oneOf: [{ const: b }, { const: 5 }] }
    Words: { oneOf: [{ enum: [a, b] }, { const: dog }] }
    Held: { type: object, properties: { k: { $ref: "#/components/schemas/Only" } } }
    Ring: { oneOf: [{ $ref: "#/components/schemas/Ring" }, { $ref: "#/components/schemas/Ring" }, { type: integer }] }
`

// TestXMLOfUnions reads values of oneOf and anyOf: who judges an answer takes what is valid of what a text may stand for, and who gets a request what
// all members agree on.
func TestXMLOfUnions(t *testing.T) {
	j, err := New([]byte(unionsDocument))
	require.NoError(t, err)
	for _, c := range []struct {
		schema, text, want string
		refused            string // what is wrong with it, "" for nothing
	}{
		{"Pet", `<p><kind>cat</kind><name>5</name><lives>9</lives></p>`, `{"kind":"cat","name":"5","lives":9}`, ""},
		{"Pet", `<p><kind>dog</kind><tricks><tricks>sit</tricks><tricks>1</tricks></tricks></p>`, `{"kind":"dog","tricks":["sit","1"]}`, ""},
		{"Pet", `<p><kind>dog</kind><lives>9</lives></p>`, "", "oneOf"},
		{"Pet", `<p><name>a</name><lives>many</lives></p>`, "", "oneOf"},
		{"Code", `<c>5</c>`, "5", ""},
		{"Code", `<c>x5</c>`, `"x5"`, ""},
		{"Code", `<c>5x</c>`, "", "oneOf"},
		{"Only", `<o>5</o>`, "5", ""},
		{"Only", `<o>b</o>`, `"b"`, ""},
		{"Held", `<h><k>5</k></h>`, `{"k":5}`, ""},
		{"Held", `<h><k>6</k></h>`, "", "oneOf"},
		{"Some", `<s at="1"/>`, `{"at":1}`, ""},
		{"Some", `<s><b>x</b></s>`, `{"b":"x"}`, ""},
		{"Some", `<s><b>y</b></s>`, "", "anyOf"},
		{"Some", `<s/>`, "", "anyOf"},
		{"Both", `<b><name>a</name><id>1</id></b>`, `{"name":"a","id":1}`, ""},
		{"Both", `<b><name>a</name></b>`, "", "missing property 'id'"},
		{"Apart", `<a><n>x</n></a>`, `{"n":"x"}`, ""},
		{"Apart", `<a><n>1</n></a>`, `{"n":1}`, ""},
		{"Tree", `<t><of><of>1</of></of><of>2</of></t>`, `{"of":[{"of":[1]},2]}`, ""},
		{"Rows", `<r><r><r>1</r><r>x</r></r><r/></r>`, `[[1,"x"],[]]`, ""},
		{"Rows", `<r><r><r>y</r></r></r>`, "", "oneOf"},
	} {
		schema := map[string]any{"$ref": "#/components/schemas/" + c.schema}
		v, err := j.readXML(answer, schema, []byte(c.text))
		require.NoError(t, err, c.text)
		o, fault := j.check(answer, "/components/schemas/"+c.schema, v)
		if c.refused == "" {
			assert.Equal(t, accepts, o, "%s: %s", c.text, fault)
			assertJSON(t, c.want, v)
			continue
		}
		assert.Equal(t, refuses, o, c.text)
		assert.Contains(t, fault, c.refused, c.text)
	}
	_, err = j.readXML(answer, map[string]any{"$ref": "#/components/schemas/Ring"}, []byte("<r>1</r>"))
	assert.ErrorIs(t, err, errUntold)

	for name, sent := range map[string]bool{"Pet": true, "Some": true, "Both": true, "Code": false, "Apart": false, "Tree": false, "Rows": false, "Ring": false, "Open": false, "Only": false, "Words": true} {
		schema := map[string]any{"$ref": "#/components/schemas/" + name}
		_, err := j.readXML(request, schema, []byte(`<p><kind>dog</kind><tricks><tricks>sit</tricks></tricks><id>1</id></p>`))
		assert.Equal(t, !sent, errors.Is(err, errUntold), "%s: %v", name, err)
	}
	written := 0
	for seed := range uint64(100) {
		m := &maker{tree: j.tree, choices: rand.New(rand.NewPCG(seed, 1)), full: true}
		v, ok := m.make(map[string]any{"$ref": "#/components/schemas/Pet"})
		require.True(t, ok)
		text, err := j.writeXML(map[string]any{"$ref": "#/components/schemas/Pet"}, v)
		if errors.Is(err, errNoWay) {
			continue
		}
		require.NoError(t, err)
		read, err := j.readXML(request, map[string]any{"$ref": "#/components/schemas/Pet"}, text)
		require.NoError(t, err, string(text))
		o, fault := j.check(request, "/components/schemas/Pet", read)
		assert.Equal(t, accepts, o, "%s: %s", text, fault)
		written++
	}
	assert.Greater(t, written, 50)
}
