package ir

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/spec"
)

// A title that is the name once more says nothing: FastAPI gives every schema one.
func TestTypeDocOfTitles(t *testing.T) {
	for title, want := range map[string]string{
		"HTTPValidationError":   "HTTPValidationError is what the document has at #/components/schemas/HTTPValidationError.",
		"HTTP validation error": "HTTPValidationError is what the document has at #/components/schemas/HTTPValidationError.",
		"What was not valid":    "HTTPValidationError: What was not valid",
		"":                      "HTTPValidationError is what the document has at #/components/schemas/HTTPValidationError.",
	} {
		s := &spec.Schema{Title: title}
		s.Loc.Pointer = "#/components/schemas/HTTPValidationError"
		assert.Equal(t, want, typeDoc("HTTPValidationError", s))
	}
}
