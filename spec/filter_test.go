package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatchesPath(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/pets", "/pets", true},
		{"/pets", "/pets/{id}", false},
		{"/pets/{id}", "/pets/{id}", true},
		{"/pets/*", "/pets/{id}", true},
		{"/pets/*", "/pets", false},
		{"/pets/*", "/pets/{id}/photos", false},
		{"/*/photos", "/pets/photos", true},
		{"/pets/**", "/pets/{id}/photos", true},
		{"/pets/**", "/pets", true},
		{"/pets/**", "/pet", false},
		{"/**", "/", true},
		{"/v*/pets", "/v2/pets", true},
		{"/*.json", "/pets.json", true},
		{"/*.json", "/pets.xml", false},
		{"/a*b*c", "/aXbYc", true},
		{"/a*b*c", "/ac", false},
		{"/a*a", "/a", false},
		{"", "/", false},
	} {
		require.Equal(t, c.want, matchesPath(c.pattern, c.path), "%s %s", c.pattern, c.path)
	}
}
