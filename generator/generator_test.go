package generator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

func TestOptionsThatCannotBeMet(t *testing.T) {
	for name, c := range map[string]struct {
		opts generator.Options
		want string
	}{
		"no name":       {generator.Options{}, "the package has no name"},
		"no identifier": {generator.Options{Package: "pet-api"}, `package name "pet-api" is no identifier of Go`},
		"injection":     {generator.Options{Package: "p\nimport \"os\""}, `package name "p\nimport \"os\"" is no identifier of Go`},
		"keyword":       {generator.Options{Package: "func"}, `package name "func" is no identifier of Go`},
		"blank":         {generator.Options{Package: "_"}, `package name "_" is no identifier of Go`},
		"main":          {generator.Options{Package: "main"}, "package main cannot be imported; choose another name"},
		"unknown part":  {generator.Options{Package: "p", Only: []string{"docs"}}, `there is no part "docs" to generate; the parts are server, client, types`},
	} {
		t.Run(name, func(t *testing.T) {
			files, _, err := generator.Generate(&spec.API{SourceName: "openapi.yaml"}, c.opts)
			require.EqualError(t, err, c.want)
			assert.Empty(t, files)
		})
	}
}

func TestNoAPI(t *testing.T) {
	_, _, err := generator.Generate(nil, generator.Options{Package: "p"})
	require.EqualError(t, err, "there is no API to generate: the document was refused")
}

func TestOnly(t *testing.T) {
	api := &spec.API{
		Title: "Small", APIVersion: "1", SourceName: "openapi.yaml", Source: []byte("openapi: 3.1.0"),
		Operations: []*spec.Operation{{Method: "GET", Path: "/", ID: "get", Responses: []*spec.Response{{Status: 204}}}},
		Schemas:    []*spec.Schema{{Name: "Empty", Ref: "#/components/schemas/Empty", Types: []string{"object"}}},
	}
	types := []string{"types_gen.go", "json_gen.go"}
	both := append(append([]string{}, types...), "params_gen.go", "router_gen.go", "openapi.yaml")
	for name, c := range map[string]struct {
		only []string
		want []string
	}{
		"all":    {nil, append([]string{"handler_gen.go", "server_gen.go", "client_gen.go"}, both...)},
		"server": {[]string{generator.OnlyServer}, append([]string{"handler_gen.go", "server_gen.go"}, both...)},
		"client": {[]string{generator.OnlyClient}, append([]string{"client_gen.go"}, both...)},
		"types":  {[]string{generator.OnlyTypes}, types},
	} {
		t.Run(name, func(t *testing.T) {
			files, diagnostics, err := generator.Generate(api, generator.Options{Package: "small", Only: c.only})
			require.NoError(t, err)
			require.Empty(t, diagnostics)
			var names []string
			for _, f := range files {
				names = append(names, f.Name)
			}
			assert.ElementsMatch(t, c.want, names)
		})
	}
}
