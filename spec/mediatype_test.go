package spec

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMediaTypesByName: parameters and what only ends like a suffix count for nothing.
func TestMediaTypesByName(t *testing.T) {
	for name, want := range map[string][2]bool{
		"application/json":               {true, false},
		"application/a+json; version=1":  {true, false},
		"application/xml":                {false, true},
		"text/xml ; charset=utf-8":       {false, true},
		"image/svg+xml":                  {false, true},
		"+xml":                           {false, false},
		"+json":                          {false, false},
		"application/xml-dtd":            {false, false},
		"text/plain; of=application/xml": {false, false},
	} {
		assert.Equal(t, want, [2]bool{IsJSON(name), IsXML(name)}, name)
	}
}
