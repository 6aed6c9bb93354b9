package page

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	p := Parse("docs/x.md", []byte("# The `x` of *it*\n\nSee [that](y.md#z).\n\n## A, b\n\n<!-- code: at /paths -->\n```yaml\na: 1\n```\n\n## A b\n\n    make x\n\n| |\n| --- |\n| [t](u.md) |\n"))
	require.Equal(t, "The x of it", p.Title)
	require.Equal(t, []Heading{{1, "The x of it", "the-x-of-it"}, {2, "A, b", "a-b"}, {2, "A b", "a-b-1"}}, p.Headings)
	require.Equal(t, []Link{{3, "y.md#z"}, {18, "u.md"}}, p.Links)
	require.Equal(t, []Block{{9, "yaml", "a: 1\n", "at /paths"}, {14, "", "make x\n", ""}}, p.Blocks)
	require.True(t, p.HasAnchor("a-b-1"))
	require.False(t, p.HasAnchor("a-b-2"))
}

// TestBracesAreText: GitHub reads no attributes behind a heading.
func TestBracesAreText(t *testing.T) {
	p := Parse("docs/x.md", []byte("# A path {id}\n\n## More {#b}\n"))
	require.Equal(t, []Heading{{1, "A path {id}", "a-path-id"}, {2, "More {#b}", "more-b"}}, p.Headings)
}
