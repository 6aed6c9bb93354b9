package spec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	words := []string{"string", "integer", "number", "get", "put", "post", "patch", "uuid", "Pet", "Pets", "größe"}
	for text, want := range map[string]string{
		"strng": "string", "strign": "string", "sstring": "string", "STRING": "string", "streng": "string", "gte": "get", "pust": "post", "uid": "uuid",
		"pet": "Pet", "Pett": "Pet", "grösse": "größe", "intgr": "integer",
		"str": "", "string": "", "": "", "int": "", "g": "", "objects": "", "fetch": "", "boolean": "",
		strings.Repeat("a", 100): "",
	} {
		assert.Equal(t, want, Nearest(text, words), text)
	}
	assert.Equal(t, "aab", Nearest("aac", []string{"aad", "aab"}), "the first in the order of their letters")
	assert.Empty(t, Nearest("aac", nil))
}

// Remedies stop where a document has so many faults that they would take long.
func TestDidYouMeanIsBounded(t *testing.T) {
	r := &reader{}
	words := make([]string, maxCompared)
	words[0] = "string"
	assert.Equal(t, `did you mean "string"?`, r.didYouMean("strng", words, "usual"))
	assert.Equal(t, "usual", r.didYouMean("strng", words, "usual"))
}
