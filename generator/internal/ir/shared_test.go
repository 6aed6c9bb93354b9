package ir

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSharedErrorOfADottedComponent: the key of a component has no suffix to leave out, as the name of a file has, and is told in a pointer with escapes.
func TestSharedErrorOfADottedComponent(t *testing.T) {
	pkg, _ := load(t, `openapi: 3.1.0
info: {title: a, version: "1"}
paths:
  /a:
    get:
      operationId: a
      responses: {"204": {description: ok}, "404": {$ref: "#/components/responses/pets.Gone"}, "409": {$ref: "#/components/responses/pets~1Taken"}}
  /b:
    get:
      operationId: b
      responses: {"204": {description: ok}, "404": {$ref: "#/components/responses/pets.Gone"}, "409": {$ref: "#/components/responses/pets~1Taken"}}
components:
  responses:
    pets.Gone: {description: gone}
    pets/Taken: {description: taken}
`)
	var names []string
	for _, s := range pkg.SharedErrors {
		names = append(names, s.Name)
	}
	assert.ElementsMatch(t, []string{"PetsGone", "PetsTaken"}, names)
}
