package media

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A document has as many elements and attributes as the limits say, and not one more; what looks like one in a text, a value or a comment is none.
func TestElementsOfXML(t *testing.T) {
	t.Parallel()
	read := func(body string, limits Limits) error {
		_, err := Decode(xmlShapes, "any", "application/xml", nil, []byte(body), limits)
		return err
	}
	for body, count := range map[string]int{
		`<a/>`:                       1,
		`<a b="1" c = '=' d='"="'/>`: 4,
		`<x:a xmlns:x="urn:x"><x:b ></x:b></x:a>`: 3,
		"<?xml version='1.0' encoding='latin1'?>\n<!-- <b c='d'/> - -> --><a>=\xe4 b='1'<?p <b c='d'>? ?><![CDATA[<b c='d'/>]] > ]]]]><b>></b></a>": 2,
		`<?xml version="1.0"?><?p?><?p ??><a><!----><!-- --><![CDATA[]]><![CDATA[]]]><![CDATA[>]]></a>`:                                             1,
	} {
		require.NoError(t, read(body, Limits{Elements: count}), body)
		many := new(CountError)
		if count > 1 {
			require.ErrorAs(t, read(body, Limits{Elements: count - 1}), &many, body)
			assert.Equal(t, CountError{count - 1, "elements and attributes"}, *many)
		}
	}

	elements := func(n int) string { return "<a>" + strings.Repeat("<b/>", n-1) + "</a>" }
	attributes := func(n int) string { // n with the elements that have them
		var b strings.Builder
		b.WriteString("<a>")
		for n--; n > 0; n -= 1 + maxAttributes {
			b.WriteString("<c" + strings.Repeat(" b=''", min(n-1, maxAttributes)) + "/>")
		}
		return b.String() + "</a>"
	}
	for _, body := range []func(n int) string{elements, attributes} {
		require.NoError(t, read(body(DefaultElements), Limits{}))
		require.ErrorContains(t, read(body(DefaultElements+1), Limits{}), "it has more than 50000 elements and attributes")
		require.ErrorContains(t, read(body(11), Limits{Fields: 60_000, Elements: 10}), "more than 10")
	}
	require.NoError(t, read(attributes(DefaultElements), Limits{Fields: 1}))
	require.NoError(t, read(attributes(60_000), Limits{Fields: 60_000}))
	require.ErrorContains(t, read(attributes(60_001), Limits{Fields: 60_000}), "60000")
	// before the decoder has made attributes of them all, and before it is seen that they are none
	tag := func(n int) string { return "<a" + strings.Repeat(" b=''", n) }
	require.NoError(t, read(tag(maxAttributes)+"/>", Limits{}))
	require.ErrorContains(t, read(tag(maxAttributes+1)+" !", Limits{}), "it has more than 1000 attributes in an element")
	require.ErrorContains(t, read("<!"+strings.Repeat("a", 100), Limits{}), "document type")
}

// The elements of all parts count together; those of each item of a stream by themselves.
func TestElementsOfParts(t *testing.T) {
	part := "--B\r\nContent-Disposition: form-data; name=\"notes\"\r\nContent-Type: application/xml\r\n\r\n<a><b/><c d=''/></a>\r\n"
	body := strings.Repeat(part, 5) + "--B--\r\n"
	const contentType = "multipart/form-data; boundary=B"
	read := func(limits Limits) (held, comes, items error) {
		_, held = Decode(xmlShapes, "Pet", "multipart/form-data", []byte(contentType), []byte(body), limits)
		f, err := NewFormReader(strings.NewReader(body), xmlShapes, "Pet", []byte(contentType), limits)
		require.NoError(t, err)
		f.Limit = len(body)
		_, _, comes = f.Next()
		r, err := NewPartsReader(strings.NewReader(body), xmlShapes, "[Pet]", []byte(contentType), limits)
		require.NoError(t, err)
		r.Limit = len(body)
		for items == nil {
			_, items = r.Next()
		}
		return held, comes, items
	}
	held, comes, items := read(Limits{Elements: 20})
	require.NoError(t, held)
	require.ErrorIs(t, comes, io.EOF)
	require.ErrorIs(t, items, io.EOF)
	held, comes, items = read(Limits{Elements: 19})
	many := new(CountError)
	require.ErrorAs(t, held, &many)
	require.ErrorAs(t, comes, &many)
	require.ErrorIs(t, items, io.EOF)
	_, _, items = read(Limits{Elements: 3})
	require.ErrorAs(t, items, &many)
}

// Each declaration of an encoding made all that follows be converted, so that a kilobyte grew to gigabytes.
func TestEncodingIsSaidOnce(t *testing.T) {
	t.Parallel()
	once := "<?xml version='1.0' encoding='latin1'?>"
	got, err := fromXML("Person", "", once+"<p><first>\xe4</first></p>")
	require.NoError(t, err)
	assert.Equal(t, `{"first":"ä"}`, got)
	_, err = fromXML("Person", "", once+once+"<p><first>\xe4</first></p>")
	require.ErrorContains(t, err, "twice")
	_, err = fromXML("Person", "", strings.Repeat(once, 40)+"<p><first>"+strings.Repeat("\xe4", 1000)+"</first></p>")
	require.ErrorContains(t, err, "twice")
	got, err = fromXML("Person", "text/xml; charset=latin1", once+once+"<p><first>\xe4</first></p>")
	require.NoError(t, err)
	assert.Equal(t, `{"first":"ä"}`, got)
	_, err = fromXML("Person", "", "<?xml version='1.0' encoding='ascii'?><p><first>\xe4</first></p>")
	require.ErrorContains(t, err, "UTF-8")
}

// A text is cut nowhere within a character as it is looked at in pieces.
func TestLongTextsAreUTF8(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"a", "ä", "€", "😀"} {
		for i := range 5 {
			text := strings.Repeat("a", i) + strings.Repeat(c, textStretch)
			assert.True(t, isUTF8([]byte(text), nil), "%d, %s", i, c)
			assert.Equal(t, c == "a", isUTF8([]byte(text[:len(text)-1]), nil), "%d, %s", i, c)
			assert.False(t, isUTF8([]byte(text+"\x80"+text), nil), "%d, %s", i, c)
		}
	}
	assert.False(t, isUTF8([]byte(strings.Repeat("\x80", 3*textStretch)), nil))
}

// FuzzXMLSource: it gives the bytes that are there, and counts what encoding/xml finds.
func FuzzXMLSource(f *testing.F) {
	for _, s := range []string{
		`<a b="=" c='>'>=<b/></a>`, `<?a b="<c>"?><a/>`, `<a><!-- <b> --><![CDATA[<b/>]]]></a>`, `<a><b c = "1"></b></a>`, `<a`, `<a b`, `<!-->--><a/>`, `<?a??><b/>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := &markup{limit: 1 << 30}
		got, err := io.ReadAll(newXMLSource([]byte(s), m))
		if err == nil && string(got) != s {
			t.Fatalf("%q is read as %q", s, got)
		}
		m.count = 0
		want := 0
		r := xml.NewDecoder(newXMLSource([]byte(s), m))
		plain := xml.NewDecoder(strings.NewReader(s))
		for {
			token, err := r.RawToken()
			other, plainErr := plain.RawToken()
			if _, doctype := other.(xml.Directive); errors.Is(err, errDoctype) && (doctype || plainErr != nil) {
				return
			}
			if fmt.Sprint(token, err) != fmt.Sprint(other, plainErr) {
				t.Fatalf("%q gives %v, %v, not %v, %v", s, token, err, other, plainErr)
			}
			if e, ok := token.(xml.StartElement); ok {
				want += 1 + len(e.Attr)
			}
			if errors.Is(err, io.EOF) {
				if m.count != want {
					t.Fatalf("%q has %d, not %d", s, want, m.count)
				}
				return
			}
			if err != nil {
				if m.count < want {
					t.Fatalf("%q has %d, not %d", s, want, m.count)
				}
				return
			}
			if e := m.count - want; e < 0 || e > 1 {
				t.Fatalf("%q: %d are counted of %d", s, m.count, want)
			}
		}
	})
}
