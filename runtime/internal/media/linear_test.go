package media

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// TestLinear reads bodies of very many parts that are alike: with a quadratic step this would take minutes.
func TestLinear(t *testing.T) {
	t.Parallel()
	const many = 50_000
	limits := Limits{Fields: many}
	for name, body := range map[string]string{
		"repeated": strings.Repeat("tags=a&", many), "numbered": strings.Repeat("items[][id]=a&", many),
		"unknown": strings.Repeat("u[]=a&", many), "nested": strings.Repeat("u[a][]=&", many),
	} {
		doc, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, []byte(body), limits)
		require.NoError(t, err, name)
		assert.True(t, shape.IsJSON(doc.JSON), name)
	}
	for _, element := range []string{"<u/>", "<u>1</u>", "<notes/>", "<u><v/></u>", "<name/>", "<owner><first/></owner>"} {
		body := "<pet>" + strings.Repeat(element, many) + "</pet>"
		doc, err := Decode(xmlShapes, "Pet", "application/xml", nil, []byte(body), Limits{Elements: 3 * many})
		require.NoError(t, err, element)
		assert.True(t, shape.IsJSON(doc.JSON), element)
	}
	part := disposition + "tags\n\nx"
	list := make([]string, many/10)
	for i := range list {
		list[i] = part
	}
	doc, err := Decode(partShapes, "Upload", "multipart/form-data", []byte("multipart/form-data; boundary=X"), parts(list...), limits)
	require.NoError(t, err)
	assert.True(t, shape.IsJSON(doc.JSON))
}
