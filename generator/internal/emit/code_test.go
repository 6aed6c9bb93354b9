package emit

import (
	"math"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

func TestKey(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":`:            "`{\"id\":`",
		"plain":             `"plain"`,
		"{\"a`b\":":         `"{\"a` + "`" + `b\":"`,
		"{\"a\nb\":":        `"{\"a\nb\":"`,
		"{\"a\u202eb\":":    `"{\"a\u202eb\":"`,
		"{\"a\xffb\":":      `"{\"a\xffb\":"`,
		"{\"a\ufeffb\":":    `"{\"a\ufeffb\":"`,
		`{"größe":`:         "`{\"größe\":`",
		"`+panic(1)+`\"":    "\"`+panic(1)+`\\\"\"",
		"\"); panic(1); (`": "\"\\\"); panic(1); (`\"",
	} {
		assert.Equal(t, want, key(text).GoString())
	}
}

func TestExpr(t *testing.T) {
	float := &ir.GoType{Name: "float64"}
	for want, e := range map[string]*ir.Expr{
		`"a\"b"`:               {Kind: ir.ExprString, Text: `a"b`},
		"-9223372036854775808": {Kind: ir.ExprInt, Int: math.MinInt64},
		"18446744073709551615": {Kind: ir.ExprUint, Uint: math.MaxUint64},
		"0.5":                  {Kind: ir.ExprFloat, Float: 0.5},
		"1e+21":                {Kind: ir.ExprFloat, Float: 1e21},
		"true":                 {Kind: ir.ExprBool, Bool: true},
		"Sold":                 {Kind: ir.ExprName, Go: &ir.GoType{Name: "Sold"}},
		"float64(1)":           {Kind: ir.ExprCall, Go: float, Args: []*ir.Expr{{Kind: ir.ExprInt, Int: 1}}},
		`[]string{"a", "b"}`:   {Kind: ir.ExprComposite, Go: &ir.GoType{Shape: ir.GoSlice, Elem: &ir.GoType{Name: "string"}}, Args: []*ir.Expr{{Text: "a"}, {Text: "b"}}},
		"Date{Year: 2020}":     {Kind: ir.ExprComposite, Go: &ir.GoType{Name: "Date"}, Keys: []string{"Year"}, Args: []*ir.Expr{{Kind: ir.ExprInt, Int: 2020}}},
	} {
		assert.Equal(t, want, expr(e).GoString())
	}
}

func TestImportsAreGrouped(t *testing.T) {
	for name, c := range map[string]struct {
		paths []string
		want  string
	}{
		"none":  {nil, "package p\n\nvar _ = f("},
		"one":   {[]string{"time"}, "import \"time\"\n"},
		"ours":  {[]string{ir.RuntimeClient, ir.Runtime}, "import (\n\ttornado \"" + ir.Runtime + "\"\n\t\"" + ir.RuntimeClient + "\"\n)\n"},
		"mixed": {[]string{ir.Runtime, "net/netip", "context"}, "import (\n\t\"context\"\n\t\"net/netip\"\n\n\ttornado \"" + ir.Runtime + "\"\n)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFile(&ir.Package{Name: "p", Mark: "// Generated."})
			var uses []jen.Code
			for _, path := range c.paths {
				uses = append(uses, jen.Qual(path, "X"))
			}
			f.decl("", jen.Var().Id("_").Op("=").Id("f").Call(uses...))
			src, err := f.source()
			require.NoError(t, err)
			assert.Contains(t, string(src), c.want)
		})
	}
}

func TestTextList(t *testing.T) {
	assert.Equal(t, `("a", "b")`, strings.TrimPrefix(jen.Id("f").Add(textList("(", ")", []string{"a", "b"})).GoString(), "f"))
	long := []string{strings.Repeat("a", 50), strings.Repeat("b", 50)}
	assert.Equal(t, "f(\n\t\""+long[0]+"\",\n\t\""+long[1]+"\",\n)", jen.Id("f").Add(textList("(", ")", long)).GoString())
}
