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
		v, err := j.readXML(pet, []byte(text))
		require.NoError(t, err, text)
		assertJSON(t, want, v)
	}
	v, err := j.readXML(list, []byte(`<x><Person><name>a</name></Person><Person/></x>`))
	require.NoError(t, err)
	assertJSON(t, `[{"name":"a"},{}]`, v)
	for _, text := range []string{`<dog/>`, `<pet><tags><label/></tags></pet>`, `<pet><name><first/></name></pet>`, `<pet>`, `<pet/><pet/>`, `pet`, ``} {
		_, err := j.readXML(pet, []byte(text))
		require.Error(t, err, text)
		assert.NotErrorIs(t, err, errUntold, text)
	}
	_, err = j.readXML(map[string]any{"oneOf": []any{pet, list}}, []byte("<pet/>"))
	assert.ErrorIs(t, err, errUntold)

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
		read, err := j.readXML(pet, text)
		require.NoError(t, err, string(text))
		o, fault := j.check(request, "/components/schemas/Pet", read)
		assert.Equal(t, accepts, o, "%s: %s", text, fault)
		written++
	}
	assert.Greater(t, written, 250)
}
