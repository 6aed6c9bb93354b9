package emit

import (
	"go/parser"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/require"
)

// TestShapeTextIsGo: a long shape is a literal that Go can read, whatever the names in it hold.
func TestShapeTextIsGo(t *testing.T) {
	for _, name := range []string{"plain", "\ufeff", "`", "\r", "\u202e"} {
		text := `{"` + name + `", ` + strings.Repeat(`"another": string, `, 20) + "}"
		source := jen.Add(shapeText(10, text)).GoString()
		_, err := parser.ParseExpr(source)
		require.NoError(t, err, "%q", name)
		if !isRaw(name) && name != "`" {
			require.NotContains(t, source, name)
		}
	}
}
