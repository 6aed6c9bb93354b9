package ir

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/spec"
)

// The example reads as a user expects it: these are the signatures that its handlers are written against.
func TestPetstore(t *testing.T) {
	api, found, err := spec.Load("../../../examples/petstore/openapi.yaml")
	require.NoError(t, err)
	require.False(t, found.HasErrors())
	p, diags := Build(api, Options{Package: "petapi"})
	assert.Empty(t, diags)
	checkNames(t, p)
	results := make(map[string]string)
	for _, op := range p.Operations {
		results[op.Name] = "error"
		if op.Result.Go != nil {
			results[op.Name] = op.Result.Go.String()
		}
	}
	for name, want := range map[string]string{
		"ListPets": "*ListPetsOK", "CreatePet": "*CreatePetCreated", "FindPetsByStatus": "[]Pet", "GetPet": "*Pet",
		"DeletePet": "error", "GetInventory": "map[string]int64",
	} {
		assert.Equal(t, want, results[name], name)
	}
	fields := make(map[string]string)
	for _, f := range typeNamed(t, p, "Pet").Struct.Fields {
		fields[f.Name] = f.Go.String()
	}
	assert.Subset(t, fields, map[string]string{
		"Name": "string", "Status": "PetStatus", "Tags": "[]string", "Born": "tornado.OptNull[tornado.Date]",
		"Animal": "tornado.Opt[Animal]", "ID": "int64", "CreatedAt": "time.Time",
	})
	assert.Equal(t, []string{"id", "createdAt"}, typeNamed(t, p, "Pet").Struct.ReadOnly)
}
