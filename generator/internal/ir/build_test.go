package ir

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/spec"
)

func object(properties ...*spec.Property) *spec.Schema {
	return &spec.Schema{Types: []string{"object"}, Properties: properties}
}

func property(name string, s *spec.Schema) *spec.Property {
	return &spec.Property{Name: name, Schema: s}
}

func str() *spec.Schema { return &spec.Schema{Types: []string{"string"}} }

func names(name string, s *spec.Schema) *spec.Schema {
	s.Name, s.Ref = name, "#/components/schemas/"+name
	s.Loc.Pointer = s.Ref
	return s
}

func build(t *testing.T, api *spec.API) (*Package, spec.Diagnostics) {
	t.Helper()
	p, diags := Build(api, Options{Package: "api"})
	checkNames(t, p)
	return p, diags
}

func typeNamed(t *testing.T, p *Package, name string) *Type {
	t.Helper()
	for _, d := range p.Types {
		if d.Name == name {
			return d
		}
	}
	require.Fail(t, "no type "+name)
	return nil
}

// A base type with oneOf of the types that extend it by allOf is a ring: the base is the union, the others have its members.
func TestUnionOfItsExtensions(t *testing.T) {
	animal := names("Animal", object(property("kind", str()), property("name", str())))
	cat := names("Cat", &spec.Schema{AllOf: []*spec.Schema{animal, object(property("indoor", str()))}})
	dog := names("Dog", &spec.Schema{AllOf: []*spec.Schema{animal, object(property("size", str()))}})
	animal.OneOf = []*spec.Schema{cat, dog}
	animal.Discriminator = &spec.Discriminator{PropertyName: "kind", Mapping: []spec.DiscriminatorValue{{Value: "c", Schema: cat}, {Value: "Dog", Schema: dog}}}
	for _, order := range [][]*spec.Schema{{animal, cat, dog}, {cat, dog, animal}} {
		p, diags := build(t, &spec.API{Version: "3.1.0", Schemas: order})
		assert.Empty(t, diags)
		assert.Equal(t, KindUnion, typeNamed(t, p, "Animal").Kind)
		fields := typeNamed(t, p, "Cat").Struct.Fields
		require.Len(t, fields, 3)
		assert.Equal(t, []string{"Kind", "Name", "Indoor"}, []string{fields[0].Name, fields[1].Name, fields[2].Name})
		member := typeNamed(t, p, "Animal").Union.Members[0]
		assert.Equal(t, fields[0], member.Field)
		assert.Equal(t, `"c"`, member.Fill.String())
	}
}

func TestRingOfAllOfEnds(t *testing.T) {
	a, b := names("A", &spec.Schema{}), names("B", &spec.Schema{})
	a.AllOf, b.AllOf = []*spec.Schema{b}, []*spec.Schema{a, object(property("x", str()))}
	_, diags := build(t, &spec.API{Version: "3.1.0", Schemas: []*spec.Schema{a, b}})
	require.NotEmpty(t, diags)
	assert.Equal(t, classRing, diags[0].Class)
}

// Whether null is valid for unions of unions is found out once for each of them: there are 12^10 ways through these.
func TestUnionsOfUnionsEnd(t *testing.T) {
	var below, schemas []*spec.Schema
	for n := range 12 {
		below = append(below, object(property(fmt.Sprintf("p%d", n), str())))
	}
	for level := range 10 {
		var unions []*spec.Schema
		for n := range 12 {
			unions = append(unions, names(fmt.Sprintf("S%dx%d", level, n), &spec.Schema{AnyOf: below}))
		}
		below, schemas = unions, append(schemas, unions...)
	}
	start := time.Now()
	p, _ := build(t, &spec.API{Version: "3.1.0", Schemas: schemas})
	assert.NotNil(t, typeNamed(t, p, "S9x0").Union)
	assert.Less(t, time.Since(start), 20*time.Second)
}

// The members of an exploded object are parameters of their own: what they say is printed in its place, rings included.
func TestRingOfParametersEnds(t *testing.T) {
	node := names("Node", object())
	list := names("List", &spec.Schema{Types: []string{"array"}, Items: node})
	node.Nullable, list.Nullable = true, true
	node.Properties, node.Required = []*spec.Property{property("next", list)}, []string{"undeclared"}
	op := &spec.Operation{Method: "GET", Path: "/p", Parameters: []*spec.Parameter{
		{Name: "node", In: spec.InQuery, Style: "form", Explode: true, Schema: node},
		{Name: "other", In: spec.InQuery, Style: "form", Explode: true, Schema: str()},
	}}
	p, _ := build(t, &spec.API{Version: "3.0.3", Schemas: []*spec.Schema{node, list}, Operations: []*spec.Operation{op}})
	assert.NotEmpty(t, p.Shapes)
}

func TestNamedSchemaOutsideOfTheList(t *testing.T) {
	other := names("Other", object(property("x", str())))
	p, _ := build(t, &spec.API{Version: "3.1.0", Schemas: []*spec.Schema{names("Pet", object(property("other", other)))}})
	assert.Equal(t, "#/components/schemas/Other", typeNamed(t, p, "Other").Loc.Pointer)
}

func TestMembersAreJoinedOnceSomethingIsWritten(t *testing.T) {
	s := names("Pet", object(property("a", str()), property("b", str()), property("c", str()), property("<\"", str())))
	s.Required = []string{"b"}
	p, _ := build(t, &spec.API{Version: "3.1.0", Schemas: []*spec.Schema{s}})
	members := typeNamed(t, p, "Pet").Struct.Append[ToAnyone]
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = m.Key + strconv.FormatBool(m.Joined) + strconv.FormatBool(m.Always)
	}
	assert.Equal(t, []string{`"a":falsefalse`, `"b":falsetrue`, `,"c":truefalse`, `,"<\"":truefalse`}, keys)
	s.Required = []string{"a"}
	p, _ = build(t, &spec.API{Version: "3.1.0", Schemas: []*spec.Schema{s}})
	assert.Equal(t, `{"a":`, typeNamed(t, p, "Pet").Struct.Append[ToAnyone][0].Key)
	assert.True(t, typeNamed(t, p, "Pet").Struct.OwnJSON, "no tag holds a quote")
}

func TestWideStruct(t *testing.T) {
	s := names("Wide", object())
	for i := range maxSeen + 1 {
		s.Properties = append(s.Properties, property("p"+strconv.Itoa(i), str()))
	}
	p, _ := build(t, &spec.API{Version: "3.1.0", Schemas: []*spec.Schema{s}})
	assert.True(t, typeNamed(t, p, "Wide").Struct.Wide)
}

func operation(id string, tags ...string) *spec.Operation {
	list := &spec.Schema{Types: []string{"array"}, Items: str()}
	return &spec.Operation{
		ID: id, Method: "GET", Path: "/" + id, Tags: tags, Summary: "Do " + id + ".",
		Responses: []*spec.Response{{Status: 200, Content: []*spec.MediaType{{Name: "application/json", Schema: list}}}},
	}
}

func TestOnlyChangesNoName(t *testing.T) {
	api := &spec.API{Version: "3.1.0", Operations: []*spec.Operation{operation("list", "pets")}, Tags: []*spec.Tag{{Name: "pets"}}}
	all, _ := Build(api, Options{Package: "api"})
	server, _ := Build(api, Options{Package: "api", Only: []string{"server"}})
	types, _ := Build(api, Options{Package: "api", Only: []string{"types"}})
	assert.True(t, all.Server && all.Client && server.Server)
	assert.False(t, server.Client || types.Server || types.Client)
	assert.Equal(t, dump(all), dump(server))
	assert.Empty(t, types.Codecs)
	assert.Equal(t, all.Operations[0].Var, types.Operations[0].Var)
}

// The comment of a handler says where the paths of its operations are served.
func TestHandlerDocNamesTheBasePath(t *testing.T) {
	p, _ := build(t, &spec.API{Version: "3.1.0", BasePath: "/v1", Operations: []*spec.Operation{operation("a", "x")}, Tags: []*spec.Tag{{Name: "x"}}})
	assert.True(t, strings.HasSuffix(p.Handlers[0].Doc, "\nTheir paths are below /v1, unless tornado.WithBasePath says otherwise."), p.Handlers[0].Doc)
}

func TestDocs(t *testing.T) {
	pet := names("Pet", object(property("id", str())))
	pet.Description = "A pet.\r\n\r\n  Indented\u0007\u2028next \n"
	pet.Properties[0].Description = "Who it is."
	pet.Properties[0].Deprecated = true
	pet.Properties[0].Extensions = spec.Extensions{"x-deprecated-reason": []byte(`"use name"`)}
	op := operation("getPet", "pets")
	op.Description, op.Deprecated = "More about it.", true
	api := &spec.API{
		Version: "3.1.0", Title: "Pet\nstore", APIVersion: "1", Description: "All about pets.", Schemas: []*spec.Schema{pet, names("Bare", object(property("x", str())))},
		Operations: []*spec.Operation{op, operation("x")}, Tags: []*spec.Tag{{Name: "pets", Description: "The animals."}},
	}
	p, _ := build(t, api)
	assert.Equal(t, "Package api is the API \"Pet store\", version 1.\n\nAll about pets.", p.Doc)
	assert.Equal(t, "Pet: A pet.\n\n  Indented\nnext", typeNamed(t, p, "Pet").Doc)
	assert.Equal(t, "ID: Who it is.\n\nDeprecated: use name", typeNamed(t, p, "Pet").Struct.Fields[0].Doc)
	assert.Equal(t, "Bare is what the document has at #/components/schemas/Bare.", typeNamed(t, p, "Bare").Doc)
	assert.Equal(t, "GetPet: Do getPet.\n\nMore about it.\n\nGET /getPet\n\nDeprecated: the document says so.", p.Operations[0].Doc)
	require.Len(t, p.Handlers, 2)
	assert.Equal(t, "PetsHandler answers the operations tagged \"pets\": The animals.\nIts methods are called concurrently, each on the goroutine of its request.", p.Handlers[0].Doc)
	assert.Equal(t, "DefaultHandler", p.Handlers[1].Name)
}

func TestSecurity(t *testing.T) {
	schemes := []*spec.SecurityScheme{
		{Name: "key", Kind: spec.SecurityAPIKey, In: spec.InHeader, ParamName: "X-Key"},
		{Name: "unused", Kind: spec.SecurityBasic},
		{Name: "basic", Kind: spec.SecurityBasic, Description: "A password."},
		{Name: "Basic", Kind: spec.SecurityBearer},
		{Name: "digest", Kind: spec.SecurityOtherHTTP, HTTPScheme: "digest"},
		{Name: "cert", Kind: spec.SecurityMutualTLS},
	}
	op := operation("a")
	for i, s := range schemes {
		if i != 1 {
			op.Security = append(op.Security, spec.SecurityRequirement{Uses: []spec.SecurityUse{{Scheme: s, Scopes: []string{"read"}}}})
		}
	}
	open := operation("b")
	open.Security = []spec.SecurityRequirement{{}}
	p, _ := build(t, &spec.API{Version: "3.1.0", Operations: []*spec.Operation{op, open}, SecuritySchemes: schemes})
	got := make([]string, len(p.Security.Schemes))
	for i, s := range p.Security.Schemes {
		got[i] = s.Method + " " + s.Option + " " + s.Credential.String() + " " + s.Param
	}
	assert.Equal(t, []string{
		"Key WithKey tornado.APIKey key", "Basic WithBasic tornado.Basic credentials", "Basic2 WithBasic2 tornado.Bearer token",
		"Digest WithDigest tornado.Authorization credentials", "Cert WithCert tornado.MutualTLS credentials",
	}, got)
	assert.Equal(t, "Basic: A password.", p.Security.Schemes[1].Doc)
	assert.Len(t, p.Operations[0].Security, 5)
	assert.Equal(t, []string{"read"}, p.Operations[0].Security[0].Uses[0].Scopes)
	assert.Nil(t, p.Operations[1].Security, "an empty requirement alone asks for nothing")
	p, _ = build(t, &spec.API{Version: "3.1.0", Operations: []*spec.Operation{open}, SecuritySchemes: schemes})
	assert.Nil(t, p.Security)
}

func TestPathVariables(t *testing.T) {
	for template, want := range map[string][]string{
		"/pets/{petId}": {"petId"}, "/a/{id}:verb/{x}.{y}": {"id", "x", "y"}, "/{a/b}": nil, "/{{a}": {"a"}, "/{}": {""}, "/x}y{z": nil,
		"/a/{rest...}/b": {"rest"}, "/{...}": {"..."},
	} {
		assert.Equal(t, want, pathVariables(template), template)
	}
}

func TestPlace(t *testing.T) {
	for pointer, want := range map[string]string{
		"#/components/schemas/A": "what the document has at #/components/schemas/A",
		"#/paths/~1health/get/responses/200/content/application~1json/schema":           "the 200 answer of GET /health",
		"#/paths/~1health/get/responses/default/schema":                                 "the default answer of GET /health",
		"#/paths/~1a~1{b}/post/requestBody/content/application~1json/schema":            "the body of POST /a/{b}",
		"#/paths/~1a/post/requestBody/content/application~1json/schema/properties/list": "what the body of POST /a has at /properties/list",
		"#/components/responses/NotFound/content/text~1plain/schema":                    "the body of the response NotFound",
		"#/components/requestBodies/New/content/text~1plain/schema":                     "the request body New",
		"#/paths/~1a/get/responses/200/headers/X/schema":                                "what the document has at #/paths/~1a/get/responses/200/headers/X/schema",
	} {
		assert.Equal(t, want, place(pointer))
	}
}
