package emit

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLayoutsFormatLikeGoFormat writes each declaration several times, with other names, texts and comments of the same and of other
// lengths: what was learned from the first must not show in the others.
func TestLayoutsFormatLikeGoFormat(t *testing.T) {
	declarations := map[string]string{
		"struct":              "// NAME is a pet.\ntype NAME struct {\nA int `json:\"a\"`\nNAME tornado.Opt [string] `json:\"TEXT\"` // trailing TEXT\n\n// B is one.\nB int\n}",
		"constants":           "const (\nNAME = \"TEXT\"\nNAMELong  NAME = 1\n)",
		"functions in a row":  "func (NAME) a() int { return 1 }\nfunc (NAME) longer(b []byte) string { return \"TEXT\" }",
		"operators":           "func f() bool { return NAME+1*2 == 3 && \"TEXT\" != `}` || s [1+NAME : 2] == '\\'' }",
		"body":                "func (c *NAME) f() error {\nif err := c.NAME (  ); err != nil {\n\nreturn err\n}\nswitch x {\ncase 1:\nreturn nil\n}\nreturn nil\n}",
		"list":                "var _ = []string {\n\"TEXT\",\n\"a\", \"bb\",\n\n}",
		"map":                 "var _ = map[string]int{\n\"TEXT\": 1,\n\"bb\": 2,\nNAME: 3,\n}",
		"heading":             "// NAME is a pet.\n//\n// TEXT\n//\n// It is red.\nvar NAME = 1",
		"list in a comment":   "// NAME is\n//  - a\n//   - TEXT\nvar NAME = 1",
		"code in a comment":   "// NAME is\n//\n//   TEXT\nvar NAME = 1",
		"quotes in a comment": "// NAME is ``TEXT''.\nvar NAME = 1",
		"blanks in a comment": "// NAME is TEXT  \nvar NAME = 1",
		"directive":           "//go:embed TEXT\n// NAME is\nvar NAME []byte",
		"comment alone":       "// NAME is TEXT",
		"other comment":       "/* NAME\n\n  is TEXT */\nvar NAME = 1",
		"not ASCII":           "type NAME struct {\nÄ int // TEXT\nB, NAME string `json:\"Ä\"` // TEXT\n}",
	}
	for name, declaration := range declarations {
		t.Run(name, func(t *testing.T) {
			var l layouts
			var src []string
			for _, word := range []string{"Abc", "Xyz", "LongName", "Abc", "Ünï", "Words"} {
				for _, text := range []string{"text", "TEXT", "abc", "more words", "1. one", "- one", "x  y", "ä{", "# head", "}\\\"{", "text."} {
					if strings.ContainsAny(text, `\"`) && name != "list" {
						continue
					}
					src = append(src, strings.NewReplacer("NAME", word, "TEXT", text).Replace(declaration))
				}
			}
			var out bytes.Buffer
			require.NoError(t, l.format(&out, []byte(strings.Join(src, "\n\n"))))
			want, err := format.Source([]byte("package p\n\n" + strings.Join(src, "\n\n") + "\n"))
			require.NoError(t, err)
			assert.Equal(t, strings.TrimPrefix(string(want), "package p\n\n"), out.String()+"\n")
		})
	}
}

func TestLayoutsAskGoFormatOnceForAShape(t *testing.T) {
	var l layouts
	var src bytes.Buffer
	for i := range 50 {
		fmt.Fprintf(&src, "// Get%02d is GET /%d.\nfunc Get%02d() string {\nreturn \"%02d\"\n}\n\n", i, i*i, i, i)
	}
	var out bytes.Buffer
	require.NoError(t, l.format(&out, src.Bytes()))
	assert.Len(t, l.known, 1)
	assert.Contains(t, out.String(), "// Get49 is GET /2401.\nfunc Get49() string {\n\treturn \"49\"\n}")
}

func TestLayoutsReportWhatIsNoGo(t *testing.T) {
	for _, src := range []string{"func f( {", "var a = \"", "var a = `", "/* a", "//", "var a = '\\", "}", "type T struct {\n\nA int"} {
		var l layouts
		var out bytes.Buffer
		if err := l.format(&out, []byte(src)); src != "//" {
			assert.Error(t, err, src)
		}
	}
}
