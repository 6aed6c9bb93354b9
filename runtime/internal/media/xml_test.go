package media

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

var xmlShapes = shape.NewShapes(
	"Pet", `(xml=pet) {id(attribute): number, name, tags(wrapped): [(xml=tag) string], photos(required): [(xml=photo) string], owner: Person | null,
		size: number, extra: any, notes: [string], lives(wrapped xml=all): [number], friends: [Pet], box(none): {width: number, color(attribute)},
		ext(ns="urn:x" prefix=x xml=Ext), any(ns="urn:d"): {a}, kind(attribute prefix=k ns="urn:k")}`,
	"Person", `{first, age: number}`,
	"Price", `(xml=price) {currency(attribute), amount(text): number}`,
	"Script", `{code(cdata)}`,
	"Pets", `[Pet]`,
	"Map", `{*: number}`,
)

func fromXML(of, contentType, text string) (string, error) {
	doc, err := Decode(xmlShapes, of, "application/xml", []byte(contentType), []byte(text), Limits{})
	return told(doc), err
}

func TestReadXML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ of, text, want string }{
		{"Pet", `<pet id="5"><name> a &lt;b&#x41; </name></pet>`, `{"id":5,"name":" a <bA ","photos":[]}`},
		{"Pet", `<?xml version="1.0"?><!-- x --><anything><size> 7 </size></anything>` + "\n", `{"size":7,"photos":[]}`},
		{"Pet", `<pet><tags><tag>a</tag><tag>b</tag></tags><photo>x</photo><photo>y</photo></pet>`, `{"tags":["a","b"],"photos":["x","y"]}`},
		{"Pet", `<pet><tags/><photo>x</photo></pet>`, `{"tags":[],"photos":["x"]}`},
		{"Pet", `<pet><notes>a</notes><name>n</name><notes>b</notes></pet>`, `{"notes":["a","b"],"name":"n","photos":[]}`},
		{"Pet", `<pet><all><all>1</all><all>2</all></all></pet>`, `{"lives":[1,2],"photos":[]}`},
		{"Pet", `<pet><owner><first>f</first><age>3</age></owner></pet>`, `{"owner":{"first":"f","age":3},"photos":[]}`},
		{"Pet", `<pet><owner xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/></pet>`, `{"owner":null,"photos":[]}`},
		{"Pet", `<pet><owner/></pet>`, `{"owner":{},"photos":[]}`},
		{
			"Pet", `<pet><pet><name>a</name></pet><pet><name>b</name></pet></pet>`,
			`{"friends":[{"name":"a","photos":[]},{"name":"b","photos":[]}],"photos":[]}`,
		},
		{"Pet", `<pet color="red"><width>3</width></pet>`, `{"box":{"color":"red","width":3},"photos":[]}`},
		{"Pet", `<pet><x:Ext xmlns:x="urn:x">e</x:Ext></pet>`, `{"ext":"e","photos":[]}`},
		{"Pet", `<pet><extra>5</extra></pet>`, `{"extra":"5","photos":[]}`},
		{"Pet", `<pet><extra><a>5</a><a>6</a><b x="1"/></extra></pet>`, `{"extra":{"a":["5","6"],"b":{"x":"1"}},"photos":[]}`},
		{"Pet", `<pet><name><![CDATA[<x>]]></name></pet>`, `{"name":"<x>","photos":[]}`},
		{"Pet", `<pet><name>a</name><name>b</name></pet>`, `{"name":"a","photos":[]} must not be given more than once`},
		{"Pet", `<pet><owner><first>f</first></owner><owner/></pet>`, `{"owner":{"first":"f"},"photos":[]} must not be given more than once`},
		{"Pet", `<pet><size><x/></size></pet>`, `{"size":{"x":""},"photos":[]}`},
		{"Price", `<price currency="EUR"> 5.5 </price>`, `{"currency":"EUR","amount":5.5}`},
		{"Script", `<Script><![CDATA[a && b]]></Script>`, `{"code":"a && b"}`},
		{"Pets", `<pets><pet><name>a</name></pet><pet/></pets>`, `[{"name":"a","photos":[]},{"photos":[]}]`},
		{"Map", `<m><a>1</a><b>2</b></m>`, `{"a":1,"b":2}`},
		{"Map", "<?xml version='1.0' encoding='ISO-8859-1'?><m><\xe4>1</\xe4></m>", `{"ä":1}`},
	} {
		got, err := fromXML(c.of, "", c.text)
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, got, c.text)
	}
	got, err := fromXML("Person", "text/xml; charset=iso-8859-1", "<?xml version='1.0' encoding='utf-16'?><p><first>\xe4</first></p>")
	require.NoError(t, err)
	assert.Equal(t, `{"first":"ä"}`, got)
}

func TestReadXMLRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":           "too early",
		"<a>":        "too early",
		"<a></b>":    "not open",
		"<a/><b/>":   "no element, or several",
		"<a/>x":      "no element, or several",
		"x":          "no element, or several",
		"<a>&b;</a>": "line 1",
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`:    "document type",
		strings.Repeat("<a>", 300):                    "nested",
		"<?xml version='1.0' encoding='koi8-r'?><a/>": "koi8-r",
		"<a>\xff</a>": "UTF-8",
	} {
		_, err := fromXML("Pet", "", text)
		assert.ErrorContains(t, err, want, text)
	}
}

// TestWriteXML writes values and reads them back.
func TestWriteXML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ of, value, want string }{
		{
			"Pet", `{"id":5,"name":"a<b & \"c\"\n","photos":[],"tags":["x","y"]}`,
			`<pet id="5"><name>a&lt;b &amp; &#34;c&#34;&#xA;</name><tags><tag>x</tag><tag>y</tag></tags></pet>`,
		},
		{"Pet", `{"photos":["p"],"lives":[1,2],"tags":[]}`, `<pet><photo>p</photo><all><all>1</all><all>2</all></all><tags></tags></pet>`},
		{"Pet", `{"owner":null,"photos":[]}`, `<pet><owner xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"></owner></pet>`},
		{"Pet", `{"box":{"color":"red","width":3},"photos":[]}`, `<pet color="red"><width>3</width></pet>`},
		{"Pet", `{"ext":"e","any":{"a":"b"},"photos":[]}`, `<pet><x:Ext xmlns:x="urn:x">e</x:Ext><any xmlns="urn:d"><a>b</a></any></pet>`},
		{"Pet", `{"kind":"k","photos":[]}`, `<pet xmlns:k="urn:k" k:kind="k"></pet>`},
		{"Pet", `{"friends":[{"name":"a","photos":[]}],"photos":[]}`, `<pet><pet><name>a</name></pet></pet>`},
		{"Price", `{"currency":"EUR","amount":5.5}`, `<price currency="EUR">5.5</price>`},
		{"Script", `{"code":"a]]>b"}`, `<Script><![CDATA[a]]]]><![CDATA[>b]]></Script>`},
		{"Pets", `[{"name":"a","photos":[]}]`, `<Pets><pet><name>a</name></pet></Pets>`},
		{"Map", `{"a":1}`, `<Map><a>1</a></Map>`},
	} {
		got, contentType, err := Encode(xmlShapes, c.of, "application/xml", []byte(c.value))
		require.NoError(t, err)
		assert.Equal(t, "application/xml", contentType)
		assert.Equal(t, xmlHeader+c.want, string(got))
		back, err := fromXML(c.of, "", string(got))
		require.NoError(t, err)
		assert.JSONEq(t, c.value, back)
	}
	_, _, err := Encode(xmlShapes, "Map", "application/xml", []byte(`{"a b":1}`))
	require.ErrorContains(t, err, "no name")
}

// FuzzXML reads anything: what comes out is JSON, and can be written again.
func FuzzXML(f *testing.F) {
	for _, s := range []string{`<pet id="5"><tags><tag>a</tag></tags><photo/><owner xsi:nil="true"/></pet>`, `<a><b/><b>x</b><b y="1"/></a>`, `<a><!-- --><![CDATA[x]]></a>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, of := range []string{"Pet", "Price", "Pets", "any"} {
			got, err := fromXML(of, "", s)
			if err != nil {
				continue
			}
			if got, _, _ = strings.Cut(got, " must not be given"); !shape.IsJSON([]byte(got)) {
				t.Fatalf("%q gives %s", s, got)
			}
			if _, _, err := Encode(xmlShapes, of, "application/xml", []byte(got)); err != nil && !strings.Contains(err.Error(), "no name") {
				t.Fatal(err)
			}
		}
	})
}
