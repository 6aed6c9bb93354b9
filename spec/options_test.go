package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormatsAsAnnotations(t *testing.T) {
	path := write(t, "a.json", `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"components":{"schemas":{
		"A":{"type":"string","format":"date","contentEncoding":"base64"},"B":{"type":"integer","format":"int32"},"C":{"type":"string","format":"binary"}}}}`)
	api, _, err := Load(path, WithFormatsAsAnnotations())
	require.NoError(t, err)
	for i, want := range []string{"", "", "binary"} {
		require.Equal(t, want, api.Schemas[i].Format)
		require.Empty(t, api.Schemas[i].ContentEncoding)
	}
	api, _, err = Load(path)
	require.NoError(t, err)
	require.Equal(t, []string{"date", "int32", "binary"}, []string{api.Schemas[0].Format, api.Schemas[1].Format, api.Schemas[2].Format})
}

func TestExactTypes(t *testing.T) {
	path := write(t, "a.json", `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"components":{"schemas":{
		"A":{"properties":{"a":{}}},"B":{"type":"object"},"C":{"minLength":1},"D":{"enum":[]}}}}`)
	api, _, err := Load(path, WithExactTypes())
	require.NoError(t, err)
	require.Equal(t, []string{"object", "array", "string", "number", "boolean"}, api.Schemas[0].Types)
	require.True(t, api.Schemas[0].Nullable)
	require.Equal(t, []string{"object"}, api.Schemas[1].Types)
	require.Empty(t, api.Schemas[2].Types)
	require.True(t, api.Schemas[3].Never, "an empty enum")
	api, _, err = Load(path)
	require.NoError(t, err)
	require.Empty(t, api.Schemas[0].Types)
}
